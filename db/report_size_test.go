package db_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// The list of requests is paged through under each filter, those that keep much and those that keep little. With -usage-facts
// 1000000 -usage-times 20 it says how fast.
func TestManyRequestsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOrg(t, d)
		c := newCrowd(o)
		store := db.NewLedgerStore(d)
		c.hours(*usageFacts, func(b budget.Batch) {
			if len(b.Requests) == 0 {
				return
			}
			if err := store.AddRequests(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			if err := store.AddUsage(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		})
		if err := usage.KeepDays(t.Context(), db.NewUsageStore(d), c.now); err != nil {
			t.Fatal(err)
		}
		if err := d.System(t.Context(), func(tx *gorm.DB) error {
			if !d.Postgres() {
				return nil // it plans without
			}
			return tx.Exec("ANALYZE").Error
		}); err != nil {
			t.Fatal(err)
		}
		busy, idle := c.chains[7], c.chains[9_900]
		only := func(c report.Column, v string) []report.Filter {
			return []report.Filter{{Column: c, Values: []string{v}}}
		}
		questions := []struct {
			name string
			report.Query
		}{
			{"the first page", report.Query{}},
			{"failed ones", report.Query{Outcome: report.Failed}},
			{"refused ones, of which there are none", report.Query{Outcome: report.Refused}},
			{"by code", report.Query{Code: "upstream_failed"}},
			{"of a busy key", report.Query{Key: busy.Key}},
			{"of an idle key", report.Query{Key: idle.Key}},
			{"of a busy team", report.Query{Scope: org.OfTeam(o, busy.Team)}},
			{"of an idle member", report.Query{Scope: org.OfMember(o, idle.Member)}},
			{"of an idle team", report.Query{Scope: org.OfTeam(o, c.chains[9_999].Team)}},
			{"of an idle member, by filter", report.Query{Where: only(report.MemberColumn, idle.Member.UUID())}},
			{"of an idle member, failed", report.Query{Where: only(report.MemberColumn, idle.Member.UUID()), Outcome: report.Failed}},
			{"of a team and a model that few ask", report.Query{Scope: org.OfTeam(o, busy.Team), Model: "model-19"}},
			{"of a tag that few carry", report.Query{Tags: []string{"project=rare"}}},
			{"of a tag that nobody carries", report.Query{Tags: []string{"project=nothing"}}},
			{"of an asked name that few ask", report.Query{Where: only(report.AskedColumn, "alias-rare")}},
			{"of a department", report.Query{Scope: org.OfDepartment(o, idle.Department)}},
			{"of a model that many ask", report.Query{Model: "model-3"}},
			{"of a model that few ask", report.Query{Model: "model-19"}},
			{"of a model that nobody asks", report.Query{Model: "nothing"}},
			{"at a connection", report.Query{Connection: "connection-5"}},
			{"of a client that few have", report.Query{Client: "rare"}},
			{"of a client that nobody has", report.Query{Client: "nothing"}},
		}
		s := report.NewService(db.NewReportStore(d), db.NewOrgStore(d), nil)
		boss := org.Actor{Org: o, Role: org.Admin}
		for _, q := range questions {
			timed(t, q.name, func() {
				first, err := s.Requests(t.Context(), boss, q.Query)
				if err != nil {
					t.Fatal(err)
				}
				if q.After = first.Next; q.After.IsZero() {
					return
				}
				second, err := s.Requests(t.Context(), boss, q.Query)
				if err != nil || len(second.Requests) == 0 || !second.Requests[0].At.Before(first.Requests[0].At) {
					t.Errorf("%s: the second page: %d, %v", q.name, len(second.Requests), err)
				}
			})
		}
	})
}
