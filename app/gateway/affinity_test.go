package gateway

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// A conversation that moved to another target because the first was down stays there when the first is back: that is where
// its prompt is cached. Another conversation goes to the first as ever.
func TestAConversationStaysWhereItWasAnswered(t *testing.T) {
	t.Parallel()
	const ask = `{"model":"smart","messages":[{"role":"user","content":"hi"}]}`
	for _, c := range []struct {
		name, path, body, other string
		headers                 []string
	}{
		{name: "x-bodhi-session", body: ask, headers: []string{"X-Bodhi-Session", "s1"}},
		{name: "Claude Code's header", body: ask, headers: []string{"X-Claude-Code-Session-Id", "s1"}},
		{name: "Codex's header", body: ask, headers: []string{"Session-Id", "s1"}},
		{name: "Codex's older header", body: ask, headers: []string{"session_id", "s1"}},
		{name: "opencode's header", body: ask, headers: []string{"X-Session-Affinity", "s1"}},
		{name: "opencode's other header", body: ask, headers: []string{"X-Session-Id", "s1"}},
		{name: "the key of the prompt cache", body: `{"model":"smart","prompt_cache_key":"s1","messages":[{"role":"user","content":"hi"}]}`},
		{name: "the same in Responses", path: "/v1/responses", body: `{"model":"smart","prompt_cache_key":"s1","store":false,"input":"hi"}`},
		{name: "Claude Code's user id", path: "/v1/messages", body: `{"model":"smart","max_tokens":50,"metadata":{"user_id":"{\"device_id\":\"d\",\"session_id\":\"s1\"}"},"messages":[{"role":"user","content":"hi"}]}`},
		{name: "Claude Code's older user id", path: "/v1/messages", body: `{"model":"smart","max_tokens":50,"metadata":{"user_id":"user_1_account__session_s1"},"messages":[{"role":"user","content":"hi"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var down atomic.Bool
			var first, second atomic.Int32
			h := build(t, nil)
			h.provide("first", func(w http.ResponseWriter, r *http.Request) {
				first.Add(1)
				if down.Load() {
					w.WriteHeader(503)
					return
				}
				answerChat(w)
			})
			h.provide("second", func(w http.ResponseWriter, r *http.Request) { second.Add(1); answerChat(w) })
			path := c.path
			if path == "" {
				path = "/v1/chat/completions"
			}
			say := func(where string, headers ...string) {
				t.Helper()
				resp, body := h.post(t, path, c.body, headers...)
				if resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Provider") != where {
					t.Errorf("%d from %s, want %s: %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Provider"), where, body)
				}
			}
			say("first", c.headers...)
			down.Store(true)
			say("second", c.headers...)
			down.Store(false)
			say("second", c.headers...)
			say("first", "X-Bodhi-Session", "another")
			if first.Load() != 3 || second.Load() != 2 {
				t.Errorf("asked %d and %d times, want 3 and 2", first.Load(), second.Load())
			}
		})
	}
}

func TestAConversationWhoseTargetFailsMovesOn(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	var broken atomic.Value
	broken.Store("")
	for _, name := range []string{"first", "second"} {
		h.provide(name, func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() == name {
				w.WriteHeader(503)
				return
			}
			answerChat(w)
		})
	}
	for i, step := range []struct{ broken, want string }{{"first", "second"}, {"", "second"}, {"second", "first"}, {"", "first"}} {
		broken.Store(step.broken)
		if resp, body := h.ask(question, "X-Bodhi-Session", "s"); resp.Header.Get("X-Bodhi-Provider") != step.want {
			t.Errorf("step %d: %s, want %s: %s", i, resp.Header.Get("X-Bodhi-Provider"), step.want, body)
		}
	}
}

func answerChat(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(answer))
}

// Memory is bounded, what is used stays, and what was not used for long is forgotten.
func TestAffinityForgets(t *testing.T) {
	t.Parallel()
	var a affinity
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	used, idle := thread{name: "used"}, thread{name: "idle"}
	a.set(used, place{model: "m"}, now)
	a.set(idle, place{model: "m"}, now)
	for range 5 {
		now = now.Add(50 * time.Minute)
		if _, ok := a.get(used, now); !ok {
			t.Fatal("what is used was forgotten")
		}
	}
	if _, ok := a.get(idle, now); ok {
		t.Error("what was idle for four hours is still there")
	}
	for i := range 3 * affinityMost {
		a.set(thread{name: strconv.Itoa(i)}, place{}, now)
	}
	if n := len(a.now) + len(a.old); n > 2*affinityMost {
		t.Errorf("%d entries", n)
	}
}
