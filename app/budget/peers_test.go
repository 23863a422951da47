package budget_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// The tests here are bugs that other gateways had with several nodes. Each name says whose counter went wrong how.

// A budget's counter was loaded from the database by every pod for itself, so N pods let N times the rest through.
func TestTheRestOfABudgetIsNotThereOnceForEveryNode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, bus := newHouse(t, d), &live.Local{}
		first := h.join(bus, t.TempDir(), never)
		h.spend(first.Treasury, h.reserve(first.Treasury, 9*money.Dollar), 9*money.Dollar)
		posted(t, first.Treasury)
		h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard) // opens with what was spent
		nodes := []*node{first}
		for range 3 {
			nodes = append(nodes, h.join(bus, t.TempDir(), never))
		}
		h.load(first.Treasury)
		var got atomic.Int64
		var wg sync.WaitGroup
		for _, n := range nodes {
			wg.Go(func() {
				for range 4 {
					hold, err := n.Reserve(t.Context(), h.want(20*money.Cent, 20*money.Cent))
					if err != nil {
						continue
					}
					got.Add(int64(20 * money.Cent))
					h.spend(n.Treasury, hold, 20*money.Cent)
				}
			})
		}
		wg.Wait()
		for _, n := range nodes {
			n.stop()
		}
		if sum := money.USD(got.Load()); sum > money.Dollar || sum < 80*money.Cent {
			t.Errorf("%d nodes spent %s of the dollar that was left", len(nodes), sum)
		}
		if r := h.verify(); r.Overspend != 0 || r.Leases != 0 {
			t.Errorf("verify:\n%s", r.String())
		}
	})
}

// A pod went on with its own copy of a counter that another pod had used up.
func TestANodeDoesNotTrustItsOwnFigureOfWhatAnotherSpent(t *testing.T) {
	t.Parallel()
	h, bus := newHouse(t, dbtest.SQLite(t)), &live.Local{}
	h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	a, b := h.join(bus, t.TempDir(), never), h.join(bus, t.TempDir(), never)
	h.spend(b.Treasury, h.reserve(b.Treasury, money.Cent), money.Cent) // b has seen a budget that is nearly whole
	spent := money.Cent
	for spent < 10*money.Dollar {
		hold, err := a.Reserve(t.Context(), h.want(money.Dollar, 1))
		if err != nil {
			break
		}
		h.spend(a.Treasury, hold, hold.Amount())
		spent += hold.Amount()
	}
	if _, err := b.Reserve(t.Context(), h.want(money.Dollar, money.Dollar)); fault.From(err).Code != "budget_exhausted" {
		t.Errorf("a spent %s, and b answers %v", spent, err)
	}
}

// A pod that had been replaced wrote its counter back over its successor's.
func TestASessionThatIsOverChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		on := org.OfOrg(h.chain.Org)
		b := h.budget(on, 10*money.Dollar, budget.Monthly, budget.Hard)
		from, _ := b.Calendar().Window(h.clock.Now(), zone(t, "Europe/Berlin"))
		account := ledger.Account{Budget: b.ID, Start: from.Unix()}
		n := id.NewNode(ids)
		begin := func(prior int64, claims ...budget.Claim) int64 {
			epoch, err := h.books.Begin(t.Context(), n, budget.Opening{Prior: prior, Claims: claims, Now: h.clock.Now()})
			h.must(err)
			return epoch
		}
		ask := func(epoch int64, need, back money.USD) error {
			_, err := h.books.Lease(t.Context(), n, []budget.LeaseAsk{{Op: id.NewGrant(ids), Epoch: epoch, Org: h.chain.Org, Account: account, Back: back,
				Ask: ledger.Ask{Need: need}}})
			return err
		}
		old := begin(0)
		h.must(ask(old, 6*money.Dollar, 0))
		now := begin(old, budget.Claim{Org: h.chain.Org, Account: account, Granted: 5 * money.Dollar, Posted: money.Dollar})
		if p := h.look(on); now != old+1 || p.Leased != 4*money.Dollar {
			t.Errorf("epoch %d after %d, %+v", now, old, p)
		}
		for name, err := range map[string]error{"an ask": ask(old, money.Dollar, 0), "a return": ask(old, 0, money.Dollar), "the future": ask(now+1, money.Dollar, 0)} {
			if !errors.Is(err, budget.ErrSession) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if p := h.look(on); p.Leased != 4*money.Dollar {
			t.Errorf("afterwards: %+v", p)
		}
		far := budget.Mark{At: journal.Position{Segment: 9}}
		if _, err := h.books.Begin(t.Context(), n, budget.Opening{At: far, Now: h.clock.Now()}); !errors.Is(err, budget.ErrMoved) {
			t.Errorf("with a journal that is not in the books: %v", err)
		}
	})
}
