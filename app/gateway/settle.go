package gateway

import (
	"cmp"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// open journals the attempt; only then may a byte leave (decision D9).
func (g *Gateway) open(x *Exchange, a *attempt) error {
	if x.returned != nil { // it was booked when it was handed over
		a.opened, a.sent = true, g.clock.Now()
		return nil
	}
	rec := g.entry(x, a)
	if err := g.Budgets.Open(a.hold, &rec); err != nil {
		return err
	}
	a.opened, a.sent = true, rec.At
	return nil
}

// entry is what the journal says of an attempt.
func (g *Gateway) entry(x *Exchange, a *attempt) ledger.Attempt {
	rec := ledger.Attempt{
		ID: a.hold.Attempt(), Request: x.ID, Number: a.number, Chain: x.Grant.Chain, Tags: x.Hints.Tags, At: g.clock.Now(), Held: a.hold.Amounts(),
		Connection: a.target.Connection.ID, Provider: a.target.Connection.Name,
		Kind: string(a.target.Connection.Kind), Model: a.target.Model,
		Asked: x.askedFor(), Endpoint: string(x.Endpoint.op), Client: x.Hints.Client, Cache: cmp.Or(x.fact.Cache, uncached),
	}
	if a.quote != nil {
		rec.PriceVersion = a.quote.Version()
	}
	return rec
}

// settle ends the attempt under way, once. An attempt that was never opened gives its hold back.
func (g *Gateway) settle(x *Exchange) {
	a := x.try
	if a == nil || a.settled {
		return
	}
	a.settled = true
	report := x.report(a)
	a.pass.Done(g.clock.Now(), report)
	g.measure(a, report)
	if !a.opened {
		g.unclaim(x, a, 0)
		g.Budgets.Release(a.hold)
		return
	}
	s, used := g.conclude(x, a)
	g.noteTier(x, a)
	a.cost = s.Cost
	g.unclaim(x, a, s.Cost)
	if s.State != ledger.Voided {
		x.asked = true
		x.fact.Usage, x.fact.Model, x.fact.Provider = used, a.target.Model, a.target.Connection.Name
	}
	x.note("settled ", string(s.State), ": ", s.Cost.String(), " USD")
	if total, err := x.spent.Add(s.Cost); err == nil {
		x.spent = total
	}
	if x.returned != nil {
		settleReturned(x.returned, a, &s)
		return
	}
	if g.Meter != nil {
		g.Meter.Tried(x.Endpoint.op, a.target.Connection.Kind, x.Call.Stream, &s)
	}
	if g.Tracer != nil {
		x.tried = append(x.tried, ledger.Try{Settlement: s, Kind: string(a.target.Connection.Kind), Model: a.target.Model, Sent: a.sent})
	}
	g.Budgets.Settle(a.hold, &s)
}

// conclude asks the settlement table for the attempt's state and cost.
func (g *Gateway) conclude(x *Exchange, a *attempt) (ledger.Settlement, llm.Usage) {
	if x.deferred {
		return ledger.Settlement{At: g.clock.Now(), State: ledger.Handed, Cost: a.hold.Amount(), Class: "canceled"}, llm.Usage{}
	}
	end := ledger.End{
		Written: true, Status: a.status, Started: a.started, Streamed: x.Call.Stream, Complete: a.finished, Held: a.hold.Amount(),
	}
	if a.failure != nil {
		end.Class, end.Status = string(a.failure.Class), a.failure.Status
		end.Written = a.failure.Class != provider.Unreachable
		end.ErrorsFree = freeErrors[a.target.Connection.Kind]
	} else if x.clientOut && !a.finished {
		end.Class = string(provider.Canceled)
	}
	used := counted(x.Call, a.outBytes)
	used.WebSearches = searched(x.Call, a.target)
	if a.usage != nil && a.finished {
		a.usage.WebSearches = max(a.usage.WebSearches, used.WebSearches)
	}
	used.WebSearches = max(used.WebSearches, a.searches) // an answer that is cut reports none yet
	if a.usage != nil && !a.finished {
		a.usage.WebSearches = max(a.usage.WebSearches, used.WebSearches)
	}
	if x.Call.Operation.Filed() {
		used = llm.Usage{}
	} else if x.Call.Operation.Media() {
		if used = g.countedMedia(x, a); a.usage != nil && !telling(a, a.usage) {
			a.usage = nil
		}
	}
	var bill catalog.Bill
	switch {
	case a.usage == nil || a.least && a.finished:
		bill = g.bill(a, used)
	case a.soFar && !a.finished:
		// What the provider generates until it notices that we left, it bills as well.
		end.Report, end.Billed = ledger.PartialUsage, g.bill(a, *a.usage).Total
		output := a.usage.Output + underWay
		if a.least {
			output = max(output, used.Output)
		}
		used = *a.usage
		used.Output = output
		bill = g.bill(a, used)
	default:
		used, end.Report = *a.usage, ledger.FinalUsage
		bill = g.bill(a, used)
		g.beside(x, a, &bill, &used)
		end.Billed = bill.Total
	}
	end.Counted = bill.Total
	s := ledger.Settlement{Attempt: a.hold.Attempt(), At: g.clock.Now(), Status: end.Status, Class: end.Class, FirstByte: a.firstByte}
	s.State, s.Cost = ledger.Decide(end)
	s.Duration = s.At.Sub(a.sent)
	if s.State != ledger.Voided {
		s.Usage, s.InputCost = used, min(bill.Input, s.Cost)
	}
	return s, used
}

// underWay are tokens of a stream that broke off which the provider may have generated after the last piece that arrived,
// beside the margin in percent of every cut stream.
const underWay = 8

// counted is our own count where the provider reports nothing: the input's bytes by a careful ratio, and the output
// seen. It errs upward; the attempt is flagged and reconciled later.
func counted(call *llm.Call, outBytes int64) llm.Usage {
	b := call.Bound
	u := llm.Usage{Input: (b.TextBytes+bytesPerToken-1)/bytesPerToken + b.Messages*8 + b.Images*1600}
	if outBytes > 0 {
		u.Output = (outBytes+bytesPerToken-1)/bytesPerToken + 16
	}
	return u
}

// bytesPerToken is deliberately below the four bytes that English text has on average (OpenAI's own rule of thumb).
const bytesPerToken = 3
