package db_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Percentiles lie within the stated part of those of all attempts sorted, whether these, days, or both are read, and stay when
// the attempts are deleted.
func TestPercentilesAreThoseOfAllAttempts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, rand.New(rand.NewPCG(11, 12)), "Europe/Berlin")
		from := time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC) // midnight in Berlin
		const day = 24 * time.Hour
		more := func(n int) {
			for range n {
				h.call(from.Add(time.Duration(h.r.Int64N(int64(6 * day)))))
			}
			for i := range h.batch.Attempts {
				e := &h.batch.Attempts[i].End
				e.Duration = time.Duration(h.r.ExpFloat64() * 4e9).Truncate(time.Microsecond)
				e.FirstByte = (e.Duration / time.Duration(2+h.r.IntN(8))).Truncate(time.Microsecond)
			}
		}
		truth := map[string][3][]float64{} // durations, first bytes, rates, by model
		note := func() {
			for _, p := range h.batch.Attempts {
				if p.End.Class != "" {
					continue
				}
				for _, k := range []string{p.Attempt.Model, ""} {
					v := truth[k]
					v[0] = append(v[0], p.End.Duration.Seconds())
					if p.End.FirstByte > 0 {
						v[1] = append(v[1], p.End.FirstByte.Seconds())
						if p.End.Usage.Output > 0 {
							v[2] = append(v[2], float64(p.End.Usage.Output)/(p.End.Duration-p.End.FirstByte).Seconds())
						}
					}
					truth[k] = v
				}
			}
		}
		s := usage.NewService(db.NewUsageStore(d), db.NewOrgStore(d), clock.NewFake(may))
		check := func(when string) {
			t.Helper()
			for _, by := range [][]usage.Dim{nil, {usage.Model}} {
				rows, err := s.Speeds(t.Context(), org.Actor{Org: h.org, Role: org.Admin}, usage.Query{From: from, To: from.Add(7 * day), By: by})
				if err != nil || len(rows) != 1+2*len(by) {
					t.Fatalf("%s: %d rows, %v", when, len(rows), err)
				}
				for _, r := range rows {
					model := ""
					if len(by) > 0 {
						model = r.Values[0].ID
					}
					if r.Attempts != int64(len(truth[model][0])) {
						t.Errorf("%s: %d attempts of %q, want %d", when, r.Attempts, model, len(truth[model][0]))
					}
					for i, p := range []usage.Percentiles{r.Duration, r.First, r.Rate} {
						all := slices.Sorted(slices.Values(truth[model][i]))
						for q, got := range map[float64]float64{0.5: p.P50, 0.95: p.P95, 0.99: p.P99} {
							want := all[int(q*float64(len(all)-1))]
							if math.Abs(got-want) > want*usage.SpeedAccuracy*1.001+1e-9 {
								t.Errorf("%s: %q, figure %d, the %g quantile is %g, want %g", when, model, i, q, got, want)
							}
						}
					}
				}
			}
		}
		post := func(n int) {
			more(n)
			note()
			h.post(t, d)
		}
		keep := func(now time.Time) {
			t.Helper()
			if err := usage.KeepDays(t.Context(), db.NewUsageStore(d), now); err != nil {
				t.Fatal(err)
			}
		}
		post(400)
		check("from attempts")
		keep(from.Add(2*day + 9*time.Hour))
		check("from days and attempts")
		post(30)
		check("after more came late")
		keep(from.Add(2*day + 15*time.Hour))
		keep(from.Add(10 * day))
		check("from days")
		if err := usage.NewRetention(db.NewUsageStore(d), nil, nil).ForgetAll(t.Context(), from.Add(day*(usage.DefaultDays+10))); err != nil {
			t.Fatal(err)
		}
		check("after the attempts are gone")
	})
}
