package budget

import (
	"cmp"
	"math/bits"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// whole is the whole way from floor to ceiling; shares of it are fine enough for spans of a thousand dollars to be exact
// to the nano-dollar.
const whole = 1 << 40

// shrunk is a hold between floor and ceiling that fits all hard purses: the same share of the way in every measure, and
// at most half of what a purse has left unless the floor itself is more, so that one request without max_tokens does not
// take everybody's headroom. False when there is nothing to shrink, or not even the floor fits.
func (d *desk) shrunk(bind []*purse, w Want) (ledger.Amounts, bool) {
	if w.Floor == w.Ceiling {
		return ledger.Amounts{}, false
	}
	share := uint64(whole)
	for _, p := range bind {
		if p.soft() {
			continue
		}
		floor, ceiling, free := w.Floor.Of(p.rule.Measure), w.Ceiling.Of(p.rule.Measure), d.book.Balance(p.account).Free()
		if floor > free {
			return ledger.Amounts{}, false
		}
		if ceiling > floor {
			hi, lo := bits.Mul64(uint64(max(0, free/2-floor)), whole)
			if span := uint64(ceiling - floor); hi < span {
				q, _ := bits.Div64(hi, lo, span)
				share = min(share, q)
			}
		}
	}
	return ledger.Amounts{
		Money:    between(w.Floor.Money, w.Ceiling.Money, share),
		Tokens:   between(w.Floor.Tokens, w.Ceiling.Tokens, share),
		Requests: w.Ceiling.Requests,
	}, true
}

// between is share of the way from a to b, to the nearest unit.
func between(a, b ledger.Units, share uint64) ledger.Units {
	hi, lo := bits.Mul64(uint64(b-a), share)
	lo, carry := bits.Add64(lo, whole/2, 0)
	return a + ledger.Units((hi+carry)<<24|lo>>40)
}

// valid reports whether the floor is at most the ceiling, and neither below zero.
func (w *Want) valid() bool {
	for _, m := range [...]ledger.Measure{ledger.Money, ledger.Tokens, ledger.Requests} {
		if f := w.Floor.Of(m); f < 0 || f > w.Ceiling.Of(m) {
			return false
		}
	}
	return true
}

// tighter orders standings: what is used up comes first, then money before tokens before requests, and within one measure
// what has less left, which is what a request meets first.
func tighter(a, b Standing) int {
	over := func(s Standing) int {
		if s.Left <= 0 {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(over(a), over(b)), cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Left, b.Left))
}
