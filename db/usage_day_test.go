package db_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Sums of days are used while they are right, and not a moment longer.
func TestDaysAreReadUntilSomethingIsPostedToThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rand.New(rand.NewPCG(3, 4)), "Asia/Kolkata")
		store := db.NewUsageStore(d)
		s := usage.NewService(store, db.NewOrgStore(d), clock.NewFake(may))
		from := time.Date(2026, 4, 1, 18, 30, 0, 0, time.UTC) // midnight in Kolkata
		const day = 24 * time.Hour
		for range 100 {
			h.call(from.Add(time.Duration(h.r.Int64N(int64(3 * day)))))
		}
		h.post(t, d)
		keep := func(now time.Time) {
			t.Helper()
			if err := usage.KeepDays(t.Context(), store, now); err != nil {
				t.Fatal(err)
			}
		}
		// reads tells how many of the days are answered by sheets: those whose answer stays when their hours change.
		reads := func(q usage.Query, first time.Time, n int) (days int) {
			t.Helper()
			ask := func() int64 {
				got, err := s.Query(t.Context(), org.Actor{Org: h.org, Role: org.Admin}, q)
				if err != nil {
					t.Fatal(err)
				}
				return got.Total.Requests
			}
			before := ask()
			for i := range n {
				nudge := func(by int) {
					if err := d.Do(t.Context(), func(ctx context.Context) error {
						return d.System(ctx, func(tx *gorm.DB) error {
							for _, table := range []string{"usage_hours", "usage_totals"} {
								from := first.Add(time.Duration(i) * day).UTC()
								if err := tx.Exec("UPDATE "+table+" SET requests = requests + ? WHERE org_id = ? AND hour >= ? AND hour < ?", by, h.org, from, from.Add(day)).Error; err != nil {
									return err
								}
							}
							return nil
						})
					}); err != nil {
						t.Fatal(err)
					}
				}
				nudge(1)
				if ask() == before {
					days++
				}
				nudge(-1)
			}
			return days
		}
		whole := usage.Query{From: from, To: from.Add(3 * day)}
		if n := reads(whole, from, 3); n != 0 {
			t.Errorf("%d days are read before any was added up", n)
		}
		keep(from.Add(2*day + time.Hour))
		if n := reads(whole, from, 3); n != 2 {
			t.Errorf("%d days are read, 2 are over", n)
		}
		if n := reads(usage.Query{From: from.Add(time.Hour), To: from.Add(2 * day)}, from, 2); n != 1 {
			t.Errorf("%d days are read of a span that has one whole day", n)
		}
		if n := reads(usage.Query{From: from, To: from.Add(3 * day), By: []usage.Dim{usage.Team, usage.Model}, Where: []usage.Filter{{Dim: usage.Outcome, Values: []string{usage.Failed, usage.Answered, usage.Refused}}}}, from, 3); n != 2 {
			t.Errorf("%d days are read under a filter", n)
		}
		h.call(from.Add(day + time.Hour))
		h.post(t, d)
		if n := reads(whole, from, 3); n != 1 {
			t.Errorf("%d days are read after the second was posted to", n)
		}
		keep(from.Add(5 * day))
		if n := reads(whole, from, 3); n != 3 {
			t.Errorf("%d days are read after all were made again", n)
		}
		if due, err := store.Due(t.Context(), from.Add(9*day)); err != nil || len(due) != 0 {
			t.Errorf("due although everything is added up: %+v, %v", due, err)
		}
		// Another zone, other days: those of the old one are not mistaken for them.
		orgs := db.NewOrgStore(d)
		o, err := orgs.Organization(t.Context(), h.org)
		if err != nil {
			t.Fatal(err)
		}
		o.Zone = "UTC"
		if err := orgs.SetOrganization(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		first := from.Truncate(day)
		if n := reads(usage.Query{From: first, To: first.Add(3 * day), Grain: usage.Day}, first, 3); n != 0 {
			t.Errorf("%d days of another zone are read", n)
		}
		keep(from.Add(9 * day))
		if n := reads(usage.Query{From: first, To: first.Add(3 * day), Grain: usage.Day}, first, 3); n != 3 {
			t.Errorf("%d days of the new zone are read", n)
		}
	})
}
