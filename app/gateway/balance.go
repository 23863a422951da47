package gateway

import (
	"cmp"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
)

func loadOf(t route.Target) balance.Target {
	return balance.Target{Connection: t.Connection.ID, Model: t.Model}
}

// usualTargets is how many candidates need no memory of their own.
const usualTargets = 12

// balanced puts a plan's targets in the order of its strategy, and says in the decision log what decided. Breakers are no
// part of it: what is away is passed over when its turn comes.
func (g *Gateway) balanced(x *Exchange, p route.Plan) route.Plan {
	g.learn(&p)
	policy := balance.Policy(p.Strategy)
	if p.Strategy == "" || p.Strategy == route.Ordered || len(p.Targets) < 2 {
		return p
	}
	var room [usualTargets]balance.Candidate
	cs := room[:0]
	now := g.clock.Now()
	for i, t := range p.Targets {
		if t.Waits() {
			break // it and those behind it follow failures only
		}
		c := balance.Candidate{At: i, Weight: t.Weight, Rank: t.Rank}
		if policy.Measures() {
			c.Load = g.loads.Watch(loadOf(t), now)
		} else if policy.Rates() {
			c.Load.Likes = g.loads.Likes(loadOf(t))
		}
		if policy.Prices() {
			c.Cost, c.Priced = g.expected(x, t)
		}
		if policy == balance.Sticky {
			c.Place = loadOf(t).Place()
		}
		cs = append(cs, c)
	}
	d := balance.Draw{Random: g.random, Mix: p.Mix}
	switch {
	case p.Turn != nil && x.Hints.DryRun:
		d.Turn = p.Turn.Load()
	case p.Turn != nil:
		d.Turn = p.Turn.Add(1) - 1
	case policy == balance.Sticky:
		d.Who = balance.Who(whose(x))
	}
	balance.Order(policy, cs, &d)
	out := make([]route.Target, len(p.Targets))
	for i := range cs {
		out[i] = p.Targets[cs[i].At]
		x.weigh(policy, &out[i], &cs[i])
	}
	copy(out[len(cs):], p.Targets[len(cs):])
	p.Targets = out
	return p
}

// whose is what Sticky keeps together: the session or conversation, else the end user, the member, the key.
func whose(x *Exchange) string {
	if s := cmp.Or(x.Hints.Session, x.Call.Thread, x.Hints.EndUser); s != "" {
		return s
	}
	if m := x.Grant.Chain.Member; !m.IsZero() {
		return m.String()
	}
	return x.Grant.Chain.Key.String()
}

// expected is what a request is likely to cost at a target, of which only the order matters: its input by the most that it
// can be, and as much output as it asks for, or as most answers have. False = no price is known.
func (g *Gateway) expected(x *Exchange, t route.Target) (money.USD, bool) {
	q, ok := g.quoteOf(x, t)
	if !ok {
		return 0, false
	}
	c, err := q.Ceiling(boundAt(x.Call, t))
	if err != nil {
		return 0, false
	}
	var output int64
	switch op := x.Call.Operation; {
	case op.Generates():
		output = product(min(cmp.Or(x.Call.MaxOutput, guessedOutput), guessedOutput), x.Call.Choices)
	case op.Media():
		output = c.MaxOutput
	}
	most, err := worst(c, output)
	return most.Money, err == nil
}

// weigh notes why a target has its place.
func (x *Exchange) weigh(p balance.Policy, t *route.Target, c *balance.Candidate) {
	var room [160]byte
	b := append(room[:0], p...)
	b = append(b, ": "...)
	b = append(b, t.Connection.Name...)
	b = append(b, '/')
	b = append(b, t.Model...)
	if c.Share > 0 {
		b = append(b, ", share "...)
		b = strconv.AppendFloat(b, 100*c.Share, 'f', 0, 64)
		b = append(b, " %"...)
	}
	if p == balance.Quality || p == balance.Balanced {
		b = append(b, ", quality "...)
		b = strconv.AppendInt(b, int64(c.Rank+1), 10)
	}
	if likes := c.Load.Likes; p.Rates() && likes.Count > 0 {
		b = append(b, ", feedback "...)
		b = strconv.AppendFloat(b, likes.Mean, 'f', 2, 64)
		b = append(b, " of "...)
		b = strconv.AppendInt(b, likes.Count, 10)
	}
	if p.Measures() {
		b = append(b, ", "...)
		b = strconv.AppendInt(b, int64(c.Load.InFlight), 10)
		b = append(b, " under way, "...)
		if c.Load.Seen {
			latency := c.Load.Mean
			if p == balance.ResponseTime {
				latency = c.Load.Peak
			}
			b = strconv.AppendInt(b, int64(latency/time.Millisecond), 10)
			b = append(b, " ms, "...)
			b = strconv.AppendFloat(b, 100*c.Load.Failed, 'f', 1, 64)
			b = append(b, " % failed"...)
		} else {
			b = append(b, "not measured yet"...)
		}
	}
	if p.Prices() {
		if c.Priced {
			b = append(b, ", about $"...)
			b = append(b, c.Cost.String()...)
		} else {
			b = append(b, ", price unknown"...)
		}
	}
	x.decisions.Write(b)
	x.decisions.WriteByte('\n')
}

// measure tells the target's gauge how the attempt ended.
func (g *Gateway) measure(a *attempt, r health.Report) {
	if a.gauge == nil {
		return
	}
	now, v, took := g.clock.Now(), balance.Nothing, a.firstByte
	switch {
	case !a.opened, r.Outcome == health.Neutral:
	case r.Outcome == health.Good:
		v = balance.Answered
	default:
		v, took = balance.Failed, cmp.Or(a.firstByte, now.Sub(a.sent))
	}
	a.gauge.End(now, v, took)
}

// learn has the targets of a route measured that orders its fallbacks by score.
func (g *Gateway) learn(p *route.Plan) {
	if p.Fallback.Scores() {
		now := g.clock.Now()
		for _, t := range p.Targets {
			g.loads.Watch(loadOf(t), now)
		}
	}
}
