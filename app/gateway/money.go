package gateway

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// leastOutput is the fewest output tokens worth sending a request for: when money is short and the client set no cap of
// its own, the call shrinks down to this before it is refused (decision D12).
const leastOutput = 256

// attempt is one try at one target: the unit of account.
type attempt struct {
	number  int
	target  route.Target
	quote   catalog.Quote // nil when no price is known
	ceiling catalog.Ceiling
	outputs int64 // output tokens per choice that the ceiling allows
	hold    *ledger.Hold
	edit    llm.Edit
	notes   llm.Notes // what a translation dropped
	lowered bool      // outputs is what a limit on the request's own cost pays for
	opened  bool
	started bool // a piece of an answer arrived
	settled bool
	broke   bool // its answer broke off on the provider's side
	sent    time.Time
	// passes are the approvals that the attempt needs, claimed what it took of each, first those whose use it counts as.
	passes  []*policy.Pass
	claimed money.USD
	first   []id.Approval
	pass    health.Pass
	gauge   *balance.Gauge // nil = the target is not measured
	leash   leash

	// What came back; filled by dispatch and respond.
	failure   *provider.Failure
	status    int
	header    http.Header // the answer's, before any filter
	stream    llm.Stream
	watched   bool       // its events tell whether the answer is withheld
	head      []byte     // what came before the first event that tells something
	usage     *llm.Usage // nil or &reported
	reported  llm.Usage
	soFar     bool // usage came with a piece of the answer: if no more comes, it is a count so far
	least     bool // usage is a lower bound, which only an answer that breaks off is booked by
	outBytes  int64
	finished  bool // the provider's end mark arrived
	firstByte time.Duration
	cost      money.USD // settled
}

// reserve holds money for the first target. Its Finish ends whichever attempt is still under way: with the usage that
// was reported, by our own count, or by giving the hold back if nothing was sent.
func (g *Gateway) reserve(ctx context.Context, x *Exchange) (Finish, error) {
	g.begun(x)
	err := g.first(ctx, x)
	if err == nil && x.Hints.DryRun {
		x.Answer, err = g.dryRun(x)
	}
	return func(_ context.Context, x *Exchange) {
		g.settle(x)
		if x.try != nil {
			x.try.leash.cut()
		}
	}, err
}

// begun sets the request's time and patience.
func (g *Gateway) begun(x *Exchange) {
	x.patience = &g.patience
	if g.Patience != nil {
		x.patience = g.Patience.For(x.Grant.Chain.Org, x.Call.Model, x.Call.Operation)
	}
	x.heard = x.Started
	x.until = g.clock.Now().Add(cmp.Or(x.Hints.Timeout, x.patience.Waits.Total))
}

// first holds money for the first target that takes requests.
func (g *Gateway) first(ctx context.Context, x *Exchange) error {
	if x.returned != nil { // whatever its breaker says: it has answered
		return g.take(ctx, x, x.Plan.Targets[0], health.Pass{})
	}
	t, pass, ok := g.pick(x)
	if !ok {
		if err := g.closed(x); !g.resort(x, err) {
			return err
		}
		return nil
	}
	err := g.take(ctx, x, t, pass)
	if err == nil || x.Plan.Fallback == nil || x.Plan.Fallback.WhenShort != route.TakeCheaper {
		return err
	}
	return g.cheapen(ctx, x, t, err)
}

// cheapen takes the next target that the budget can pay for, where the route wants that rather than a refusal. refusal is the
// one for the target that was too dear, and stays if none is left.
func (g *Gateway) cheapen(ctx context.Context, x *Exchange, dear route.Target, refusal error) error {
	for fault.From(refusal).Kind == fault.Exhausted {
		t, pass, ok := g.pick(x)
		if !ok {
			break
		}
		if x.turn.forced { // a target that is known to fail is no way to save money
			pass.Done(g.clock.Now(), health.Report{})
			break
		}
		if g.take(ctx, x, t, pass) == nil {
			x.note("no money for ", dear.Connection.Name, "/", dear.Model, ": ", t.Connection.Name, "/", t.Model, " costs less")
			x.warn("the budget cannot pay for " + dear.Model + ", so " + t.Model + " is asked")
			return nil
		}
	}
	return refusal
}

// take makes the next attempt: prices it, holds its ceiling on every budget above the key, and lowers the output cap if
// only a smaller hold was to be had.
func (g *Gateway) take(ctx context.Context, x *Exchange, t route.Target, pass health.Pass) (err error) {
	a := &attempt{number: x.tries + 1, target: t, pass: pass}
	defer func() {
		if err != nil {
			a.pass.Done(g.clock.Now(), health.Report{})
		}
	}()
	a.edit.Model, a.notes.Policy = t.Model, x.Plan.Unsupported
	want := budget.Want{Attempt: id.NewAttempt(g.ids), Chain: x.Grant.Chain, Tags: x.Hints.Tags}
	if err := g.price(x, a, &want); err != nil {
		return err
	}
	if x.returned != nil {
		return x.redeem(a, want.Attempt)
	}
	hold, err := g.Budgets.Reserve(ctx, want)
	if err != nil {
		return err
	}
	if err := g.claim(ctx, x, a, hold.Amount()); err != nil {
		g.Budgets.Release(hold)
		return err
	}
	a.hold = hold
	a.gauge = g.loads.Gauge(loadOf(t))
	a.gauge.Begin(g.clock.Now())
	x.try = a
	x.tries++
	x.note("held ", hold.Amount().String(), " USD for ", t.Connection.Name, "/", t.Model)
	g.clamp(x, a, &want)
	x.shorten(a)
	return nil
}

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
		if a.ceiling, err = quote.Ceiling(x.Call.Bound); err != nil {
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

// quoteOf is a target's price now, by the catalogue's name of its provider.
func (g *Gateway) quoteOf(x *Exchange, t route.Target) (catalog.Quote, bool) {
	return g.Prices.Quote(x.Grant.Chain.Org, pricedAs(t), catalog.Graded(t.Model, x.Call.Bound.Picture), g.clock.Now())
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

// capCost applies the client's own limit for this request.
func capCost(x *Exchange, a *attempt, w *budget.Want) error {
	limit := x.Hints.MaxCost
	if limit == 0 || w.Ceiling.Money <= limit {
		return nil
	}
	if w.Floor.Money > limit {
		return fault.Newf(fault.Exhausted, "budget_exhausted", "This request could cost up to $%s, more than its own limit x-bodhi-max-cost of $%s. Raise the limit, or lower max_tokens.", w.Floor.Money, limit).
			With("scope", "request").With("limit_usd", limit.String())
	}
	lower(x, a, w, limit)
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

func (g *Gateway) bill(a *attempt, u llm.Usage) catalog.Bill {
	if a.quote == nil {
		return catalog.Bill{}
	}
	b, err := a.quote.Bill(u)
	if err != nil { // only an overflow: book the whole hold rather than nothing
		return catalog.Bill{Total: a.hold.Amount()}
	}
	return b
}
