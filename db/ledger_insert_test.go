package db_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Columns that hold one value go another way into the database than those that differ, so each fact is posted twice:
// alone, and among others that share nothing with it.
func TestEveryFieldOfAFactIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, reports := newBooks(t, d, 1000), db.NewReportStore(d)
		full, bare := b.chain, org.Chain{Org: b.chain.Org}
		for name, together := range map[string]bool{"alone": false, "among others": true} {
			var facts budget.Batch
			for i, c := range []org.Chain{full, bare} {
				p := b.posting(7, may.Add(time.Duration(i)*time.Minute), b.account)
				p.Attempt.Chain = c
				q := b.batch(id.NewNode(ids), p).Requests[0]
				q.Chain, q.Usage.CacheWrite5m = c, 0 // a request keeps the four main sums
				if i == 1 {
					p.End.Usage = llm.Usage{Input: 1}
					p.Attempt.Tags, p.Attempt.Held.Tokens, p.End.Tokens, p.End.Requests = "project=apollo", 9, 5, 1
					p.Attempt.Number, p.Attempt.Kind, p.End.Class, p.End.Note, p.End.Status = 2, "other", "slow", "it's late", 504
					p.End.State, p.End.InputCost, p.End.FirstByte, p.End.Duration = ledger.Interrupted, 3, time.Second, time.Minute
					q.Family, q.Endpoint, q.Stream, q.Asked, q.Route, q.Client, q.Tags = "openai", "chat", true, "smart", "r", "sdk", `{"a":"b"}`
					q.EndUser, q.Session, q.Cache, q.Code, q.Message, q.Decisions = "eve", "s", "hit", "c", "m", "one\ntwo"
					q.FirstByte, q.Duration, q.Overhead, q.Status, q.Usage = 1000, 2000, 3000, 504, llm.Usage{Input: 1}
				}
				facts.Attempts, facts.Requests = append(facts.Attempts, p), append(facts.Requests, q)
			}
			for i := range facts.Attempts {
				x := budget.Batch{Attempts: facts.Attempts[i : i+1], Requests: facts.Requests[i : i+1]}
				if together {
					x = facts
				}
				if n := id.NewNode(ids); !together || i == 0 {
					x.To = b.batch(n).To
					b.post(n, x)
				}
			}
			for i, want := range facts.Requests {
				got, err := reports.Request(t.Context(), report.Reach{Org: b.chain.Org, All: true}, want.ID)
				if err != nil || !reflect.DeepEqual(got.Request, want) {
					t.Errorf("%s, request %d: %v\n got %+v\nwant %+v", name, i, err, got.Request, want)
				}
				tries, err := reports.Attempts(t.Context(), report.Reach{Org: b.chain.Org, All: true}, want.ID)
				p := facts.Attempts[i]
				p.Attempt.Stakes = nil // not shown
				if err != nil || len(tries) != 1 || !reflect.DeepEqual(tries[0].Attempt, p.Attempt) || tries[0].End != p.End {
					t.Errorf("%s, attempt %d: %v\n got %+v\nwant %+v", name, i, err, tries, p)
				}
			}
		}
		var nulls []int64
		err := d.Scoped(t.Context(), b.chain.Org, func(tx *gorm.DB) error {
			return tx.Raw("SELECT COUNT(*) FROM attempts WHERE org_id = ? AND team_id IS NULL AND usage IS NULL UNION ALL SELECT COUNT(*) FROM requests WHERE org_id = ? AND key_id IS NULL",
				b.chain.Org, b.chain.Org).Scan(&nulls).Error
		})
		if err != nil || !slices.Equal(nulls, []int64{2, 2}) {
			t.Errorf("%v of 2 facts without a team, and 2 without a key, are stored as such: %v", nulls, err)
		}
		b.verify(4)
	})
}
