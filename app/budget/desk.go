package budget

import (
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// desk is one organization's money on this node: the book, and what the bank said about each account. mu guards all
// of it, and no I/O happens under mu.
type desk struct {
	mu      sync.Mutex
	book    *ledger.Book
	current map[id.Budget]*purse      // the purse of each budget's present period
	purses  map[ledger.Account]*purse // all, past periods included until they are closed
	posted  map[ledger.Account]money.USD
	active  []*purse // those that a sweep has something to do for
	asking  []*purse // those with business for the next trip
	sweeps  int
	running *trip
	next    *trip
	shut    bool // the bank did not answer a moment ago
	failing bool // nor the last time it was asked
}

// purse is one account seen from this node.
type purse struct {
	rule    *rule
	account ledger.Account
	from    time.Time
	to      time.Time // zero for Forever

	seen   bool // pool and posted are the bank's words, not the snapshot's
	fresh  bool // and were said since the last sweep
	topped bool // asked ahead of need since the last sweep
	gone   bool // the budget was deleted
	stray  bool // the bank said since the last sweep that its calendar is another; the rules will say so in a moment
	pool   ledger.Pool
	posted ledger.Units

	active bool
	asking bool
	ask    ledger.Units // Σ ceilings that wait for the next trip
	least  ledger.Units // the smallest floor among them
	back   ledger.Units // taken out of the book, to be given back
	op     *LeaseAsk    // sent, not answered: sent again word for word

	called  bool      // other nodes were asked for their lease of it a moment ago
	recheck bool      // the bank will be asked again in a moment, what it said before is forgotten then
	scarce  time.Time // until then no more is leased than somebody waits for
	tap     *tap      // of a throttled budget, once its ladder began

	rate    ledger.Units // settled per second, smoothed
	peak    ledger.Units // most held lately
	counted ledger.Units // Settled at the last sweep
	before  ledger.Units // held at the last sweep
	used    time.Time
}

func newDesk(org id.Org) *desk {
	return &desk{book: ledger.NewBook(org), posted: map[ledger.Account]money.USD{}, current: map[id.Budget]*purse{}, purses: map[ledger.Account]*purse{}}
}

// binding appends the purses on a chain to out.
func (d *desk) binding(x *index, w Want, now time.Time, out []*purse) []*purse {
	var room [16]*rule
	for _, r := range x.binding(w.Chain, w.Tags, room[:0]) {
		out = append(out, d.purse(r, now))
	}
	return out
}

// purse finds the account of a rule's present period, or begins one: a new period is a new account.
func (d *desk) purse(r *rule, now time.Time) *purse {
	p := d.current[r.ID]
	if p != nil && !now.Before(p.from) && (p.to.IsZero() || now.Before(p.to)) {
		return p
	}
	from, to := Calendar{r.Period, r.Starts}.Window(now, r.zone)
	account := ledger.Account{Budget: r.ID, Start: from.Unix()}
	if p = d.purses[account]; p == nil {
		p = &purse{rule: r, account: account, from: from, to: to, pool: ledger.Pool{Limit: r.limitOf(account)}, used: now}
		if r.Start == account.Start {
			p.pool.Spent = r.Spent
		}
		d.purses[account] = p
	}
	p.rule, p.from, p.to = r, from, to // the account may have been another calendar's, whose period began in the same moment
	d.current[r.ID] = p
	return p
}

func (p *purse) soft() bool { return p.gone || p.rule.soft() }

// hold tries to take the amounts on all purses, each in its measure.
func (d *desk) hold(a id.Attempt, amounts ledger.Amounts, bind []*purse) (*ledger.Hold, []ledger.Shortage) {
	var room [16]ledger.Claim
	claims := room[:0]
	for _, p := range bind {
		claims = append(claims, ledger.Claim{Stake: ledger.Stake{Account: p.account, Measure: p.rule.Measure}, Soft: p.soft()})
	}
	return d.book.Hold(a, amounts, claims)
}

// spent is what the account has spent for certain: the bank's figure and what ended here since.
func (d *desk) spent(p *purse) ledger.Units {
	return p.pool.Spent + p.pool.Suspense + max(0, d.book.Balance(p.account).Settled-p.posted)
}

// exhausted reports whether amount could not be held even if every hold came back without cost.
func (d *desk) exhausted(p *purse, amounts ledger.Amounts) bool {
	return p.seen && !p.soft() && amounts.Of(p.rule.Measure) > p.pool.Limit-d.spent(p)
}

func (d *desk) standing(p *purse) Standing {
	s := Standing{Budget: p.rule.ID, Scope: p.rule.scope, Name: p.rule.Name, Measure: p.rule.Measure, Period: p.rule.Period,
		Enforce: p.rule.Enforce, Limit: p.pool.Limit, Spent: d.spent(p), Held: d.book.Balance(p.account).Held}
	s.Left = s.Limit - s.Spent - s.Held
	if !p.to.IsZero() {
		s.ResetsAt = p.to.In(p.rule.zone)
	}
	return s
}

// inPeriod is the moment of an attempt, moved into the periods of the accounts it is held on: money that was held a moment before
// midnight and sent a moment after counts before, in the books as in the facts.
func (d *desk) inPeriod(on []ledger.Stake, at time.Time) time.Time {
	for _, s := range on {
		p := d.purses[s.Account]
		switch {
		case p == nil:
		case !p.to.IsZero() && !at.Before(p.to):
			at = p.to.Add(-time.Microsecond)
		case at.Before(p.from):
			at = p.from
		}
	}
	return at
}

// firstHard is the outermost hard budget of money.
func firstHard(bind []*purse) *purse {
	for _, p := range bind {
		if !p.soft() && p.rule.Measure == ledger.Money {
			return p
		}
	}
	return nil
}

// want puts a purse on the list of the next trip.
func (d *desk) want(p *purse) {
	d.wake(p)
	if !p.asking {
		p.asking = true
		d.asking = append(d.asking, p)
	}
}

// wake puts a purse on the list of the next sweeps.
func (d *desk) wake(p *purse) {
	if !p.active {
		p.active = true
		d.active = append(d.active, p)
	}
}

// reload takes over changed rules. Free lease of a changed budget goes back, so that it is lent again under the new
// limit; a deleted budget binds nobody from now on, except the attempts that hold its money.
func (d *desk) reload(x *index) {
	for _, p := range d.purses {
		r := x.rules[p.account.Budget]
		if r != nil && same(r, p.rule) {
			if p.rule = r; p.richer(r) {
				d.want(p)
			}
			continue
		}
		p.seen, p.fresh = false, false
		d.giveBack(p, money.Max)
		if r == nil || r.Period != p.rule.Period || r.Starts != p.rule.Starts || r.zone.String() != p.rule.zone.String() {
			delete(d.current, p.account.Budget)
		}
		if r != nil {
			p.rule = r
			p.pool.Limit = r.limitOf(p.account)
		}
	}
}

// richer reports whether less was spent when the rules were read than the bank said last: suspense was released, a lost node came back, or
// a deposit was given back. A purse that saw the budget used up refuses by what the bank said and would never ask again. It is only
// asked: no decision rests on the rules, which may as well be older.
func (p *purse) richer(r *rule) bool {
	return p.seen && !p.soft() && r.Start == p.account.Start && r.Spent < p.pool.Spent+p.pool.Suspense
}

func same(a, b *rule) bool {
	return a.Limit == b.Limit && a.Present == b.Present && a.Start == b.Start && a.Enforce == b.Enforce && a.Ladder == b.Ladder &&
		a.Period == b.Period && a.Starts == b.Starts && a.zone.String() == b.zone.String()
}

// giveBack takes free lease out of the book; the next trip returns it to the bank.
func (d *desk) giveBack(p *purse, most ledger.Units) {
	if back := d.book.Return(p.account, most); back > 0 {
		p.back += back
		d.want(p)
	}
}
