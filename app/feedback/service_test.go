package feedback_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// shelf is a Store in memory; db tests the real one. It knows a request after a number of looks.
type shelf struct {
	feedback.Store
	org     id.Org
	key     id.Key
	request id.Request
	status  int
	after   int
	looked  int
	away    error
	kept    map[id.Request]feedback.Feedback
}

func (s *shelf) Answer(_ context.Context, o id.Org, key id.Key, r id.Request) (feedback.Answer, bool, error) {
	s.looked++
	if s.away != nil || o != s.org || key != s.key || r != s.request || s.looked <= s.after {
		return feedback.Answer{}, false, s.away
	}
	return feedback.Answer{Status: s.status, Model: "m"}, true, nil
}

func (s *shelf) Put(_ context.Context, f feedback.Feedback) (bool, error) {
	_, again := s.kept[f.Request]
	s.kept[f.Request] = f
	return again, nil
}

func ptr[T any](v T) *T { return &v }

func TestFeedbackIsTakenOnceForARequestOfOnesOwn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		word   func(w *feedback.Word)
		asks   func(s *shelf) // what is different with the books
		age    time.Duration
		code   string
		says   string
		looked int
	}{
		"good":                             {looked: 1},
		"a score":                          {word: func(w *feedback.Word) { w.Good, w.Score = nil, ptr(0.25) }, looked: 1},
		"a comment":                        {word: func(w *feedback.Word) { w.Good, w.Comment = nil, " Too long. " }, looked: 1},
		"late":                             {age: 29 * 24 * time.Hour, looked: 1},
		"too late":                         {age: 31 * 24 * time.Hour, code: "feedback_too_late", says: "older than 30 days"},
		"not in the books yet":             {asks: func(s *shelf) { s.after = 3 }, age: time.Second, looked: 4},
		"never in the books":               {asks: func(s *shelf) { s.after = 1000 }, age: time.Second, code: "request_not_found", looked: 12},
		"unknown and old":                  {asks: func(s *shelf) { s.after = 1000 }, age: time.Minute, code: "request_not_found", looked: 1},
		"another key's":                    {asks: func(s *shelf) { s.key = id.Key{} }, age: time.Minute, code: "request_not_found", looked: 1},
		"another organization's":           {asks: func(s *shelf) { s.org = id.Org{} }, age: time.Minute, code: "request_not_found", looked: 1},
		"a request that was refused":       {asks: func(s *shelf) { s.status = 402 }, code: "nothing_to_judge", looked: 1},
		"the database is away":             {asks: func(s *shelf) { s.away = errors.New("gone") }, code: "feedback_unavailable", looked: 1},
		"no id":                            {word: func(w *feedback.Word) { w.Request = "chatcmpl-1" }, code: "invalid_request", says: "x-bodhi-request-id"},
		"nothing said":                     {word: func(w *feedback.Word) { w.Good = nil }, code: "invalid_request", says: "at least one of good"},
		"a score above one":                {word: func(w *feedback.Word) { w.Score = ptr(5.0) }, code: "invalid_request", says: "from 0 for useless to 1"},
		"a score that is no number":        {word: func(w *feedback.Word) { w.Score = ptr(math.NaN()) }, code: "invalid_request", says: "from 0 for useless to 1"},
		"a comment that is too long":       {word: func(w *feedback.Word) { w.Comment = strings.Repeat("x", 2001) }, code: "invalid_request", says: "at most 2000 bytes"},
		"a comment that is no text":        {word: func(w *feedback.Word) { w.Comment = "\xff" }, code: "invalid_request", says: "a text"},
		"a request that is yet to be made": {age: -time.Hour, asks: func(s *shelf) { s.after = 1000 }, code: "request_not_found", looked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				made := id.NewSource(func() time.Time { return clock.System{}.Now().Add(-c.age) }, nil)
				s := &shelf{org: id.NewOrg(made), key: id.NewKey(made), request: id.NewRequest(made), status: 200, kept: map[id.Request]feedback.Feedback{}}
				o, key, w := s.org, s.key, feedback.Word{Request: s.request.String(), Good: ptr(true)}
				if c.word != nil {
					c.word(&w)
				}
				if c.asks != nil {
					c.asks(s)
				}
				service := feedback.New(s, clock.System{})
				f, again, err := service.Give(t.Context(), o, key, w)
				if s.looked != c.looked {
					t.Errorf("looked %d times, want %d", s.looked, c.looked)
				}
				if c.code != "" {
					first := err
					if joined, ok := err.(interface{ Unwrap() []error }); ok {
						first = joined.Unwrap()[0]
					}
					if got := fault.From(first); err == nil || got.Code != c.code || !strings.Contains(got.Public, c.says) || len(s.kept) != 0 {
						t.Errorf("%v (%+v)", err, got)
					}
					return
				}
				if err != nil || again || s.kept[s.request] != f || f.Model != "m" || f.Comment != strings.TrimSpace(w.Comment) {
					t.Fatalf("%+v %v %v", f, again, err)
				}
				if _, again, err := service.Give(t.Context(), o, key, feedback.Word{Request: w.Request, Good: ptr(false)}); err != nil || !again || len(s.kept) != 1 {
					t.Errorf("saying it again: %v %v, %d kept", again, err, len(s.kept))
				}
			})
		})
	}
}

func TestWhatCountsOfFeedback(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    feedback.Feedback
		v    int64
		says bool
	}{
		"good":                     {feedback.Feedback{Good: ptr(true)}, 1000, true},
		"bad":                      {feedback.Feedback{Good: ptr(false)}, 0, true},
		"a score above a verdict":  {feedback.Feedback{Good: ptr(true), Score: ptr(int64(250))}, 250, true},
		"a comment counts nothing": {feedback.Feedback{Comment: "hm"}, 0, false},
	} {
		if v, ok := c.f.Value(); v != c.v || ok != c.says {
			t.Errorf("%s: %d %v", name, v, ok)
		}
	}
}

// An organization whose feedback waits for its requests to be posted takes no place from another's.
func TestFeedbackOfOneLeavesRoomForAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		made := id.NewSource(clock.System{}.Now, nil)
		s := &shelf{org: id.NewOrg(made), key: id.NewKey(made), request: id.NewRequest(made), status: 200, kept: map[id.Request]feedback.Feedback{}}
		waiting := &queue{shelf: s, free: make(chan struct{})}
		service := feedback.New(waiting, clock.System{})
		word := feedback.Word{Request: s.request.String(), Good: ptr(true)}
		loud, refused := id.NewOrg(made), 0
		answers := make(chan error)
		for range 40 {
			go func() { _, _, err := service.Give(t.Context(), loud, s.key, word); answers <- err }()
		}
		for range 24 {
			if f := fault.From(<-answers); f != nil && f.Code == "overloaded" && f.RetryAfter > 0 {
				refused++
			}
		}
		synctest.Wait() // 16 wait for the books, 24 were turned away
		go func() { _, _, err := service.Give(t.Context(), s.org, s.key, word); answers <- err }()
		synctest.Wait()
		close(waiting.free)
		served := 0
		for range 17 {
			if err := <-answers; err == nil {
				served++
			}
		}
		if refused != 24 || served != 1 {
			t.Errorf("%d of the loud one's refused, 24 expected; %d verdicts taken, 1 expected", refused, served)
		}
	})
}

// queue is a Store whose answers come when it is told so.
type queue struct {
	*shelf
	mu   sync.Mutex
	free chan struct{}
}

func (q *queue) Answer(ctx context.Context, o id.Org, key id.Key, r id.Request) (feedback.Answer, bool, error) {
	<-q.free
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.shelf.Answer(ctx, o, key, r)
}
