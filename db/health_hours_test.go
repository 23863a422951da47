package db_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// filesUntil are the migrations before the one that says something.
func filesUntil(t *testing.T, says string) fstest.MapFS {
	t.Helper()
	names, err := os.ReadDir("migrations")
	must(t, err)
	for _, n := range names {
		text, err := os.ReadFile("migrations/" + n.Name())
		must(t, err)
		if strings.Contains(string(text), says) {
			return filesBefore(t, n.Name())
		}
	}
	t.Fatalf("no migration says %q", says)
	return nil
}

func TestHoursOfTargetsBeginWithTheDayBeforeTheUpdate(t *testing.T) {
	t.Parallel()
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) {
		now := clock.System{}.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
		old, err := db.Open(t.Context(), rawURL, db.Options{Migrations: filesUntil(t, "CREATE TABLE health_hours")})
		must(t, err)
		must(t, old.Migrate(t.Context()))
		must(t, db.NewLedgerStore(old).EnsureDays(t.Context(), now.AddDate(0, 0, -3), now))
		o, c := id.NewOrg(ids), id.NewConnection(ids)
		must(t, old.System(t.Context(), func(tx *gorm.DB) error {
			err := tx.Exec("INSERT INTO organizations (id, slug, name, zone, created_at) VALUES (?, 'acme', 'Acme', 'UTC', ?)", o, now).Error
			for _, x := range []struct {
				ago   time.Duration
				class string
			}{{0, ""}, {0, ""}, {0, "server"}, {0, "refused"}, {2 * time.Hour, ""}, {48 * time.Hour, ""}} {
				if err == nil {
					at := now.Add(time.Minute - x.ago)
					err = tx.Exec(`INSERT INTO attempts (org_id, id, at, ended_at, request_id, number, tags, connection_id, provider, kind, model, price_version, state, status, class, note, input_tokens, cached_tokens,
						output_tokens, reasoning_tokens, held_nanos, cost_nanos, input_cost_nanos, held_tokens, booked_tokens, booked_requests, first_byte_us, duration_us, accounts)
						VALUES (?, ?, ?, ?, ?, 1, '', ?, 'p', 'openai', 'm', '', 'complete', 200, ?, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7000, 9000, '[]')`,
						o, id.NewAttempt(ids), at, at, id.NewRequest(ids), c, x.class).Error
				}
			}
			return err
		}))
		must(t, old.Close())
		d, err := db.Open(t.Context(), rawURL, db.Options{})
		must(t, err)
		t.Cleanup(func() { _ = d.Close() })
		must(t, d.Migrate(t.Context()))
		s := db.NewHealthStore(d)
		got, err := s.Hours(t.Context(), o, now.Add(-72*time.Hour))
		if err != nil || len(got) != 2 || !got[0].Hour.Equal(now.Add(-2*time.Hour)) || !got[1].Hour.Equal(now) || got[1].Attempts != 3 || got[1].Failed != 1 || got[1].FirstByte != 7*time.Millisecond || got[1].Connection != c {
			t.Fatalf("%v hours %+v", err, got)
		}
		// What is posted after the update adds to what the update wrote.
		a := ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), Number: 1, Chain: org.Chain{Org: o}, At: now.Add(time.Minute), Connection: c, Provider: "p", Kind: "openai", Model: "m"}
		_, err = db.NewLedgerStore(d).Post(t.Context(), id.NewNode(ids), budget.Batch{Attempts: []budget.Posting{{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: ledger.Complete, At: a.At}}}})
		must(t, err)
		if got, err := s.Hours(t.Context(), o, now); err != nil || len(got) != 1 || got[0].Attempts != 4 {
			t.Errorf("%v after a post: %+v", err, got)
		}
		must(t, s.PruneHours(t.Context(), now))
		if got, err := s.Hours(t.Context(), o, now.Add(-72*time.Hour)); err != nil || len(got) != 1 {
			t.Errorf("%v after the end of its time: %+v", err, got)
		}
	})
}

// BenchmarkHours is one poll of the status page of an organization with a million attempts in 24 hours over 60 targets; the
// second half is what it would cost to read the attempts themselves.
func BenchmarkHours(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkHours(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkHours(b, dbtest.Postgres(b)) })
}

func benchmarkHours(b *testing.B, d *db.DB) {
	const many, batch = 1_000_000, 5000
	o := org.Organization{ID: id.NewOrg(ids), Name: "Acme", Zone: "UTC", CreatedAt: may.UTC()}
	o.Slug = o.ID.UUID()
	must(b, db.NewOrgStore(d).AddOrganization(b.Context(), o))
	var connections []id.Connection
	for range 6 {
		connections = append(connections, id.NewConnection(ids))
	}
	books, node, first := db.NewLedgerStore(d), id.NewNode(ids), may.UTC().Truncate(time.Hour).Add(-23*time.Hour)
	var mark budget.Mark
	for n := 0; n < many; n += batch {
		x := budget.Batch{From: mark, To: budget.Mark{At: journal.Position{Segment: 1, Offset: mark.At.Offset + 1}}}
		for i := n; i < n+batch; i++ {
			a := ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), Number: 1, Chain: org.Chain{Org: o.ID}, At: first.Add(time.Duration(i) * (24 * time.Hour / many)),
				Connection: connections[i%6], Provider: "up", Kind: "openai", Model: "model-" + string(rune('a'+i/6%10))}
			x.Attempts = append(x.Attempts, budget.Posting{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: ledger.Complete, FirstByte: time.Second, At: a.At}})
		}
		if _, err := books.Post(b.Context(), node, x); err != nil {
			b.Fatal(err)
		}
		mark = x.To
	}
	b.Run("rollup", func(b *testing.B) {
		for b.Loop() {
			if got, err := db.NewHealthStore(d).Hours(b.Context(), o.ID, first); err != nil || len(got) != 60*24 {
				b.Fatal(len(got), err)
			}
		}
	})
	b.Run("attempts", func(b *testing.B) {
		for b.Loop() {
			var n []struct{ N int64 }
			must(b, d.System(b.Context(), func(tx *gorm.DB) error {
				return tx.Raw("SELECT connection_id, model, COUNT(*) AS n, AVG(first_byte_us) FROM attempts WHERE org_id = ? AND at >= ? AND class NOT IN ('refused') GROUP BY connection_id, model", o.ID, first).Scan(&n).Error
			}))
			if len(n) != 60 {
				b.Fatal(len(n))
			}
		}
	})
}
