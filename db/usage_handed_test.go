package db_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What was booked for a line that is handed over and what came of it are told by one outcome, in sums and in facts: apart, one is too
// much and the other below zero.
func TestWhatWasHandedOverAndWhatCameOfItAreOneOutcome(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, node := newBooks(t, d, money.Max/4), id.NewNode(ids)
		line := func(came, class string, cost money.USD) budget.Posting {
			p := b.posting(cost, may)
			p.End.State, p.End.Class = ledger.State(came), class
			return p
		}
		x := b.batch(node, line("handed", "canceled", 10*money.Dollar), line("returned", "", -6*money.Dollar), line("handed", "canceled", 10*money.Dollar), line("returned", "canceled", -10*money.Dollar))
		x.Requests = nil
		b.post(node, x)
		hour := may.UTC().Truncate(time.Hour)
		for name, by := range map[string][]usage.Dim{"sums": {usage.Outcome}, "facts": {usage.Outcome, usage.Tag("a"), usage.Tag("b")}} {
			cells, facts, err := db.NewUsageStore(d).Sums(t.Context(), report.Reach{Org: b.chain.Org, All: true},
				usage.Ask{Steps: []usage.Step{{From: hour, To: hour.Add(time.Hour)}}, Zone: time.UTC, By: by, Limit: 10})
			if err != nil || facts != (name == "facts") || len(cells) != 1 || cells[0].Values[0] != usage.Answered || cells[0].Cost != 4*money.Dollar {
				t.Errorf("%s: %+v %v", name, cells, err)
			}
		}
	})
}
