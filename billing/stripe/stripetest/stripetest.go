// Package stripetest is a small Stripe in the process: customers, prices, checkouts, subscriptions, invoices and signed events,
// with a clock of its own. It keeps Stripe's contract on idempotency keys: the same key and the same call have one effect and one
// answer, and another call under the same key is refused. What is paid is in Invoices, so that tests can count it.
package stripetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"
)

// Secret signs the events.
const Secret = "whsec_test_of_bodhi"

// Object is one of Stripe's, as JSON has it.
type Object map[string]any

// Server is the Stripe.
type Server struct {
	URL string
	Now func() time.Time

	mu       sync.Mutex
	t        testing.TB
	number   int
	mark     string            // in its ids, so that those of two servers differ
	objects  map[string]Object // by id, in no order
	order    []string          // ids in the order they were made
	answered map[string]reply  // by idempotency key
	decline  bool
	down     bool
	lose     int
	Calls    []string // method and path of every call that was carried out
	pending  []Event
}

// Event is one that Stripe would send.
type Event struct {
	ID   string
	Kind string
	Body []byte
}

type reply struct {
	call   string
	status int
	body   []byte
}

// New starts a Stripe that ends with the test.
func New(t testing.TB, now func() time.Time) *Server {
	t.Helper()
	s := &Server{t: t, Now: now, objects: map[string]Object{}, answered: map[string]reply{}}
	srv := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	s.mark = srv.URL[strings.LastIndex(srv.URL, ":")+1:] + "x"
	return s
}

// Down makes it answer 500 to everything, or end that.
func (s *Server) Down(down bool) { s.mu.Lock(); s.down = down; s.mu.Unlock() }

// LoseAnswers carries out the next n changing calls and breaks the connection instead of answering.
func (s *Server) LoseAnswers(n int) { s.mu.Lock(); s.lose = n; s.mu.Unlock() }

// Decline makes cards be declined from now on, or not.
func (s *Server) Decline(on bool) { s.mu.Lock(); s.decline = on; s.mu.Unlock() }

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = r.ParseForm()
	if s.down {
		answer(w, 500, problem("api_error", "", "Down for a test."))
		return
	}
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer sk_test_") {
		answer(w, 401, problem("invalid_request_error", "", "Invalid API Key provided."))
		return
	}
	call := r.Method + " " + r.URL.Path + "?" + r.Form.Encode()
	key := r.Header.Get("Idempotency-Key")
	if r.Method == http.MethodPost && key == "" {
		answer(w, 400, problem("invalid_request_error", "", "This test wants a key on every change."))
		return
	}
	if old, ok := s.answered[key]; ok && key != "" {
		if old.call != call {
			answer(w, 400, problem("idempotency_error", "", "Keys for idempotent requests can only be used with the same parameters they were first used with."))
			return
		}
		w.Header().Set("Idempotent-Replayed", "true")
		write(w, old.status, old.body)
		return
	}
	status, body := s.do(r.Method, strings.Trim(strings.TrimPrefix(r.URL.Path, "/v1"), "/"), r.Form)
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Error(err)
	}
	if r.Method != http.MethodGet {
		s.Calls = append(s.Calls, r.Method+" "+r.URL.Path)
		if key != "" {
			s.answered[key] = reply{call, status, text}
		}
		if s.lose > 0 {
			s.lose--
			panic(http.ErrAbortHandler)
		}
	}
	write(w, status, text)
}

func answer(w http.ResponseWriter, status int, v any) {
	text, _ := json.Marshal(v)
	write(w, status, text)
}

func write(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func problem(kind, code, message string) Object {
	return Object{"error": Object{"type": kind, "code": code, "message": message}}
}

// Count is how often a call was carried out, by method and the beginning of its path.
func (s *Server) Count(call string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.Calls {
		if strings.HasPrefix(c, call) {
			n++
		}
	}
	return n
}

// Events are those that were not taken yet, oldest first.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.pending
	s.pending = nil
	return out
}

// Sign is the header of a payload that is sent at a moment under a secret.
func Sign(payload []byte, secret string, at time.Time) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: secret, Timestamp: at}).Header
}

func (s *Server) emit(kind string, o Object) {
	s.number++
	e := Object{"id": fmt.Sprintf("evt_%04d", s.number), "object": "event", "type": kind, "created": s.Now().Unix(), "api_version": "2023-10-16", "data": Object{"object": o}}
	body, err := json.Marshal(e)
	if err != nil {
		s.t.Error(err)
	}
	s.pending = append(s.pending, Event{e["id"].(string), kind, body})
}

func (s *Server) make(prefix string, o Object) Object {
	s.number++
	if o["id"] == nil {
		o["id"] = fmt.Sprintf("%s_%s%04d", prefix, s.mark, s.number)
	}
	o["created"] = s.Now().Unix()
	id := o["id"].(string)
	s.objects[id] = o
	s.order = append(s.order, id)
	return o
}

// all are the objects of a kind that fit, newest first.
func (s *Server) all(kind string, fits func(Object) bool) []Object {
	out := []Object{}
	for i := len(s.order) - 1; i >= 0; i-- {
		if o := s.objects[s.order[i]]; o["object"] == kind && (fits == nil || fits(o)) {
			out = append(out, o)
		}
	}
	return out
}

func number(f url.Values, name string) int64 {
	n, _ := strconv.ParseInt(f.Get(name), 10, 64)
	return n
}

func list(all []Object) Object {
	return Object{"object": "list", "data": all, "has_more": false, "url": "/v1"}
}
