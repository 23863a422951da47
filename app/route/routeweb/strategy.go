package routeweb

import (
	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// strategyWords says a strategy as people choose it.
type strategyWords struct {
	of   route.Strategy
	says string
}

// strategies are all of route.Strategies; the first is stored as nothing.
var strategies = []strategyWords{
	{"", "In this order"},
	{route.Strategy(balance.RoundRobin), "In turn (round robin)"},
	{route.Strategy(balance.Weighted), "By weight"},
	{route.Strategy(balance.LeastConnections), "Fewest requests under way"},
	{route.Strategy(balance.ResponseTime), "Soonest answer"},
	{route.Strategy(balance.Cost), "Cheapest for the request"},
	{route.Strategy(balance.Adaptive), "Adaptive: latency, failures and cost"},
	{route.Strategy(balance.Quality), "Best quality"},
	{route.Strategy(balance.Balanced), "Balanced: quality and cost"},
	{route.Strategy(balance.Sticky), "Same for a session (sticky)"},
}
