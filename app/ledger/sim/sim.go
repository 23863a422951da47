// Package sim tries to break the ledger. It runs whole worlds in one goroutine: several nodes with the real ledger.Book,
// a database that lends by the real ledger.Share, a provider that keeps its own bill, and everything that goes wrong
// between them: lost and repeated messages, crashes with and without the journal, zombies, retries, disconnects, period
// changes. A seed decides everything, so a failure is replayed by its seed.
//
// The judge (judge.go) knows the provider's bill, which no node ever sees, and looks at each attempt, not at totals: an
// attempt lost and another booked twice would look right in a sum. Planted bugs (bugs.go) prove that it would notice.
package sim

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Result is what one world came to.
type Result struct {
	Violations []string
	Dispatched int
	Crashes    int
	LostDisks  int
	Reaps      int
	Reopened   int // sessions begun with requests in flight
	Recalls    int
	Failovers  int // the bank lost its last commits
	Relimits   int // limits changed in the middle of a period
	Jumps      int // of a node's clock
	Refusals   int
	Billed     money.USD
	Booked     money.USD
	Suspense   money.USD
}

// Run makes a world from a seed and lives it through. With bug NoBug a violation is a fault of the ledger, with any
// other it is what the test hopes for.
func Run(seed uint64, steps int, bug Bug) Result {
	w := newWorld(seed, bug)
	for range steps {
		w.step()
		if len(w.judge.violations) > 0 {
			break
		}
	}
	if len(w.judge.violations) == 0 {
		w.settleDown()
		w.judge.final(w)
	}
	r := w.result
	r.Violations = w.judge.violations
	return r
}

// world is everything there is.
type world struct {
	rnd      *rand.Rand
	ids      *id.Source
	bug      Bug
	day      int64 // from 2 on, so that a clock that is behind is in a period too. Periods: keys and members have a day each, teams and the organization two
	calm     bool  // no new work and no faults
	nodes    []*node
	bank     *bank
	provider *provider
	judge    *judge
	people   []person
	crashes  bool // this world's nodes may crash
	failing  bool // this world's bank may go back in time
	window   *window
	result   Result
}

// person is one key and where it hangs in the tree: the budgets of its four levels.
type person struct{ levels [4]id.Budget }

// limits of organization, team, member and key.
var limits = [4]money.USD{40_000, 24_000, 12_000, 8_000}

func newWorld(seed uint64, bug Bug) *world {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	noise := rand.NewChaCha8(key)
	w := &world{day: 2, rnd: rand.New(noise), bug: bug, bank: newBank(), provider: &provider{bills: map[id.Attempt]*bill{}}, judge: &judge{bound: map[ledger.Account]money.USD{}, slack: map[ledger.Account]money.USD{}}}
	// A clock that stands still: ids ascend by their sequence alone.
	w.ids = id.NewSource(func() time.Time { return time.UnixMilli(1_790_000_000_000) }, noise)
	w.crashes = w.rnd.IntN(4) > 0
	w.failing = w.rnd.IntN(3) == 0
	organization := id.NewBudget(w.ids)
	teams := []id.Budget{id.NewBudget(w.ids), id.NewBudget(w.ids)}
	for i := range 3 {
		member := id.NewBudget(w.ids)
		for range 1 + i%2 {
			w.people = append(w.people, person{[4]id.Budget{organization, teams[i%2], member, id.NewBudget(w.ids)}})
		}
	}
	for range 2 + w.rnd.IntN(3) {
		w.nodes = append(w.nodes, newNode(w))
	}
	return w
}

// accounts are the true accounts of a person today, whatever a buggy node thinks.
func (w *world) accounts(p person, skew int64) []ledger.Account {
	out := make([]ledger.Account, 0, 4)
	for level, b := range p.levels {
		start := w.day + skew
		if level < 2 {
			start /= 2
		}
		a := ledger.Account{Budget: b, Start: start}
		w.bank.know(a, limits[level])
		out = append(out, a)
	}
	return out
}

// chance is true in one of n cases, and never once the world has calmed down.
func (w *world) chance(n int) bool { return !w.calm && w.rnd.IntN(n) == 0 }

// step lets one thing happen.
func (w *world) step() {
	i := w.rnd.IntN(len(w.nodes))
	n := w.nodes[i]
	switch p := w.rnd.IntN(1000); {
	case p < 6 && w.crashes:
		w.crash(i, w.rnd.IntN(3) == 0 && !w.failing) // a disk and the bank's commits lost together are two disasters
	case p < 10 && w.crashes:
		n.paused = true
	case p < 20:
		n.paused = false
	case p < 22 && w.crashes:
		w.reap(n)
	case p < 24:
		w.day++
	case p < 26:
		w.relimit()
	case p < 28:
		n.jump(w)
	case p < 29 && w.failing:
		w.replicate()
	case p < 32 && w.failing:
		w.failover()
	case p < 60:
		w.bank.redeliver(w)
	case n.paused:
	case p < 70:
		n.beat(w)
	case p < 85:
		n.reopen(w)
	case p < 90:
		n.hear(w)
	case p < 380:
		n.begin(w)
	case p < 640:
		n.dispatch(w)
	case p < 860:
		n.finish(w)
	case p < 900:
		n.lend(w)
	case p < 980:
		n.post(w)
	default:
		n.giveBack(w)
	}
}

// crash kills a node. With its disk gone, another node takes its place and the old one's lease waits for the reaper.
func (w *world) crash(i int, disk bool) {
	n := w.nodes[i]
	w.result.Crashes++
	n.paused = false
	if disk {
		w.result.LostDisks++
		w.bank.lost = append(w.bank.lost, n.id)
		w.nodes[i] = newNode(w)
		return
	}
	n.restart(w)
}

// reap declares a node dead that may well be alive: nobody can tell a crash from a long pause.
func (w *world) reap(n *node) {
	victim := n.id
	if len(w.bank.lost) > 0 && w.rnd.IntN(2) == 0 {
		victim = w.bank.lost[w.rnd.IntN(len(w.bank.lost))]
	}
	w.result.Reaps++
	w.bank.reap(victim, w.bug)
}

// settleDown ends all work and lets every message arrive.
func (w *world) settleDown() {
	w.calm = true
	w.window = nil
	for _, n := range w.nodes {
		n.paused = false
		for len(n.flights) > 0 {
			n.dispatch(w)
			n.finish(w)
		}
		n.lend(w)
		for n.post(w) {
		}
		n.beat(w)
		for n.renew && w.bug == NoBug || n.renew && w.rnd.IntN(50) > 0 {
			n.reopen(w)
			for n.post(w) {
			}
		}
		n.giveBack(w)
		n.lend(w)
	}
	for _, lost := range w.bank.lost {
		w.bank.reap(lost, w.bug)
	}
}

// Plus adds another world's figures.
func (r Result) Plus(o Result) Result {
	for _, f := range []struct{ to, from *int }{{&r.Dispatched, &o.Dispatched}, {&r.Crashes, &o.Crashes}, {&r.LostDisks, &o.LostDisks},
		{&r.Reaps, &o.Reaps}, {&r.Reopened, &o.Reopened}, {&r.Recalls, &o.Recalls}, {&r.Failovers, &o.Failovers}, {&r.Relimits, &o.Relimits},
		{&r.Jumps, &o.Jumps}, {&r.Refusals, &o.Refusals}} {
		*f.to += *f.from
	}
	r.Billed, r.Booked, r.Suspense = r.Billed+o.Billed, r.Booked+o.Booked, r.Suspense+o.Suspense
	return r
}

// String is the figures in words.
func (r Result) String() string {
	return fmt.Sprintf("%d dispatched, %d refused, %d crashes (%d with the disk), %d reaps, %d sessions begun in flight, %d recalls, %d failovers, "+
		"%d limits changed, %d clock jumps, billed %d, booked %d, suspense %d",
		r.Dispatched, r.Refusals, r.Crashes, r.LostDisks, r.Reaps, r.Reopened, r.Recalls, r.Failovers, r.Relimits, r.Jumps, r.Billed, r.Booked, r.Suspense)
}
