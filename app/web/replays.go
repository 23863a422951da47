package web

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/replay"
)

// Replays remembers what was answered to a POST with an Idempotency-Key. *replay.Book implements it.
type Replays interface {
	Begin(ctx context.Context, o id.Org, r replay.Request) (answer *replay.Answer, err error)
	End(ctx context.Context, o id.Org, r replay.Request, a replay.Answer) error
	Abandon(ctx context.Context, o id.Org, r replay.Request) error
}

// once answers a POST, and with an Idempotency-Key the same way again without doing it twice. What was refused is not
// remembered: nothing happened, so the same key may try again.
func (s *server) once(c *Context, r *Route) error {
	key := c.Request().Header.Get("Idempotency-Key")
	if key == "" {
		return r.Handle(c)
	}
	if s.Replays == nil {
		return fault.New(fault.Invalid, "invalid_request", "Idempotency-Key is not served here; leave it out.")
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	ask := replay.Request{Key: key, Token: c.actor.Token, Method: r.Method, Path: c.Request().URL.RequestURI(), Body: body}
	answer, err := s.Replays.Begin(c.Ctx(), c.actor.Org, ask)
	if err != nil {
		return err
	}
	if answer != nil {
		c.Response().Header().Set("Idempotency-Replayed", "true")
		if len(answer.Body) == 0 {
			return c.NoContent(answer.Status)
		}
		return c.Blob(answer.Status, answer.Type, answer.Body)
	}
	return s.first(c, r, ask)
}

// first runs the handler and keeps its answer. However it ends, the key is not left taken.
func (s *server) first(c *Context, r *Route, ask replay.Request) (err error) {
	kept := false
	defer func() {
		if !kept {
			late := context.WithoutCancel(c.Ctx())
			if e := s.Replays.Abandon(late, c.actor.Org, ask); e != nil {
				s.Log.Warn("an idempotency key stays taken until its time is up", "request_id", c.RequestID(), "error", e.Error())
			}
		}
	}()
	h, err := c.hold(r.Handle)
	if err != nil {
		return err
	}
	if h.status < http.StatusMultipleChoices {
		// The change is made: that the client went away is no reason to forget its answer.
		late := context.WithoutCancel(c.Ctx())
		a := replay.Answer{Status: h.status, Type: h.header.Get("Content-Type"), Body: h.body.Bytes()}
		if err := s.Replays.End(late, c.actor.Org, ask, a); err != nil {
			s.Log.Error("an answer was not kept for its idempotency key", "request_id", c.RequestID(), "error", err.Error())
		} else {
			kept = true
		}
	}
	return c.send(h)
}
