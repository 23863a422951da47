package ledger

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Book is one organization's money on one node. It is not safe for concurrent use: its keeper (budget.Treasury) has one
// mutex per organization, so a hold on several accounts is one step. It never does I/O and never looks at a clock.
//
// All figures are cumulative since the node started its session, so nothing depends on when the database heard of a
// settlement: Free = Granted - Settled - Held.
type Book struct {
	org      id.Org
	accounts map[Account]*line
}

// Balance is where one account stands on this node, in its own measure.
type Balance struct {
	Granted Units // leased to this node and not given back
	Settled Units // used by attempts that ended here
	Held    Units // claimed by attempts that have not ended
}

// Free is what may still be held. It is negative where an attempt cost more than its hold, and under soft limits.
func (b Balance) Free() Units { return b.Granted - b.Settled - b.Held }

// line is an account in the book.
type line struct {
	Balance
	lastGrant id.Grant
}

// Claim is one account that a hold must lie on. A soft one is counted but never refuses.
type Claim struct {
	Stake
	Soft bool
}

// Shortage is an account on which a hold did not fit.
type Shortage struct {
	Account Account
	Free    Units // what there was
	By      Units // how much was missing
}

// NewBook makes an empty book for one organization.
func NewBook(org id.Org) *Book { return &Book{org: org, accounts: make(map[Account]*line)} }

// Hold takes the amounts on every claimed account, each in its own measure, or on none and says where they did not fit.
// A negative amount fits nowhere.
func (b *Book) Hold(attempt id.Attempt, amounts Amounts, claims []Claim) (*Hold, []Shortage) {
	h := &Hold{book: b, attempt: attempt, amounts: amounts, lines: make([]holdLine, len(claims))}
	var short []Shortage
	for i, c := range claims {
		l := b.line(c.Account)
		h.lines[i] = holdLine{c.Stake, l}
		amount, free := amounts.Of(c.Measure), l.Free()
		if _, err := l.Held.Add(amount); err != nil || amount < 0 || (!c.Soft && amount > free && amount > 0) {
			short = append(short, Shortage{Account: c.Account, Free: free, By: missing(amount, free)})
		}
	}
	if short != nil {
		return nil, short
	}
	for _, l := range h.lines {
		l.Held += amounts.Of(l.Measure)
	}
	return h, nil
}

func missing(amount, free Units) Units {
	by, err := amount.Sub(free)
	if err != nil || amount < 0 {
		return money.Max
	}
	return by
}

// Errors of moves that the machine does not know. They are bugs of a caller, never a client's fault.
var (
	ErrForeignHold = errors.New("ledger: the hold is of another book")
	ErrUsedHold    = errors.New("ledger: the hold was opened or ended before; every attempt takes its own")
)

// Open marks that the attempt is about to be sent. A hold opens once: a retry is an attempt of its own.
func (b *Book) Open(h *Hold) error {
	if h == nil || h.book != b {
		return ErrForeignHold
	}
	if h.stage != reserved {
		return ErrUsedHold
	}
	h.stage = opened
	return nil
}

// Unopen takes Open back when the journal could not record it, so nothing was sent.
func (b *Book) Unopen(h *Hold) {
	if h.book == b && h.stage == opened {
		h.stage = reserved
	}
}

// Seal decides who ends an opened attempt: true for the first caller, false ever after. The money stays held until
// Settle, so that the settlement can be journaled in between.
func (b *Book) Seal(h *Hold) bool {
	if h == nil || h.book != b || h.stage != opened {
		return false
	}
	h.stage = sealed
	return true
}

// Settle ends an opened or sealed attempt: what it used is booked in full on every account, even above the hold, and
// the hold is freed. overrun is how much the cost was above the hold. Exactly once; ok is false ever after, and for
// amounts below zero.
func (b *Book) Settle(h *Hold, used Amounts) (overrun money.USD, ok bool) {
	if h == nil || h.book != b || (h.stage != opened && h.stage != sealed) || !used.valid() {
		return 0, false
	}
	h.stage = ended
	for _, l := range h.lines {
		l.Held -= h.amounts.Of(l.Measure)
		l.Settled += used.Of(l.Measure)
	}
	return max(0, used.Money-h.amounts.Money), true
}

// Release gives back a hold that was never opened. What was opened can only be settled: it may have been sent.
func (b *Book) Release(h *Hold) bool {
	if h == nil || h.book != b || h.stage != reserved {
		return false
	}
	h.stage = ended
	for _, l := range h.lines {
		l.Held -= h.amounts.Of(l.Measure)
	}
	return true
}

// Grant adds a lease. Grants of one account carry ascending ids and are applied once: one that came before, or is
// repeated, changes nothing.
func (b *Book) Grant(g id.Grant, a Account, amount Units) bool {
	l := b.line(a)
	if amount < 0 || g.Compare(l.lastGrant) <= 0 {
		return false
	}
	l.lastGrant = g
	l.Granted += amount
	return true
}

// Return takes up to most out of an account's free lease and reports how much; it can no longer be held against. The
// caller then gives it back to the database, in this order, so that the money is never in two places.
func (b *Book) Return(a Account, most Units) Units {
	l, ok := b.accounts[a]
	if !ok {
		return 0
	}
	back := max(0, min(most, l.Free()))
	l.Granted -= back
	return back
}

// Balance is where an account stands; zero for one that the book does not know.
func (b *Book) Balance(a Account) Balance {
	if l, ok := b.accounts[a]; ok {
		return l.Balance
	}
	return Balance{}
}

// Forget drops an account that nothing is held on and nothing is leased for, when its period is over.
func (b *Book) Forget(a Account) bool {
	l, ok := b.accounts[a]
	if !ok {
		return true
	}
	if l.Held != 0 || l.Free() > 0 {
		return false
	}
	delete(b.accounts, a)
	return true
}

func (b *Book) line(a Account) *line {
	l, ok := b.accounts[a]
	if !ok {
		l = &line{}
		b.accounts[a] = l
	}
	return l
}
