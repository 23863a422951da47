package db_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// BenchmarkSums says what the sums that pages read cost when a request is posted: batches of 500 requests with an attempt each are
// posted with their sums, and then their sums alone are added once more, in a transaction of their own, which is a little more
// than they cost within the other. One op is one request. Of one key the sums of a batch are a few rows; of 10,000 keys, nearly
// a row for each request, which is the most they can cost.
func BenchmarkSums(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		for of, keys := range map[string]int{"one key": 1, "10,000 keys": 10_000} {
			b.Run(name+"/"+of, func(b *testing.B) { benchmarkSums(b, open(b), keys) })
		}
	}
}

func benchmarkSums(b *testing.B, d *db.DB, keys int) {
	s, node, o := db.NewLedgerStore(d), id.NewNode(ids), newOrg(b, d)
	c := newCrowd(o)
	if keys == 1 {
		for i := range c.chains {
			c.chains[i] = c.chains[0]
		}
	}
	var mark budget.Mark
	var whole, sums time.Duration
	done := 0
	b.ResetTimer()
	for ; done < b.N; done += 500 {
		x := budget.Batch{From: mark, To: budget.Mark{At: journal.Position{Segment: 1, Offset: mark.At.Offset + 1}}}
		for range 500 {
			c.ask(&x, c.now.Add(-time.Duration(c.r.Int64N(int64(5*time.Minute)))).Truncate(time.Microsecond))
		}
		begun := clock.System{}.Now()
		if _, err := s.Post(b.Context(), node, x); err != nil {
			b.Fatal(err)
		}
		whole += clock.Since(begun)
		begun = clock.System{}.Now()
		if err := s.AddUsage(b.Context(), x); err != nil {
			b.Fatal(err)
		}
		sums += clock.Since(begun)
		mark = x.To
	}
	b.ReportMetric(float64(whole.Microseconds())/float64(done), "post-µs/request")
	b.ReportMetric(float64(sums.Microseconds())/float64(done), "sums-µs/request")
	b.ReportMetric(100*sums.Seconds()/whole.Seconds(), "sums-%")
}
