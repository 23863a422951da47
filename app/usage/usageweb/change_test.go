package usageweb_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/insight"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// insights are found for one team.
type insights struct {
	team id.Team
	all  []insight.Insight
}

func (i *insights) Of(_ context.Context, _ org.Actor, team id.Team) ([]insight.Insight, error) {
	if team != i.team {
		return nil, nil
	}
	return i.all, nil
}

func TestATeamsPageTellsWhatAChangeOfARouteCameTo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	at := time.Date(2026, 8, 3, 15, 0, 0, 0, time.UTC)
	cost := experiment.Comparison{Metric: experiment.Cost, Control: 2e6, Variant: 1.4e6, OfControl: 700, Counted: 800, Ready: true, Side: 1, Interval: experiment.Interval{Difference: -6e5, Low: -8e5, High: -4e5}}
	slow := experiment.Comparison{Metric: experiment.Latency, Control: 1e6, Variant: 2e6, Ready: true, Side: -1, Interval: experiment.Interval{Difference: 1e6, Low: 5e5, High: 1.5e6}}
	x := insight.Insight{Alias: "smart", At: at, From: "openai/big", To: "openai/small", Before: insight.Span{Days: 7}, After: insight.Span{Days: 14}, Requests: 800,
		Compared: []experiment.Comparison{cost, {Metric: experiment.Errors, Ready: true}, slow, {Metric: experiment.Quality}}, Known: true, Monthly: 24 * money.Dollar, MonthlyLow: 16 * money.Dollar, MonthlyHigh: 32 * money.Dollar}
	s.told = insights{s.acme.Team, []insight.Insight{x}}
	p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Get("/teams/" + s.acme.Team.String() + "/usage")
	if !p.Has("What changes came to", "smart moved to openai/small: about 24.00 USD less a month", "On 3 August the first target of smart became openai/small, after openai/big",
		"30.0 % lower (20.0 to 40.0): between 16.00 USD and 32.00 USD a month", "No difference in the rate of errors is certain", "The time to the whole answer is 100.0 % higher (50.0 to 150.0)", "7 days before are compared with 14 after", "b-advice-warn") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/teams/" + s.acme.Other.String() + "/usage"); p.Status != http.StatusOK || p.Has("What changes came to") {
		t.Errorf("a team without changes: %d", p.Status)
	}
}
