package documentweb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/document"
)

// collected is how long a page without scripts waits: browsers and proxies give a silent one up.
const collected = 2 * time.Minute

// work is one document or sound, with what is typed beside it.
func (h *Handlers) work(ctx context.Context, caller tool.Caller, s *sheet, tab string, tell func(tool.Progress)) (*views.Outcome, error) {
	most, err := tool.Cap(s.Get("max_cost_usd"))
	if err != nil {
		return nil, err
	}
	if len(s.data) == 0 {
		return nil, fault.Field("file", "Choose a file that is not empty.")
	}
	if tab == views.Transcribe {
		code, err := language(s)
		if err != nil {
			return nil, err
		}
		t, err := h.tools.Transcribe(ctx, caller, tool.Sound{Model: s.Get("model"), Name: s.name, Data: s.data, Language: code, Most: most}, tell)
		if err != nil {
			return nil, another(err)
		}
		return heard(t), nil
	}
	r, err := h.tools.Run(ctx, caller, tool.Ask{Tool: s.Get("tool"), Model: s.Get("model"), Name: s.name, Data: s.data, Most: most}, tell)
	if err != nil {
		return nil, another(err)
	}
	return found(r)
}

// another says of a file that is too much that another one has to be chosen: the form mends that, and a stream has no status to say it by.
func another(err error) error {
	if f := fault.From(err); f.Kind == fault.TooLarge {
		return fault.Field("file", f.Public).Because(err)
	}
	return err
}

// ask is the form without scripts: the page comes when all is done.
func (h *Handlers) ask(tab string) func(*web.Context) error {
	return func(c *web.Context) error {
		s, err := read(c)
		if err != nil {
			return err
		}
		if acted, err := h.acted(c, s); acted {
			return h.filled(c, s, tab, err, nil)
		}
		ctx, cancel := context.WithTimeout(c.Ctx(), collected)
		defer cancel()
		caller, err := h.caller(c, s)
		if err != nil {
			return h.filled(c, s, tab, err, nil)
		}
		out, err := h.work(ctx, caller, s, tab, nil)
		return h.filled(c, s, tab, err, out)
	}
}

// takes is how long a browser may take a message; then it is taken for gone, and the spending ends.
const takes = 10 * time.Second

// stream is the form with scripts, as server-sent events: "progress" with "done|parts|words", and "end" with the part of the page that says
// what came of it. When the browser goes away, nothing more is asked.
func (h *Handlers) stream(tab string) func(*web.Context) error {
	return func(c *web.Context) error {
		s, err := read(c)
		var caller tool.Caller
		if err == nil {
			caller, err = h.caller(c, s)
		}
		if err != nil { // while the answer can still be a refusal
			wrong, mendable := web.Refused(another(err))
			if !mendable {
				return err
			}
			return c.JSON(http.StatusUnprocessableEntity, map[string]string{"says": sentence(wrong)})
		}
		head := c.Response().Header()
		head.Set("Content-Type", "text/event-stream")
		head.Set("Cache-Control", "no-store")
		head.Set("X-Accel-Buffering", "no")
		c.Response().WriteHeader(http.StatusOK)
		ctx, cancel := context.WithCancel(c.Ctx())
		defer cancel()
		tell := func(name, text string) {
			if err := say(c, name, text); err != nil {
				cancel()
			}
		}
		tell("progress", "0|1|Reading")
		out, failed := h.work(ctx, caller, s, tab, func(p tool.Progress) { tell("progress", words(p)) })
		if failed != nil {
			wrong, mendable := web.Refused(failed)
			if out = (&views.Outcome{Problem: sentence(wrong)}); mendable {
				failed = nil
			} else { // a stream that just ends reads as a broken connection
				out.Problem = fault.From(failed).Public
			}
		}
		var b bytes.Buffer
		if err := views.Came(*out).Render(c.Ctx(), &b); err != nil {
			return fmt.Errorf("documents: %w", err)
		}
		tell("end", b.String())
		return failed
	}
}

func say(c *web.Context, name, text string) error {
	out := http.NewResponseController(c.Response())
	_ = out.SetWriteDeadline(clock.System{}.Now().Add(takes)) // by the machine's clock; what has no deadlines is no network
	quoted, err := json.Marshal(text)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c.Response(), "event: %s\ndata: %s\n\n", name, quoted); err != nil {
		return err
	}
	return out.Flush()
}

func words(p tool.Progress) string {
	text := fmt.Sprintf("%d of %d parts", p.Done, p.Parts)
	if p.Failed > 0 {
		text += fmt.Sprintf(", %d of them not read", p.Failed)
	}
	if p.Cost > 0 {
		text += ", " + web.USD(p.Cost) + " so far"
	}
	return fmt.Sprintf("%d|%d|%s", p.Done, p.Parts, text)
}

// sentence is all that is wrong, in the order of the form.
func sentence(w web.Refusal) string {
	out := w.Form
	for _, name := range []string{"team", "tool", "file", "model", "language", "voice", "max_cost_usd", "text"} {
		if w.Fields[name] != "" {
			if out != "" {
				out += " "
			}
			out += w.Fields[name]
		}
	}
	return out
}

// speak speaks a text: the answer is the sound.
func (h *Handlers) speak(c *web.Context) error {
	s, err := read(c)
	if err != nil {
		return err
	}
	if acted, err := h.acted(c, s); acted {
		return h.filled(c, s, views.Speak, err, nil)
	}
	spoken, err := h.spoken(c, s)
	if err != nil {
		return h.filled(c, s, views.Speak, err, nil)
	}
	return c.Download("speech.mp3", "audio/mpeg", func() error {
		_, err := c.Response().Write(spoken.MP3)
		return err
	})
}

func (h *Handlers) spoken(c *web.Context, s *sheet) (*tool.Spoken, error) {
	caller, err := h.caller(c, s)
	if err != nil {
		return nil, err
	}
	most, err := tool.Cap(s.Get("max_cost_usd"))
	if err != nil {
		return nil, err
	}
	return h.tools.Speak(c.Ctx(), caller, tool.Speech{Model: s.Get("model"), Voice: s.Get("voice"), Text: s.Get("text"), Most: most}, nil)
}
