package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cachetest"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Who waits for an equal request's answer is not kept waiting twice: the time of a request is over when it is over.
func TestWaitingForAnEqualRequestIsPartOfARequestsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := perform(t, calm{}, script{"a": {hangs}}, "a")
		desk := cache.NewDesk(cache.Parts{Vault: cachetest.Vault{}, MAC: cachetest.MAC(t), Wires: []llm.Wire{openai.Wire{}}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
		r := cache.Record{ID: id.NewCaching(id.NewSource(clock.System{}.Now, nil)), Org: s.grant.Chain.Org, Kind: org.OrgScope, Node: s.grant.Chain.Org.UUID(), Name: "all",
			Settings: cache.Settings{Mode: cache.Exact, Sharing: cache.Team, TTL: time.Hour, Warmest: 100, MaxBytes: cache.DefaultBytes, Pace: cache.Full}}
		if err := desk.Load(cache.Snapshot{Rules: []cache.Record{r}}); err != nil {
			t.Fatal(err)
		}
		s.gateway.Cache = desk
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { s.sayIn(ctx, question) }) // asks, and waits for minutes
		synctest.Wait()
		came := clock.System{}.Now()
		second, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://gateway/v1/chat/completions", strings.NewReader(question))
		if err != nil {
			t.Fatal(err)
		}
		second.Header = http.Header{"Authorization": {"Bearer good"}, "X-Bodhi-Timeout": {"30s"}}
		p := &page{header: http.Header{}}
		s.gateway.ServeHTTP(p, second)
		if took := clock.Since(came); took > 31*time.Second || p.status != http.StatusGatewayTimeout || len(s.asked["a"]) != 1 {
			t.Errorf("%d after %s, %d calls: %s", p.status, took, len(s.asked["a"]), p.body.String())
		}
		leave()
		wg.Wait()
	})
}
