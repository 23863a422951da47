package gateway

import (
	"math"
	"time"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// choose asks the organization's rules, and those of the alias, where the request goes. A dry run keeps what each of them
// said.
func (g *Gateway) choose(x *Exchange) (p route.Plan, err error) {
	h := &x.Hints
	x.ask = route.Ask{Org: x.Grant.Chain.Org, Call: x.Call, Grant: x.Grant, Request: x.ID, At: x.Started, Tags: h.Tags, EndUser: h.EndUser, Session: h.Session,
		Client: h.Client, Priority: h.Priority, Purpose: h.Purpose, Spending: g, Named: x.Grant.Exact}
	if h.DryRun {
		p, x.trace, err = g.Routes.Explain(&x.ask)
	} else {
		p, err = g.Routes.Choose(&x.ask)
	}
	if err == nil && p.Why != "" {
		x.note("route: ", p.Why)
	}
	return p, err
}

// UsedPercent implements route.Spending: what is spent and held of the tightest budget above a key. Only rules that speak of
// it ask, so others do not pay for it.
func (g *Gateway) UsedPercent(who *key.Grant, at time.Time) int {
	most := ledger.Units(0)
	for _, s := range g.Budgets.Standings(who, at) {
		used := s.Spent + s.Held
		switch {
		case s.Limit <= 0:
			most = max(most, 100)
		case used < hundredth:
			most = max(most, used*100/s.Limit)
		default:
			most = max(most, used/max(s.Limit/100, 1))
		}
	}
	return int(most)
}

// hundredth is what can be multiplied by a hundred: ten million dollars and more are divided first.
const hundredth = ledger.Units(math.MaxInt64 / 100)
