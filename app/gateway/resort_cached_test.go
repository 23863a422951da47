package gateway

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// When nobody answers, a route that wants it gives what the cache has, though the client asked for a younger answer: marked, for free, no
// older than the route allows, and never what another scope paid for.
func TestACachedAnswerIsTheLastResortWhereTheRouteSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fall   *route.Fallback
		header []string
		other  bool // another team asks
		status int
		cached bool
	}{
		"by opt-in":                  {fall: &route.Fallback{CachedAnswer: "24h", DefaultAnswer: "Later."}, status: 200, cached: true},
		"not without a word":         {status: 503},
		"too old, the default stays": {fall: &route.Fallback{CachedAnswer: "1h", DefaultAnswer: "Later."}, status: 200},
		"another team's":             {fall: &route.Fallback{CachedAnswer: "24h"}, other: true, status: 503},
		"who wants none of it":       {fall: &route.Fallback{CachedAnswer: "24h"}, header: []string{"X-Bodhi-Cache", "off"}, status: 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := buildCaching(t, func(r *cache.Record) { r.TTL = 48 * time.Hour })
			h.fall = c.fall
			var down atomic.Bool
			h.provide("up", func(w http.ResponseWriter, r *http.Request) {
				if down.Load() {
					fails(http.StatusServiceUnavailable, `{"error":{"message":"busy"}}`)(w, r)
					return
				}
				says(answer)(w, r)
			})
			if resp, body := h.ask(question); resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Cache") != "miss" {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			down.Store(true)
			h.clock.Advance(2 * time.Hour)
			if c.other {
				ids := id.NewSource(clock.System{}.Now, nil)
				h.grant.Chain.Team, h.grant.Chain.Key = id.NewTeam(ids), id.NewKey(ids)
			}
			resp, body := h.ask(question, append([]string{"X-Bodhi-Cache-Ttl", "1m"}, c.header...)...)
			head := resp.Header
			if resp.StatusCode != c.status || (body == answer) != c.cached || (head.Get("X-Bodhi-Fallback") == "cached") != c.cached {
				t.Fatalf("%d %v %s", resp.StatusCode, head, body)
			}
			if !c.cached {
				return
			}
			if head.Get("Age") != "7200" || head.Get("X-Bodhi-Cache") != "hit" || head.Get("X-Bodhi-Cost-Usd") != "0" || !strings.Contains(head.Get("X-Bodhi-Warning"), "this answer of the cache is 2h0m0s old") || !strings.HasPrefix(head.Get("X-Bodhi-Hops"), "up/") {
				t.Errorf("%v", head)
			}
			if f := h.books.only(t, 2)[1]; f.Code != "cached_answer" || f.Cost != 0 || f.Status != 200 {
				t.Errorf("%+v", f)
			}
		})
	}
}

// A policy may keep answers for outages beyond their time: while the provider answers nobody is given one, when it is down everybody is,
// as long as policy and route allow. The route's word alone keeps nothing.
func TestAnAnswerWhoseTimeIsOverIsKeptForOutages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keeps, allows string
		after         time.Duration
		header        []string
		status        int
	}{
		"an hour after its time":             {keeps: "24h", allows: "24h", after: 2 * time.Hour, status: 200},
		"older than the policy keeps":        {keeps: "3h", allows: "24h", after: 4 * time.Hour, status: 503},
		"older than the route allows":        {keeps: "24h", allows: "90m", after: 2 * time.Hour, status: 503},
		"a policy that keeps no longer":      {keeps: "0s", allows: "24h", after: 2 * time.Hour, status: 503},
		"a client that had it kept shorter":  {keeps: "24h", allows: "24h", after: 2 * time.Hour, header: []string{"X-Bodhi-Cache-Ttl", "10m"}, status: 503},
		"another answer came in the between": {keeps: "24h", allows: "24h", after: 2 * time.Hour, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keeps, err := time.ParseDuration(c.keeps)
			if err != nil {
				t.Fatal(err)
			}
			h := buildCaching(t, func(r *cache.Record) { r.LastResort = keeps })
			h.fall = &route.Fallback{CachedAnswer: c.allows}
			var down atomic.Bool
			h.provide("up", h.bought(func(w http.ResponseWriter, r *http.Request) {
				if down.Load() {
					fails(http.StatusServiceUnavailable, `{"error":{"message":"busy"}}`)(w, r)
					return
				}
				says(answer)(w, r)
			}))
			h.ask(question, c.header...)
			h.clock.Advance(c.after)
			asked := 2
			if strings.HasPrefix(name, "another") {
				if resp, _ := h.ask(question); resp.Header.Get("X-Bodhi-Cache") != "miss" || h.calls.Load() != 2 {
					t.Fatalf("while the provider answers, an old answer is given: %v", resp.Header)
				}
				h.clock.Advance(c.after)
				asked = 3
			}
			down.Store(true)
			resp, body := h.ask(question)
			if resp.StatusCode != c.status || (body == answer) != (c.status == 200) {
				t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, body)
			}
			if c.status != 200 {
				return
			}
			if resp.Header.Get("X-Bodhi-Fallback") != "cached" || resp.Header.Get("Age") != "7200" || !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "no provider answered; this answer of the cache is 2h0m0s old") {
				t.Errorf("%v", resp.Header)
			}
			if f := h.books.only(t, asked)[asked-1]; f.Code != "cached_answer" || f.Cache != "hit" || f.Cost != 0 || f.Saved != 10 {
				t.Errorf("%+v", f)
			}
		})
	}
}
