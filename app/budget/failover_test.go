package budget_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
)

// TestADatabaseThatWentBackInTimeIsFilledAgain puts an older copy of a real PostgreSQL in its place while a node runs, as
// a failover to a replica that was behind does. The node notices, posts its journal again, and registers its leases anew
// before it is lent anything: what is in flight is counted, what it could not prove is given back.
func TestADatabaseThatWentBackInTimeIsFilledAgain(t *testing.T) {
	t.Parallel()
	pg := pgtest.Start(t)
	d, err := db.Open(t.Context(), pg.URL(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, d)
	on := org.OfOrg(h.chain.Org)
	h.budget(on, 10*money.Dollar, budget.Monthly, budget.Hard)
	n := h.join(&live.Local{}, t.TempDir(), never)
	h.spend(n.Treasury, h.reserve(n.Treasury, money.Dollar), money.Dollar)
	posted(t, n.Treasury)
	pg.Stop()
	pg.Keep()
	pg.Start()
	eventually(t, "the node reaches the database again", func() bool {
		hold, err := n.Reserve(t.Context(), h.want(2*money.Dollar, 2*money.Dollar))
		if err == nil {
			h.spend(n.Treasury, hold, 2*money.Dollar)
		}
		return err == nil
	})
	flying := h.reserve(n.Treasury, 3*money.Dollar) // leased and sent in commits that will be lost
	req := h.open(n.Treasury, flying)
	posted(t, n.Treasury)
	pg.Stop()
	pg.Back()
	pg.Start()
	eventually(t, "a new session begins", func() bool { return n.Stats().Epoch == 2 })
	var pool ledger.Pool
	eventually(t, "what was lost is in the books again", func() bool {
		pool = h.look(on)
		return pool.Spent == 3*money.Dollar
	})
	if pool.Leased < 3*money.Dollar {
		t.Errorf("what is in flight is not counted: %+v", pool)
	}
	n.Settle(flying, done(3*money.Dollar))
	n.Record(fact(h, req, 3*money.Dollar))
	h.spend(n.Treasury, h.reserve(n.Treasury, 4*money.Dollar), 4*money.Dollar)
	n.stop()
	if r := h.verify(); r.Attempts != 4 || r.Cost != 10*money.Dollar || r.Over != 0 || r.Leases != 0 {
		t.Errorf("in the end:\n%s", r.String())
	}
}

// TestTheServerOfADatabaseCanBeToldApart guards the check that leases are registered anew on another server.
func TestTheServerOfADatabaseCanBeToldApart(t *testing.T) {
	t.Parallel()
	pg := pgtest.Start(t)
	d, err := db.Open(t.Context(), pg.URL(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, d)
	n := h.join(&live.Local{}, t.TempDir(), never)
	pulse, err := h.books.Beat(t.Context(), n.id, 1, h.clock.Now())
	if err != nil || len(pulse.Server) < 20 || pulse.Epoch != 1 || len(pulse.Peers) != 1 {
		t.Errorf("pulse %+v, %v", pulse, err)
	}
}
