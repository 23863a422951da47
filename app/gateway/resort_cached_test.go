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
