package budget

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// TreasuryConfig is what a Treasury is made of. The first five fields are needed.
type TreasuryConfig struct {
	Bank    Bank
	Journal *journal.Journal
	Clock   clock.Clock
	IDs     *id.Source
	Log     *slog.Logger

	Bus           live.Bus      // how nodes call leases back from each other; nil: this node neither calls nor hears
	Host, Version string        // what people see of this node
	BeatEvery     time.Duration // how often it shows that it is alive; 2 s
	DeadAfter     time.Duration // after so long without a sign another node counts as dead; 30 s
	// Forgot writes down what Journal.Forgotten says of this node, whenever that changes; nil: nobody wants to know.
	Forgot func(ctx context.Context, node id.Node, until time.Time) error
	// PublicURL is where the dashboard is; refusals say there where to ask for more. Empty = they do not.
	PublicURL string
}

// Treasury is the data plane's money: it holds it for each attempt in memory, inside leases from the Bank, and journals
// every step before it happens. Safe for concurrent use; organizations do not wait for each other.
//
// It works without the database: what is leased can be spent, everything is journaled, and the Bank hears of it later.
type Treasury struct {
	TreasuryConfig
	node  id.Node
	index live.Cell[index]
	desks sync.Map      // id.Org → *desk
	ready chan struct{} // closed once the last session is in the books; no leases before that

	started  atomic.Bool
	closing  atomic.Bool
	stop     chan struct{} // closed by Close
	stopped  chan struct{} // closed when Run has ended
	overruns atomic.Int64
	softOver atomic.Int64
	refusals atomic.Int64
	late     latePile
	posted   atomic.Pointer[journal.Position]
	begun    int64        // when this was made, in nanoseconds since 1970
	even     atomic.Int64 // in nanoseconds since 1970: all that was journaled by then is posted; 0 = nothing yet

	trips     sync.RWMutex // read-locked by trips, locked while a session begins
	epoch     atomic.Int64 // of this node's session; 0 before the first
	renew     atomic.Bool  // a new session has to begin
	peers     atomic.Int64 // nodes that count as alive
	reaped    atomic.Int64
	recalls   atomic.Int64
	asks      atomic.Int64     // trips to the bank for leases
	posts     atomic.Int64     // and with pieces of the journal
	lastEpoch int64            // of the process before, as its journal noted; the poster's own
	counted   journal.Position // settlements before it are in desk.posted; the poster's own
}

// NewTreasury makes a treasury without rules; Load gives it some. It lends nothing before Run has brought the last
// session's journal into the books.
func NewTreasury(c TreasuryConfig) *Treasury {
	c.DeadAfter = cmp.Or(c.DeadAfter, deadAfter)
	c.BeatEvery = cmp.Or(c.BeatEvery, min(beatEvery, c.DeadAfter/5))
	return &Treasury{TreasuryConfig: c, begun: c.Clock.Now().UnixNano(), node: c.Journal.Node(), ready: make(chan struct{}),
		stop: make(chan struct{}), stopped: make(chan struct{})}
}

// Load puts a new set of rules in force, whole or not at all. Leases of budgets that changed are given back, with the
// next sweep at the latest, and taken anew under the new limit.
func (t *Treasury) Load(rules []Rule) error {
	x, err := compile(rules)
	if err != nil {
		return fmt.Errorf("budget: rules refused, the last good ones stay: %w", err)
	}
	t.index.Set(x)
	t.desks.Range(func(_, v any) bool {
		d := v.(*desk)
		d.mu.Lock()
		d.reload(x)
		d.mu.Unlock()
		return true
	})
	return nil
}

// Reserve takes a hold on every budget of the chain at once, or refuses with a *fault.Error: budget_exhausted,
// budget_reserved, price_unknown or budget_unavailable. It goes to the database only when the node's leases do not
// suffice, and then for at most patience.
//
// If the ceiling does not fit but the floor does, the hold is smaller than the ceiling, and at most half of what is left
// unless the floor itself is more: one request without max_tokens must not take everybody's headroom.
func (t *Treasury) Reserve(ctx context.Context, w Want) (*ledger.Hold, error) {
	if t.closing.Load() {
		return nil, unavailable(errClosing)
	}
	if !w.valid() {
		return nil, fmt.Errorf("budget: reserve: floor %v and ceiling %v make no sense", w.Floor, w.Ceiling)
	}
	d := t.desk(w.Chain.Org)
	d.mu.Lock()
	var room [16]*purse
	now := t.Clock.Now()
	bind := d.binding(t.index.Get(), w, now, room[:0])
	if w.Unpriced {
		if p := firstHard(bind); p != nil {
			s := d.standing(p)
			d.mu.Unlock()
			t.refusals.Add(1)
			return nil, t.asking(unpriced(s, p.rule.Label))
		}
		w.Ceiling.Money, w.Floor.Money = 0, 0
	}
	if err := t.slow(d, bind, &w, now); err != nil {
		d.mu.Unlock()
		t.refusals.Add(1)
		return nil, t.asking(err)
	}
	h, _ := d.hold(w.Attempt, w.Ceiling, bind)
	if h != nil {
		d.pour(bind, h)
		t.taken(ctx, d, bind, now)
		d.mu.Unlock()
		return h, nil
	}
	d.mu.Unlock()
	h, err := t.borrow(ctx, d, w)
	if err != nil {
		t.refusals.Add(1)
		err = t.asking(err)
	}
	return h, err
}

// Open journals the attempt: from here on it counts as sent, whatever happens to us. It must return before the first
// byte leaves; on error nothing may be sent, and the hold can be released. Id, hold and stakes of a are set from h.
func (t *Treasury) Open(h *ledger.Hold, a *ledger.Attempt) error {
	if a.At.IsZero() {
		a.At = t.Clock.Now()
	}
	a.ID, a.Held, a.Stakes = h.Attempt(), h.Amounts(), h.Stakes()
	d := t.desk(h.Org())
	d.mu.Lock()
	err := d.book.Open(h)
	a.At = d.inPeriod(a.Stakes, a.At)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	clip(maxText, &a.Provider, &a.Kind, &a.Model, &a.PriceVersion, &a.Tags)
	if _, err := t.Journal.Append(journal.Record{Attempt: a}); err != nil {
		d.mu.Lock()
		d.book.Unopen(h)
		d.mu.Unlock()
		return fault.New(fault.Unavailable, "budget_unavailable", "This node cannot write its journal, so it takes no requests. Try again in a few seconds.").Because(err)
	}
	return nil
}

// Standings are the budgets that bind a key, tightest first. It never waits for the bank: what this node has not asked
// about yet is shown as the last snapshot had it, and asked about by the next sweep.
func (t *Treasury) Standings(g *key.Grant, now time.Time) []Standing {
	d := t.desk(g.Chain.Org)
	d.mu.Lock()
	defer d.mu.Unlock()
	var room [16]*purse
	bind := d.binding(t.index.Get(), Want{Chain: g.Chain}, now, room[:0])
	out := make([]Standing, len(bind))
	for i, p := range bind {
		out[i] = d.standing(p)
		if !p.seen {
			d.want(p)
		}
	}
	slices.SortStableFunc(out, tighter)
	return out
}

func (t *Treasury) desk(o id.Org) *desk {
	if d, ok := t.desks.Load(o); ok {
		return d.(*desk)
	}
	d, _ := t.desks.LoadOrStore(o, newDesk(o))
	return d.(*desk)
}
