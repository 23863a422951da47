package budget

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// The rungs before the limit. Both look at what is spent and held on this node, so that a burst climbs them at once.

// Step is what a budget near its limit asks of a request.
type Step struct {
	// Model is the cheaper model to send it to.
	Model string
	// Why is the budget that asks.
	Why   Standing
	Label string // its scope in words
}

// Descend says whether a budget above a request is near enough to its limit to ask for a cheaper model. Outermost first:
// the first budget that asks is obeyed. The caller knows whether that model can serve the request.
func (t *Treasury) Descend(c org.Chain, tags string) (Step, bool) {
	d := t.desk(c.Org)
	d.mu.Lock()
	defer d.mu.Unlock()
	var room [16]*purse
	for _, p := range d.binding(t.index.Get(), Want{Chain: c, Tags: tags}, t.Clock.Now(), room[:0]) {
		if p.rule.Enforce == Downgrade && !p.gone && d.onLadder(p) {
			return Step{Model: p.rule.Ladder.Model, Why: d.standing(p), Label: p.rule.Label}, true
		}
	}
	return Step{}, false
}

// onLadder reports whether a purse has used up so much that its ladder begins.
func (d *desk) onLadder(p *purse) bool {
	return d.spent(p)+d.book.Balance(p.account).Held >= p.start()
}

// start is how much of the limit may be used before the ladder begins.
func (p *purse) start() ledger.Units { return scale(p.pool.Limit, int64(p.rule.Ladder.From), 100) }

// tap lets requests through a throttled purse no faster than its pace allows. Its credit grows by the pace, up to a
// minute's worth; a request takes its ceiling, as far as the tap is that wide, and what it did not use comes back when
// it ends.
type tap struct {
	credit ledger.Units
	at     time.Time // when credit was right
}

// burst is how long credit gathers while nobody asks, and the longest wait that a refusal names.
const burst = time.Minute

// pace is how much of a throttled purse may be used per hour now:
//
//	(left of the limit) ÷ max(share of the period that the ladder spans, time to the reset)
//
// With a limit of L, a ladder from f and a period of T that is L/T, even spending, where the ladder begins, and falls in
// a straight line with what is left: left/((1-f)·T). It never reaches zero before the limit, and towards the end of the
// period it is no slower than using up the rest by then. A purse at its limit has none. Several nodes share it.
func (d *desk) pace(p *purse, now time.Time, nodes int64) ledger.Units {
	left := p.pool.Limit - d.spent(p) - d.book.Balance(p.account).Held
	if left <= 0 {
		return 0
	}
	over := time.Duration(int64(p.to.Sub(p.from)) / 100 * int64(100-p.rule.Ladder.From))
	over = max(min(over, p.to.Sub(now)), time.Minute)
	return scale(left, int64(time.Hour), int64(over)*max(nodes, 1))
}

// wait is how long a request must wait at a throttled purse, 0 if it may pass. Passing takes amount from the tap.
func (d *desk) wait(p *purse, amount ledger.Units, now time.Time, nodes int64) time.Duration {
	if p.rule.Enforce != Throttle || p.soft() || p.to.IsZero() || !d.onLadder(p) {
		return 0
	}
	pace := d.pace(p, now, nodes)
	most := max(1, scale(pace, int64(burst), int64(time.Hour)))
	if p.tap == nil {
		p.tap = &tap{credit: most, at: now}
	}
	p.tap.credit = min(most, p.tap.credit+scale(pace, int64(max(0, now.Sub(p.tap.at))), int64(time.Hour)))
	p.tap.at = now
	need := min(amount, most)
	if p.tap.credit >= need {
		return 0
	}
	if pace == 0 {
		return burst
	}
	return min(burst, time.Duration(scale(need-p.tap.credit, int64(time.Hour), int64(pace)))+time.Millisecond)
}

// slow refuses a request that came too early for a throttled budget above it. Nothing is taken from any tap unless all
// let it pass. The caller holds mu.
func (t *Treasury) slow(d *desk, bind []*purse, w *Want, now time.Time) error {
	nodes := int64(t.Nodes())
	for _, p := range bind {
		if wait := d.wait(p, w.Ceiling.Of(p.rule.Measure), now, nodes); wait > 0 {
			return throttled(d.standing(p), p.rule.Label, d.pace(p, now, nodes), wait)
		}
	}
	return nil
}

// pour takes a hold out of the taps it passed; ended gives back what it did not use.
func (d *desk) pour(bind []*purse, h *ledger.Hold) {
	for _, p := range bind {
		if p.tap != nil {
			p.tap.credit -= h.Amounts().Of(p.rule.Measure)
		}
	}
}

func (d *desk) ended(h *ledger.Hold, used ledger.Amounts) {
	for _, s := range h.Stakes() {
		if p := d.purses[s.Account]; p != nil && p.tap != nil {
			p.tap.credit += h.Amounts().Of(s.Measure) - used.Of(s.Measure)
		}
	}
}

func throttled(s Standing, label string, pace ledger.Units, wait time.Duration) *fault.Error {
	used := scale(100, int64(s.Spent+s.Held), int64(max(1, s.Limit)))
	e := fault.Newf(fault.Limited, "rate_limited", "%s %s budget of %s is %d %% used, so its requests are slowed down, to about %s an hour now. Try again in %s, or ask for less output.%s %s",
		possessive(label), s.Period, s.amount(s.Limit), used, s.amount(pace), max(time.Second, wait.Round(time.Second)), resets(s), raiser(s.Scope))
	e.RetryAfter = wait
	return facts(e, s)
}

// scale is n × num ÷ den, exact in between and rounded down; none of them may be below zero.
func scale(n ledger.Units, num, den int64) ledger.Units {
	hi, lo := bits.Mul64(uint64(max(0, n)), uint64(max(0, num)))
	if den <= 0 || hi >= uint64(den) {
		return ledger.Units(1<<63 - 1)
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	return ledger.Units(min(q, 1<<63-1))
}

// Sentence tells a client why its request went to another model than it asked for.
func (s Step) Sentence(asked, got string) string {
	return fmt.Sprintf("%s was replaced by %s: %s %s budget of %s is nearly used up", asked, got, possessive(s.Label), s.Why.Period, s.Why.amount(s.Why.Limit))
}
