package limit

import (
	"fmt"
	"sync/atomic"
	"time"
)

// Seat is what one request took on the limits that bind it. It belongs to the request; Settle ends it.
type Seat struct {
	tree     *tree
	claims   []claim
	room     [6]claim
	now      time.Time
	admitted bool
	settled  atomic.Bool
}

// claim is a request's part on one limit.
type claim struct {
	rule *rule
	terms
	need, take int64

	// What was found when it was decided.
	used   int64 // with take, once it is taken
	limit  int64 // in force: base or raised
	burst  burst // as it is afterwards
	reset  int64 // microseconds until nothing counts
	wait   int64 // microseconds until need fits; 0 = it does
	slot   int64 // in memory
	shared int64 // slot in Redis
	away   bool  // it was decided in memory while Redis was away
}

// newSeat finds the limits that bind a request; nil if there are none.
func newSeat(t *tree, a *Ask, now time.Time) *Seat {
	p := &Seat{tree: t, now: now}
	p.claims = p.room[:0]
	t.bind(a, func(r *rule) {
		c := claim{rule: r}
		c.need, c.take, _ = a.need(r.Unit)
		p.claims = append(p.claims, c)
	})
	if len(p.claims) == 0 {
		return nil
	}
	return p
}

// allow works out what each limit allows now, and takes whole limits where only the estimate is larger than they are.
func (p *Seat) allow(a *Ask, nodes int64) {
	for i := range p.claims {
		c := &p.claims[i]
		c.terms = c.rule.terms(p.now, nodes)
		c.need, c.take, _ = a.need(c.rule.Unit)
		_, _, least := a.need(c.rule.Unit)
		if most := max(c.base, c.raised) * c.factor; c.need > most && least <= most && most > 0 {
			c.need, c.take = most, most
		}
	}
}

// blocked is the claim that has to wait longest, or nil if all fit.
func (p *Seat) blocked() *claim {
	var worst *claim
	for i := range p.claims {
		c := &p.claims[i]
		if c.wait == 0 {
			continue
		}
		if worst == nil || c.wait == never || worst.wait != never && c.wait > worst.wait {
			worst = c
		}
	}
	return worst
}

// Admitted reports whether the request took its place; a refused one took none.
func (p *Seat) Admitted() bool { return p.admitted }

// Tightest is the standing of the limit of a unit with the least left; false if none of that unit binds.
func (p *Seat) Tightest(u Unit) (Standing, bool) {
	var best *claim
	for i := range p.claims {
		c := &p.claims[i]
		if c.rule.Unit == u && (best == nil || c.limit-c.used < best.limit-best.used) {
			best = c
		}
	}
	if best == nil {
		return Standing{}, false
	}
	return best.standing(p.now), true
}

// warnFrom is the share of a limit in per cent from which requests are warned.
const warnFrom = 80

// Warnings are sentences about limits that are nearly used up, or soft ones that were passed. Mostly there are none.
func (p *Seat) Warnings() []string {
	var out []string
	for i := range p.claims {
		c := &p.claims[i]
		if !p.admitted || c.limit == 0 || c.used < (c.limit*warnFrom+99)/100 {
			continue
		}
		share := c.used * 100 / c.limit
		if c.used > c.limit && c.rule.Soft {
			out = append(out, fmt.Sprintf("rate limit passed: %d %% of %s is used; requests are refused from 200 %%", share, c.rule.describe(c.limit)))
		} else {
			out = append(out, fmt.Sprintf("rate limit near: %d %% of %s is used", share, c.rule.describe(c.limit)))
		}
	}
	return out
}

func (c *claim) standing(now time.Time) Standing {
	r := c.rule
	return Standing{Limit: r.ID, Scope: r.scope, Tag: r.Tag, Name: r.Name, Unit: r.Unit, Window: r.Window, Soft: r.Soft,
		Amount: c.limit, Used: c.used, Bursting: c.burst.rising(now.UnixMicro()), Reset: time.Duration(c.reset) * time.Microsecond}
}
