package db_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Somebody whose key an agent uses has more requests than fit into memory together: they get all of them, in pieces.
func TestEveryRowOfAPersonIsHandedOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, node := newBooks(t, d, 1000), id.NewNode(ids)
		var all []budget.Posting
		for n := range 5 {
			all = append(all, b.posting(1, may.Add(time.Duration(n)*time.Second), b.account))
		}
		b.post(node, b.batch(node, all...))
		s := db.NewComplianceStore(d)
		s.AtOnce = 2
		var pieces []int
		seen := map[any]bool{}
		err := s.Export(t.Context(), compliance.Person{Org: b.chain.Org, Member: b.chain.Member, Email: "ada@acme.test"}, func(table string, columns []string, rows [][]any) error {
			if table != "attempts" {
				return nil
			}
			pieces = append(pieces, len(rows))
			for _, r := range rows {
				for i, c := range columns {
					if c == "at" {
						seen[r[i]] = true
					}
				}
			}
			return nil
		})
		if err != nil || len(pieces) != 3 || pieces[0] != 2 || pieces[1] != 2 || pieces[2] != 1 || len(seen) != 5 {
			t.Errorf("%v: pieces of %v, %d rows (%v)", d.Postgres(), pieces, len(seen), err)
		}
	})
}
