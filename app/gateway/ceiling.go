package gateway

import (
	"cmp"
	"errors"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// leastOutput is the fewest output tokens worth sending a request for: when money is short and the client set no cap of
// its own, the call shrinks down to this before it is refused (decision D12).
const leastOutput = 256

// price finds what the attempt can use at most and at least. Without a price for what is asked the claim says so: a hard
// budget of money then refuses it, because unknown is not free.
func (g *Gateway) price(x *Exchange, a *attempt, want *budget.Want) error {
	if x.Call.Operation.Free() {
		return nil
	}
	t := a.target
	quote, known := g.quoteOf(x, t)
	if known && (x.deferring() || x.returned != nil) {
		quote = catalog.Half(quote)
	}
	if known {
		var err error
		a.heldAt = g.expectedTier(x.Call, t)
		a.tier = a.heldAt
		if a.ceiling, err = catalog.Served(quote, a.heldAt).Ceiling(boundAt(x.Call, t)); err != nil {
			return fault.Field("", "This request is too large to be priced.").Because(err)
		}
		a.quote = quote
	} else {
		want.Unpriced = true
		x.note("price unknown: ", t.Connection.Name, "/", t.Model)
		a.ceiling = catalog.Ceiling{Tokens: catalog.Tokens(x.Call.Bound), MaxOutput: unknownOutput}
		if x.Call.Operation.Media() {
			a.ceiling.MaxOutput = x.Call.Bound.Output
		}
	}
	if known && (dearTier(x.Call.Tier) || x.Call.Bound.Unpriced) {
		want.Unpriced = true
		a.ceiling.Input, a.ceiling.PerOutput = 0, 0
		if x.note("price unknown: service tier ", x.Call.Tier, ", or a tool that the provider charges apart"); x.Call.Operation.Media() {
			x.note("price unknown: ", unpriceable(x.Call))
		}
	}
	least := int64(0)
	switch op := x.Call.Operation; {
	case op.Generates():
		a.outputs = cmp.Or(x.Call.MaxOutput, a.ceiling.MaxOutput)
		if least = a.outputs; x.Call.MaxOutput == 0 {
			least = min(least, leastOutput)
		}
	case op.Media(): // the request bounds it, and there is no cap to lower
		a.outputs, least = a.ceiling.MaxOutput, a.ceiling.MaxOutput
	}
	var err error
	if want.Ceiling, err = worst(a.ceiling, a.outputs*x.Call.Choices); err != nil {
		return err
	}
	if want.Floor, err = worst(a.ceiling, least*x.Call.Choices); err != nil {
		return err
	}
	if !x.asked { // a retry of a request that reached a provider is no second request
		want.Ceiling.Requests, want.Floor.Requests = 1, 1
	}
	if err := capCost(x, a, want); err != nil {
		return err
	}
	return g.capPolicy(x, a, want)
}

// quoteOf is a target's price, by the catalogue's name of its provider.
func (g *Gateway) quoteOf(x *Exchange, t route.Target) (catalog.Quote, bool) {
	return g.Prices.Quote(x.Grant.Chain.Org, pricedAs(t), catalog.Graded(t.Model, x.Call.Bound.Picture), g.pricedWhen(x))
}

// pricedWhen is now, or when a line was handed over whose answer came back: a price that ended overnight is still what was agreed then.
func (g *Gateway) pricedWhen(x *Exchange) time.Time {
	if x.returned != nil {
		return x.returned.Deposit.At
	}
	return g.clock.Now()
}

func pricedAs(t route.Target) string { return cmp.Or(t.Connection.PricedAs, string(t.Connection.Kind)) }

// unknownOutput is the output cap of a call to a model that the catalogue does not know, under a hard budget of tokens:
// one that every model takes.
const unknownOutput = 4096

// dearTier reports whether a service tier costs more than the list prices that the catalogue knows; "flex" and "batch"
// cost less.
func dearTier(tier string) bool {
	switch tier {
	case "", "auto", "default", "flex", "batch":
		return false
	}
	return true
}

// clamp puts the cap that the hold was taken for into the call, if the client set none: under a hard budget always,
// because a provider's own maximum is no promise, and wherever the hold is smaller than the ceiling.
func (g *Gateway) clamp(x *Exchange, a *attempt, want *budget.Want) {
	if a.outputs == 0 || x.Call.MaxOutput != 0 || !x.Call.Operation.Generates() {
		return
	}
	if held := a.hold.Amounts(); held != want.Ceiling {
		a.edit.MaxOutput = affordable(held, a.ceiling, x.Call.Choices)
		x.warn("output capped at " + strconv.FormatInt(a.edit.MaxOutput, 10) + " tokens, what the tightest budget can pay")
	} else if a.lowered {
		a.edit.MaxOutput = a.outputs
		x.warn("output capped at " + strconv.FormatInt(a.outputs, 10) + " tokens, what the limit of one request's cost pays for")
	} else if g.Budgets.Bound(a.hold) {
		a.edit.MaxOutput = a.outputs
	}
}

// worst is the most a call can use: its whole input at the dearest rate, and every choice filled to the cap.
func worst(c catalog.Ceiling, outputs int64) (a ledger.Amounts, err error) {
	var s money.Sum
	err = s.Add(c.PerOutput, outputs)
	out, overflow := s.Ceil()
	cost, above := c.Input.Add(out)
	tokens, many := ledger.Units(c.Tokens).Add(ledger.Units(outputs))
	if err = errors.Join(err, overflow, above, many); err != nil {
		return a, fault.Field("max_tokens", "This request could cost more than can be counted. Lower max_tokens or n.").Because(err)
	}
	return ledger.Amounts{Money: cost, Tokens: tokens}, nil
}

// affordable is the output cap per choice that a hold pays for, in money and in tokens.
func affordable(held ledger.Amounts, c catalog.Ceiling, choices int64) int64 {
	most := int64(held.Tokens) - c.Tokens
	if c.PerOutput > 0 {
		most = min(most, int64(held.Money-c.Input)*1000/int64(c.PerOutput)) // pico-dollars; holds are far below the overflow at 9.2 million dollars
	}
	if most /= choices; most <= 0 {
		return leastOutput
	}
	return most
}

// capCost applies the client's own limit for this request. What earlier attempts cost counts.
func capCost(x *Exchange, a *attempt, w *budget.Want) error {
	limit := x.Hints.MaxCost
	if limit == 0 {
		return nil
	}
	if w.Unpriced {
		return fault.Newf(fault.Exhausted, "price_unknown", "No price is known for this request, and its own limit x-bodhi-max-cost is $%s, so it cannot be sent. Ask an organization admin to enter a price, use a model with one, or leave the limit out.", limit).
			With("scope", "request").With("limit_usd", limit.String())
	}
	left := max(0, limit-x.spent)
	if w.Floor.Money > left {
		return fault.Newf(fault.Exhausted, "budget_exhausted", "This request could cost up to $%s, more than its own limit x-bodhi-max-cost of $%s. Raise the limit, or lower max_tokens.", x.spent+w.Floor.Money, limit).
			With("scope", "request").With("limit_usd", limit.String())
	}
	lower(x, a, w, left)
	return nil
}

// lower takes the ceiling down to a limit that the floor keeps, and the output cap with it: without the cap the limit would
// be a wish.
func lower(x *Exchange, a *attempt, w *budget.Want, limit money.USD) {
	if w.Ceiling.Money <= limit {
		return
	}
	w.Ceiling.Money = limit
	a.outputs, a.lowered = min(a.outputs, affordable(w.Ceiling, a.ceiling, x.Call.Choices)), true
	w.Ceiling.Tokens = max(w.Floor.Tokens, min(w.Ceiling.Tokens, ledger.Units(a.ceiling.Tokens+a.outputs*x.Call.Choices)))
}
