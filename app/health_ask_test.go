package app

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// A look that asks a model goes the way of requests: held, booked at what it costs, never above what was said, in the log, and refused
// by the organization's own budget.
func TestALookThatAsksAModelIsBookedLikeARequest(t *testing.T) {
	t.Parallel()
	master, err := secret.GenerateMaster(nil)
	must(t, err)
	a := node(t, dbtest.SQLiteURL(t), master)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = a.treasury.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	h := &webtest.House{DB: a.db, IDs: a.ids, Identity: a.people, Keys: a.keys, Audit: a.audit}
	x := h.Found(t, "Acme")
	admin := x.Actor(org.Admin)
	all, err := a.providers.List(t.Context(), admin)
	must(t, err)
	if len(all) == 0 {
		t.Fatal("a new organization has no sandbox")
	}
	box := all[0]
	s := a.wellbeing()
	set, err := s.SetRules(t.Context(), admin, box.ID, health.Input{Check: "5m", Ask: "sandbox-chat"})
	must(t, err)
	if set.Unpriced || set.Cost <= 0 || set.Cost > 1_000_000 || set.Day() < 288*set.Cost || set.Day() > 330*set.Cost {
		t.Errorf("a look costs at most %s, a day %s", set.Cost, set.Day())
	}
	ask := func(model string) (health.Report, string) {
		door, ok, err := a.door(ctx, box.Org, box.ID)
		if err != nil || !ok {
			t.Fatalf("no door: %v", err)
		}
		return door.Ask(ctx, model)
	}
	until := func(what string, done func() bool) {
		t.Helper()
		begun := clock.System{}.Now()
		for tick := time.NewTicker(10 * time.Millisecond); !done(); {
			if <-tick.C; clock.Since(begun) > 30*time.Second {
				t.Fatalf("%s did not come about", what)
			}
		}
	}
	var note string
	until("a good look", func() bool {
		r, said := ask("sandbox-chat")
		note = said
		return r.Outcome == health.Good
	})
	var got report.Page
	until("the request in the books", func() bool {
		got, err = a.reports.Requests(t.Context(), admin, report.Query{})
		must(t, err)
		return len(got.Requests) > 0 && got.Requests[0].Status == 200
	})
	if q := got.Requests[0]; q.Cost <= 0 || q.Cost > set.Cost || q.Model != "sandbox-chat" || !strings.Contains(q.Tags, wordTag) || !q.Chain.Key.IsZero() || q.Attempts != 1 {
		t.Errorf("booked %+v, said %s (%s)", q, set.Cost, note)
	}
	if r, said := ask("sandbox-chat+status=503"); r.Outcome != health.Bad || said == "" {
		t.Errorf("of a provider that fails: %v %q", r.Outcome, said)
	}
	if r, said := ask("sandbox-chat+status=400"); r.Outcome != health.Neutral || said == "" {
		t.Errorf("of a request that the provider refuses: %v %q", r.Outcome, said)
	}
	// Whatever else the organization has answer in a model's place, a look asks the model that it is about.
	rules := []route.RuleText{{Name: "all of it", When: "hour >= 0", Targets: []route.ToTarget{{To: box.Name + "/sandbox-chat"}}}}
	for _, d := range []route.Document{{Rules: rules}, {Fallback: &route.Fallback{DefaultAnswer: "We are away."}}} {
		_, err = a.aliasing.SetGeneral(t.Context(), admin, d)
		must(t, err)
		routes, err := route.Reader{Connections: a.connections, Aliases: a.aliases}.Read(t.Context())
		must(t, err)
		must(t, a.applyRoutes(routes))
		if r, said := ask("sandbox-chat+status=503"); r.Outcome != health.Bad || said == "" {
			t.Errorf("with %+v: %v %q", d, r.Outcome, said)
		}
	}
	_, err = a.budgets(a.treasury).Create(t.Context(), admin, budget.Input{Scope: org.OfOrg(x.Org.ID), Measure: ledger.Money, Limit: 1, Period: budget.Monthly, Enforce: budget.Hard})
	must(t, err)
	until("the budget", func() bool {
		r, said := ask("sandbox-chat")
		return r.Outcome == health.Neutral && strings.Contains(said, "budget")
	})
}
