package ledger

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Hold is money set aside for one attempt on every account that limits it. Only a Book makes one, and the gateway's
// dispatch demands one: code that would call a provider without a hold does not compile (decision D9).
type Hold struct {
	book    *Book
	attempt id.Attempt
	amounts Amounts
	lines   []holdLine
	stage   stage // guarded like the book
}

type holdLine struct {
	Stake
	*line
}

type stage uint8

const (
	reserved stage = iota // money set aside, nothing sent
	opened                // journaled, may have been sent
	sealed                // its one settlement is being journaled
	ended
)

// Org is the organization whose money is held.
func (h *Hold) Org() id.Org { return h.book.org }

// Attempt is the attempt that the hold was taken for.
func (h *Hold) Attempt() id.Attempt { return h.attempt }

// Amounts are what is held on each account, by its measure.
func (h *Hold) Amounts() Amounts { return h.amounts }

// Amount is the money that is held.
func (h *Hold) Amount() money.USD { return h.amounts.Money }

// On yields the accounts that the hold lies on.
func (h *Hold) On(yield func(Stake) bool) {
	for i := range h.lines {
		if !yield(h.lines[i].Stake) {
			return
		}
	}
}

// Stakes are the accounts that the hold lies on.
func (h *Hold) Stakes() []Stake {
	out := make([]Stake, len(h.lines))
	for i, l := range h.lines {
		out[i] = l.Stake
	}
	return out
}
