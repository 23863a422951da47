package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// A demo's figures come out of the same books as everybody's: they balance, every page's total is theirs, and the same seed
// spends the same.
func TestADemoIsInTheBooks(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	in := onboard.Demo{Org: "Northwind", Email: "ada@northwind.test", Password: secret.New("correct zebra staple 9"), People: 40, Days: 20, Requests: 600, Seed: 7, Until: time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)}
	build := func() (Config, usage.Totals) {
		cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir()}
		cfg.DatabaseURL = secret.New("sqlite://" + cfg.DataDir + "/bodhi.db")
		told := 0
		shown, err := MakeDemo(t.Context(), cfg, quiet, in, func(done, all int) { told = done })
		if err != nil || shown.OrgSlug != "northwind" || told != in.Requests {
			t.Fatalf("%+v, %d of %d, %v", shown, told, in.Requests, err)
		}
		return cfg, demoTotal(t, cfg, quiet, in)
	}
	cfg, first := build()
	if first.Requests != int64(in.Requests) || first.Cost <= 0 || first.Refused == 0 {
		t.Errorf("%+v", first)
	}
	if _, again := build(); again != first {
		t.Errorf("the same seed made %+v and %+v", first, again)
	}
	v, err := Verify(t.Context(), cfg, quiet)
	if err != nil || !v.OK() {
		t.Errorf("%v %v", v.Lines(), err)
	}
	if _, err := MakeDemo(t.Context(), cfg, quiet, in, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second one of the same name: %v", err)
	}
	for _, wrong := range []onboard.Demo{{People: 1, Days: 1}, {People: 10, Days: 0}, {People: 10, Days: 10, Requests: -1}} {
		if wrong.Validate() == nil {
			t.Errorf("%+v passes", wrong)
		}
	}
}

func demoTotal(t *testing.T, cfg Config, log *slog.Logger, in onboard.Demo) usage.Totals {
	t.Helper()
	c, err := openCore(context.Background(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.db.Close() }()
	o, err := c.orgs.BySlug(t.Context(), "northwind")
	if err != nil {
		t.Fatal(err)
	}
	actor, now := org.System(o.ID, "test"), in.Until
	prompts, err := c.library.List(t.Context(), actor)
	rules, rulesErr := c.screening.List(t.Context(), actor)
	if err != nil || rulesErr != nil || len(prompts) < 5 || len(rules) != 1 {
		t.Errorf("there are %d prompts and %d data rules to look at, %v %v", len(prompts), len(rules), err, rulesErr)
	}
	r, err := c.usage.Query(t.Context(), actor, usage.Query{From: now.AddDate(0, 0, -in.Days-2), To: now.Add(24 * time.Hour), By: []usage.Dim{usage.Team}, Grain: usage.Day, Top: 100})
	if err != nil {
		t.Fatal(err)
	}
	var facts usage.Totals
	_, err = c.reports.Each(t.Context(), actor, report.Query{}, func(q report.Request) error {
		facts.Requests++
		facts.Cost += q.Cost
		return nil
	})
	if err != nil || facts.Cost != r.Total.Cost || facts.Requests != r.Total.Requests {
		t.Errorf("the requests make %+v, the sums %+v, %v", facts, r.Total, err)
	}
	return r.Total
}
