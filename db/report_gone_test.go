package db_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// In a zone of half an hour days begin within an hour of the clock. What they cost stays the same when the single requests are
// deleted, whose sums are kept by the quarter there.
func TestReportsOfAZoneOfHalfAnHourRememberWhatWasDeleted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const zone = "Asia/Kolkata"
		tr := newTraffic(newOrg(t, d))
		if err := d.System(t.Context(), func(tx *gorm.DB) error {
			return tx.Exec("UPDATE organizations SET zone = ? WHERE id = ?", zone, tr.org).Error
		}); err != nil {
			t.Fatal(err)
		}
		tr.scatter(t, d, rand.New(rand.NewPCG(5, 9)), 400)
		s := report.NewService(db.NewReportStore(d), zoned(zone), clock.NewFake(noon))
		actor := orgtest.Actor(tr.org, id.Member{}, org.Manager)
		may := report.Span{First: noon.AddDate(0, 0, -19), Last: noon.AddDate(0, 0, 11)}
		read := func() (out []any) {
			t.Helper()
			for _, by := range []report.By{report.ByTeam, report.ByMember, report.ByModel, report.ByTag("project")} {
				a, err := s.Allocate(t.Context(), actor, by, may)
				if err != nil || a.Total.Cost == 0 {
					t.Fatalf("by %s: %+v, %v", by, a.Total, err)
				}
				out = append(out, a.Total, a.Rest, a.Lines)
			}
			days, err := s.Usage(t.Context(), actor, report.ByDay, noon.AddDate(0, 0, -25), noon.AddDate(0, 0, 20), 100)
			if err != nil {
				t.Fatal(err)
			}
			return append(out, days)
		}
		before := read()
		books := db.NewUsageStore(d)
		if err := usage.NewRetention(books, nil, nil).ForgetAll(t.Context(), noon.AddDate(0, 0, 60+usage.DefaultDays)); err != nil {
			t.Fatal(err)
		}
		for i, after := range read() {
			if !reflect.DeepEqual(before[i], after) {
				t.Errorf("it was\n%+v\nand is\n%+v", before[i], after)
			}
		}
	})
}
