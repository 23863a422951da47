package feedback

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Word is what a client says. Request is as it was typed.
type Word struct {
	Request string
	Good    *bool
	Score   *float64 // 0 to 1
	Comment string
}

// Service takes and shows feedback.
type Service struct {
	store Store
	clock clock.Clock
	pause time.Duration

	mu    sync.Mutex
	taken int
	by    map[id.Org]int
}

const (
	// atOnce bounds how many verdicts wait for the database at a time, and each those of one organization: who judges answers
	// that are not in the books yet waits up to three seconds for each. More are refused with overloaded.
	atOnce, each = 64, 16
	// fresh is how young a request is that may not be in the books yet: they are posted within about a second. For one that is not
	// found it is looked again a few times.
	fresh, looks, between = 15 * time.Second, 12, 250 * time.Millisecond
)

// New makes the service.
func New(s Store, c clock.Clock) *Service {
	return &Service{store: s, clock: c, by: map[id.Org]int{}, pause: between}
}

// Give takes what the holder of a key says of the answer to one of its requests. again tells that it replaces what was said before.
// The data plane calls it; that the key was shown is all that it needs.
func (s *Service) Give(ctx context.Context, o id.Org, key id.Key, w Word) (f Feedback, again bool, err error) {
	if f, err = s.read(w); err != nil {
		return f, false, err
	}
	if !s.enter(o) {
		e := fault.New(fault.Unavailable, "overloaded", "The gateway is busy with other feedback. Send this again in a second.")
		e.RetryAfter = time.Second
		return f, false, e
	}
	defer s.leave(o)
	f.Org, f.Key = o, key
	a, err := s.answer(ctx, &f)
	if err != nil {
		return f, false, err
	}
	f.Connection, f.Model, f.Trial = a.Connection, a.Model, a.Trial
	if again, err = s.store.Put(ctx, f); err != nil {
		return f, false, away(err)
	}
	return f, again, nil
}

// enter takes a place among those that wait for the database, if one is free.
func (s *Service) enter(o id.Org) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == atOnce || s.by[o] == each {
		return false
	}
	s.taken++
	s.by[o]++
	return true
}

func (s *Service) leave(o id.Org) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.by[o]--; s.by[o] == 0 {
		delete(s.by, o)
	}
}

// read checks what was typed, as far as no database needs to be asked.
func (s *Service) read(w Word) (f Feedback, err error) {
	var errs []error
	now := s.clock.Now()
	if f.Request, err = id.ParseRequest(strings.TrimSpace(w.Request)); err != nil || f.Request.IsZero() {
		errs = append(errs, fault.Field("request_id", "request_id is the id of a request, as the header x-bodhi-request-id of its answer says: req_…"))
	} else if now.Sub(f.Request.Time()) > Keep {
		errs = append(errs, fault.Newf(fault.Invalid, "feedback_too_late", "This request is older than %d days. Feedback is taken until then.", int(Keep/(24*time.Hour))))
	}
	f.Good, f.Comment, f.At = w.Good, strings.TrimSpace(w.Comment), now.UTC()
	if w.Score != nil {
		if v := *w.Score; !(v >= 0 && v <= 1) {
			errs = append(errs, fault.Field("score", "score is a number from 0 for useless to 1 for perfect."))
		} else {
			n := int64(v*Full + 0.5)
			f.Score = &n
		}
	}
	if len(f.Comment) > MaxComment || !utf8.ValidString(f.Comment) || strings.ContainsRune(f.Comment, 0) {
		errs = append(errs, fault.Field("comment", fmt.Sprintf("comment is a text of at most %d bytes.", MaxComment)))
	}
	if w.Good == nil && w.Score == nil && f.Comment == "" {
		errs = append(errs, fault.Field("good", "Say at least one of good (true or false), score (0 to 1) and comment."))
	}
	return f, errors.Join(errs...)
}

// answer finds what is judged. Another key's request, another organization's and one that never was are the same.
func (s *Service) answer(ctx context.Context, f *Feedback) (Answer, error) {
	for n := 1; ; n++ {
		a, ok, err := s.store.Answer(ctx, f.Org, f.Key, f.Request)
		age := s.clock.Now().Sub(f.Request.Time())
		switch {
		case err != nil:
			return a, away(err)
		case ok && (a.Status == 0 || a.Status >= 400):
			return a, fault.New(fault.Conflict, "nothing_to_judge", "This request was not answered, so there is nothing to judge.")
		case ok:
			return a, nil
		case n >= looks || age > fresh || age < -fresh:
			return a, fault.New(fault.NotFound, "request_not_found", "This key made no such request. Send the header x-bodhi-request-id of one of its answers, under the same key; an answer that is still being written can be judged when it is over.")
		}
		t := time.NewTimer(s.pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return a, away(ctx.Err())
		}
	}
}

func away(err error) error {
	f := fault.New(fault.Unavailable, "feedback_unavailable", "Feedback cannot be written down right now. Send it again later.").Because(err)
	f.RetryAfter = 5 * time.Second
	return f
}

// Of gives what was said of a request that the actor may see: the caller has looked that up.
func (s *Service) Of(ctx context.Context, actor org.Actor, r id.Request) (Feedback, bool, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Feedback{}, false, err
	}
	f, ok, err := s.store.Of(ctx, actor.Org, r)
	if err != nil {
		return f, false, fmt.Errorf("feedback: of a request: %w", err)
	}
	return f, ok, nil
}

// Sums are what routes learn from.
func (s *Service) Sums(ctx context.Context) ([]Sum, error) {
	return s.store.Sums(ctx, s.clock.Now().Add(-Keep))
}

// Sweep forgets what is too old to count.
func (s *Service) Sweep(ctx context.Context) error {
	return s.store.Sweep(ctx, s.clock.Now().Add(-Keep))
}
