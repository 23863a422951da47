package blueprint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestATurnIsOnesAtATimeAndLostAfterSilence(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		h.Passwordless = true
		x, other := h.Found(t, "Acme"), h.Found(t, "Beta")
		turns := blueprint.NewTurns(blueprint.TurnParts{Store: db.NewBlueprintStore(d), Tx: d, Audit: h.Audit, IDs: h.IDs, Clock: h.Clock})
		ada, bob := x.Actor(org.Admin), x.Actor(org.Manager)
		first, err := turns.Begin(t.Context(), ada, " first ")
		if err != nil || first.Title != "first" {
			t.Fatalf("%+v %v", first, err)
		}
		if _, err := turns.Step(t.Context(), ada, first.ID, blueprint.Progress{Done: 1, Total: 3, Current: "create team X"}); err != nil {
			t.Fatal(err)
		}
		refused := func(what string, err error, code, says string) {
			t.Helper()
			if f := fault.From(err); err == nil || f.Code != code || !strings.Contains(f.Public, says) {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err = turns.Begin(t.Context(), bob, "second")
		refused("beside another", err, "apply_running", ada.Label+" is applying “first” right now (1 of 3 changes made)")
		if _, err := turns.Begin(t.Context(), other.Actor(org.Admin), "theirs"); err != nil {
			t.Errorf("another organization waits: %v", err)
		}
		_, err = turns.Step(t.Context(), other.Actor(org.Admin), first.ID, blueprint.Progress{})
		refused("another organization's turn", err, "not_found", "no such")
		_, err = turns.Begin(t.Context(), x.Actor(org.Lead), "no")
		refused("a lead", err, "forbidden", "")
		_, err = turns.Step(t.Context(), ada, first.ID, blueprint.Progress{Done: 4, Total: 3})
		refused("more than all", err, "invalid_request", "As many changes")

		h.Clock.Advance(blueprint.Lease) // the process is gone
		if all, err := turns.Last(t.Context(), ada); err != nil || all[0].State != blueprint.Stopped || all[0].Current != "create team X" || all[0].Why == "" {
			t.Errorf("%+v %v", all, err)
		}
		second, err := turns.Begin(t.Context(), bob, strings.Repeat("ä", 300))
		if err != nil || len(second.Title) > 210 {
			t.Fatalf("after silence: %d %v", len(second.Title), err)
		}
		_, err = turns.Step(t.Context(), ada, first.ID, blueprint.Progress{Done: 2, Total: 3})
		refused("who lost the turn", err, "apply_over", "Compare again")
		if _, err := turns.End(t.Context(), bob, second.ID, blueprint.Progress{Done: 1, Total: 1}); err != nil {
			t.Error(err)
		}
		for range blueprint.KeptTurns + 5 {
			h.Clock.Advance(time.Second)
			one, err := turns.Begin(t.Context(), ada, "more")
			if err == nil {
				_, err = turns.End(t.Context(), ada, one.ID, blueprint.Progress{})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if all, err := turns.Last(t.Context(), ada); err != nil || len(all) != blueprint.KeptTurns || all[0].State != blueprint.Applied {
			t.Errorf("%d %v", len(all), err)
		}
	})
}
