package turnstile

import (
	"slices"
	"time"
)

// Where the limits lie, and why.
const (
	// tick is how often they are looked at: long enough to see some hundred goroutines, short beside a second.
	tick = 50 * time.Millisecond
	// alarming is the wait from which the gateway may be overloaded, half of what DAGOR takes for it. A machine that is
	// merely busy stays below: 64 connections flat out on two processors wait 4 ms.
	alarming = 10 * time.Millisecond
	// crowded is the queue for each processor that must be there as well, twice CockroachDB's 32. Fewer requests than that
	// are not too many, whoever else the machine works for.
	crowded = 64
	// enough ticks in a row make an overload, two where wait or queue are longer; a burst is over before. It cannot be
	// longer: at five times the capacity each tick lets in as much as takes four to be rid of.
	enough = 3
	// target is the wait that is aimed at under pressure. A refusal passes the queue once or twice, an answer three times.
	target = 4 * time.Millisecond
	// late is aimed at as well: how long streams wait for a turn.
	late = 15 * time.Millisecond
	// calm ticks in a row without anybody refused or waiting end it.
	calm = 20
	// least is the limit below which it is never set: requests in hand per tick and processor.
	least = 8
	// kept is the part of the limit that pressure began with which is left in any case. Where refusing alone takes all the
	// time there is, less work done would not make the queue shorter.
	kept = 0.2
	// refusals are about as much work as one small request.
	refusals = 6
	// How much of the limit a tick takes away for a wait of twice the target, and for a tick in which as much came as could
	// be done twice. Larger ones overshoot where streams live for long (TestOverload in simulated time scanned them).
	gainOver, gainTrend = 0.03, 0.3
	// lasting is how many ticks in a row a far too long wait must last to be more than a collection of garbage, which on one
	// processor takes two or three.
	lasting = 4
)

// governor sets the limit of requests in hand. It is pure: what it does follows from what it is told.
type governor struct {
	processors int
	limit      float64 // requests in hand per tick; 0 = everybody comes in
	recent     float64 // the most that was in hand in a tick, lately: in one in which the machine stood still it is nothing
	most       float64 // the limit that pressure began with, or a higher one since
	hot        float64 // how long, and how far, waits were alarming
	cool       int     // ticks in a row in which nobody was short
	before     time.Duration
	far        int     // ticks in a row in which the wait was far over what is aimed at
	brake      float64 // the part of the limit that the next tick may use: what passes, such as a collection, is no lesson
}

// seen is what one tick saw.
type seen struct {
	Sample
	busy    float64 // requests in hand
	refused float64
	late    time.Duration // how long a stream waits for a turn
	short   bool          // somebody found no turn at once
}

// step takes what a tick saw, and reports whether the gateway is pressed.
func (g *governor) step(s seen) bool {
	before := g.before
	g.before = s.Wait
	g.recent = max(s.busy, 0.95*g.recent)
	if g.limit == 0 {
		if g.hot += min(float64(s.Wait)/float64(alarming)+s.Queue/crowded/4, 2); s.Wait < alarming || s.Queue < crowded {
			g.hot = 0
		}
		if g.hot < enough {
			return false
		}
		g.limit, g.most, g.cool = g.recent, g.recent, 0
	}
	// Where most of the work is refusing, the wait is of its making: fewer admissions would hardly shorten it.
	aim := float64(target) * (1 + 2*s.refused/(s.refused+refusals*s.busy+1))
	over := max(float64(s.Wait)/aim, float64(s.late)/float64(late)) - 1
	trend := float64(s.Wait-before) / float64(tick)
	change := -gainOver*min(over, 2) - gainTrend*min(max(trend, -0.2), 0.4)
	if g.far++; over <= 3 {
		g.far = 0
	}
	if g.brake = 1; over > 1 {
		g.brake = max(2/(1+over), 0.5)
	}
	switch {
	case g.far > lasting:
		g.limit = max(g.limit*0.75, min(g.limit, 0.6*s.busy))
	case change < 0:
		g.limit = max(g.limit*max(1+change, 0.8), min(g.limit, 0.85*s.busy))
	case s.short:
		g.limit *= min(1+change, 1.02) // what is let in stays for a second or more, so that too much is seen late
	}
	g.most = max(g.most, g.limit)
	g.limit = max(g.limit, g.most*kept, float64(least*g.processors))
	if g.cool++; s.short {
		g.cool = 0
	}
	if g.cool >= calm {
		g.limit, g.hot = 0, 0
	}
	return g.limit > 0
}

// level is the water level: the most that one may have so that all together have no more than there is. Wants is sorted
// by it. With enough for everybody it is what is left over for one more, or the largest want.
func level(wants []float64, limit float64) float64 {
	slices.Sort(wants)
	for i, w := range wants {
		if part := limit / float64(len(wants)-i); w > part {
			return part
		}
		limit -= w
	}
	if n := len(wants); n > 0 {
		return wants[n-1] + limit
	}
	return limit
}
