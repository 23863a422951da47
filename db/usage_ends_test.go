package db_test

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// How all requests of a month ended is the same from sums of days as from the requests one by one, which a page would take a
// sample of; the tags that were used are the same as well.
func TestHowRequestsEndedIsKnownByTheDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(7, 8))
		o, team := newOrg(t, d), id.NewTeam(ids)
		const day = 24 * time.Hour
		from := may.UTC().Truncate(day)
		now := from.Add(2*day + 9*time.Hour + 20*time.Minute)
		books, store := db.NewLedgerStore(d), db.NewUsageStore(d)
		ask := func(n int, from, to time.Time) {
			t.Helper()
			var b budget.Batch
			for range n {
				at := from.Add(time.Duration(r.Int64N(int64(to.Sub(from))))).Truncate(time.Microsecond)
				q := ledger.Request{ID: id.NewRequest(ids), At: at, Family: "openai", Endpoint: "chat", Asked: "smart", Chain: org.Chain{Org: o, Team: team, Key: id.NewKey(ids)}, Status: 200, Stream: r.IntN(2) == 0,
					Duration: time.Duration(r.ExpFloat64() * 3e9), Model: pick(r, "m1", "m2"), Provider: pick(r, "up", "down"), Attempts: r.IntN(4), Tags: pick(r, "", "project=a", "client=x,project=b", "late=1")}
				q.FirstByte, q.Usage.Output = pick(r, 0, q.Duration/3), r.Int64N(900)
				if q.Attempts == 0 || r.IntN(6) == 0 {
					q.Status, q.Code = 502, "upstream_failed"
				}
				for i := range q.Attempts {
					a := ledger.Attempt{ID: id.NewAttempt(ids), Request: q.ID, Number: i + 1, Chain: q.Chain, At: at, Provider: pick(r, "up", "down"), Model: q.Model, Tags: q.Tags}
					end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, At: at}
					if i+1 < q.Attempts || q.Status != 200 {
						end.State, end.Class = ledger.Voided, pick(r, "server", "quota")
					}
					b.Attempts = append(b.Attempts, budget.Posting{Attempt: a, End: end})
				}
				b.Requests = append(b.Requests, q)
			}
			if _, err := books.Post(t.Context(), id.NewNode(ids), b); err != nil {
				t.Fatal(err)
			}
		}
		actor := org.Actor{Org: o, Role: org.Admin}
		actor = actor.As([]org.Assignment{{Role: org.Admin, At: org.OfOrg(o)}}, nil)
		to := from.Add(3 * day)
		direct := func() (out usage.Reliability, paces []usage.Pace) {
			t.Helper()
			all, a := report.Reach{Org: o, All: true}, usage.SampleAsk{From: from, To: to, Slot: time.Hour}
			var err error
			if out.Slots, err = store.Sampled(t.Context(), all, a); err != nil {
				t.Fatal(err)
			}
			if out.Failures, err = store.Failures(t.Context(), all, a); err != nil {
				t.Fatal(err)
			}
			if out.Rescues, err = store.Rescues(t.Context(), all, a); err != nil {
				t.Fatal(err)
			}
			if paces, err = store.Paces(t.Context(), all, a); err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(paces, byPlace)
			return out, paces
		}
		samples := &usage.Samples{Store: store, Orgs: db.NewOrgStore(d)}
		same := func(when string, whole bool) {
			t.Helper()
			want, wantPaces := direct()
			if _, ok, err := store.Ends(t.Context(), o, from, to, time.Hour, true); err != nil || ok != whole {
				t.Fatalf("%s: known without a sample: %v, %v", when, ok, err)
			}
			got, err := samples.Reliability(t.Context(), actor, from, to, nil)
			if err != nil || got.Cut {
				t.Fatalf("%s: %+v, %v", when, got, err)
			}
			_, paces, err := samples.Paces(t.Context(), actor, from, to, nil)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(paces, byPlace)
			if !reflect.DeepEqual(counted(got.Slots), counted(want.Slots)) || !reflect.DeepEqual(got.Failures, want.Failures) || !reflect.DeepEqual(got.Rescues, want.Rescues) || !reflect.DeepEqual(paces, wantPaces) {
				t.Errorf("%s: %+v, %+v; want %+v, %+v", when, got, paces, want, wantPaces)
			}
			if len(want.Slots) < 40 || len(want.Failures) != 4 || len(want.Rescues) != 4 || len(wantPaces) != 4 {
				t.Errorf("%s: there is too little to compare: %+v, %+v", when, want, wantPaces)
			}
		}
		keep := func() {
			t.Helper()
			if err := usage.KeepDays(t.Context(), store, now); err != nil {
				t.Fatal(err)
			}
		}
		tags := func(when string, want ...string) {
			t.Helper()
			got, err := report.NewService(db.NewReportStore(d), db.NewOrgStore(d), clock.NewFake(now)).TagKeys(t.Context(), actor, report.Span{First: from, Last: now})
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: tags %v, want %v, %v", when, got, want, err)
			}
		}
		ask(600, from, now)
		same("without days", false)
		tags("without days", "client", "late", "project")
		keep()
		same("from days and what came since", true)
		tags("from days", "client", "late", "project")
		now = now.Add(2 * time.Hour)
		ask(100, now.Add(-2*time.Hour), now)
		keep()
		same("of a day that went on", true)
		if err := d.Do(t.Context(), func(ctx context.Context) error {
			return d.System(ctx, func(tx *gorm.DB) error {
				return tx.Exec("DELETE FROM usage_sheets WHERE org_id = ? AND dim IN ('ends', 'tag keys') AND day = ?", o, from).Error
			})
		}); err != nil {
			t.Fatal(err)
		}
		same("of a day that was made before it knew", false)
		tags("of a day that was made before it knew", "client", "late", "project")
	})
}

func byPlace(a, b usage.Pace) int {
	return slices.Compare([]string{a.Connection, a.Model}, []string{b.Connection, b.Model})
}

// counted puts slots into a form without order.
func counted(all []usage.Sampled) map[usage.Sampled]int64 {
	out := map[usage.Sampled]int64{}
	for _, s := range all {
		n := s.Count
		s.Count = 0
		out[s] += n
	}
	return out
}
