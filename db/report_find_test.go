package db_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What days' sheets know makes a list quicker and never another one: without sheets, with some, with late requests that are
// in none, and after the organization moved to a zone whose days begin within an hour.
func TestAListIsTheSameWhateverSheetsThereAre(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := db.NewReportStore(d)
		tr := newTraffic(newOrg(t, d))
		random := rand.New(rand.NewPCG(70, 1))
		keep := func(days int) func() {
			return func() {
				if err := usage.KeepDays(t.Context(), db.NewUsageStore(d).Few(pick(random, 0, 5000)), noon.AddDate(0, 0, days)); err != nil {
					t.Fatal(err)
				}
			}
		}
		late := func() { tr.batch.Requests, tr.batch.Attempts = nil, nil; tr.scatter(t, d, random, 60) }
		move := func() {
			if err := d.System(t.Context(), func(tx *gorm.DB) error {
				if err := tx.Exec("UPDATE organizations SET zone = 'Asia/Kolkata' WHERE id = ?", tr.org).Error; err != nil {
					return err
				}
				return tx.Exec("UPDATE usage_marks SET kept = 0 WHERE org_id = ?", tr.org).Error
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, stage := range []struct {
			name string
			do   func()
		}{
			{"nothing is kept", func() { tr.scatter(t, d, random, 120) }}, {"half of it", keep(0)}, {"more came late", late}, {"all of it", keep(60)},
			{"in another zone", move}, {"its days", keep(60)}, {"more came late there", late}, {"all of it again", keep(60)},
		} {
			stage.do()
			all, err := s.Requests(t.Context(), report.Reach{Org: tr.org, All: true}, report.Query{Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			for range 15 {
				q, r := randomQuery(random, func() report.Request { return all[random.IntN(len(all))] }), report.Reach{Org: tr.org, All: true}
				if random.IntN(3) == 0 {
					r = report.Reach{Org: tr.org, Teams: []id.Team{tr.a}, Member: tr.bob}
				}
				var want []id.Request
				for _, one := range all {
					if r.Sees(one.Chain) && q.Keeps(&one) {
						want = append(want, one.ID)
					}
				}
				if q.Oldest {
					slices.Reverse(want)
				}
				for _, store := range []*db.ReportStore{s, s.ByKey()} {
					if got := everyPage(t, store, r, q, 3+random.IntN(30)); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Fatalf("%s: %+v of %+v: %d are listed, %d pass", stage.name, q, r, len(got), len(want))
					}
				}
			}
		}
	})
}

// everyPage lists all of a query, some at a time.
func everyPage(t *testing.T, s *db.ReportStore, r report.Reach, q report.Query, limit int) (out []id.Request) {
	t.Helper()
	for q.Limit = limit; ; {
		page, err := s.Requests(t.Context(), r, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, one := range page {
			out = append(out, one.ID)
		}
		if len(page) < limit {
			return out
		}
		q.After = report.Cursor{At: page[limit-1].At, ID: page[limit-1].ID}
	}
}
