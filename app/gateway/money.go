package gateway

import (
	"context"
	"net/http"
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

// attempt is one try at one target: the unit of account.
type attempt struct {
	number  int
	target  route.Target
	quote   catalog.Quote // nil when no price is known
	ceiling catalog.Ceiling
	heldAt  string // the service tier that the ceiling is for; "" is the list price's
	outputs int64  // output tokens per choice that the ceiling allows
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
	soFar     bool         // usage came with a piece of the answer: if no more comes, it is a count so far
	least     bool         // usage is a lower bound, which only an answer that breaks off is booked by
	tier      string       // that served it: the answer's, or heldAt while it names none
	beside    []llm.Beside // what other models used for the answer
	outBytes  int64
	searches  int64 // of the provider's that were seen beginning
	finished  bool  // the provider's end mark arrived
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
	x.until = g.clock.Now().Add(x.patience.Waits.Total)
	if t := x.Hints.Timeout; t > 0 { // the client's is for all of the request: what it waited for before counts
		x.until = x.Started.Add(t)
		x.patience = x.patience.Within(t)
	}
}

// first holds money for the first target that takes requests.
func (g *Gateway) first(ctx context.Context, x *Exchange) error {
	if x.returned != nil { // whatever its breaker says: it has answered
		return g.take(ctx, x, x.Plan.Targets[0], health.Pass{})
	}
	if !g.clock.Now().Before(x.until) { // to be asked, and paid, for nothing
		if err := late(x); !g.resort(x, err) {
			return err
		}
		return nil
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

// late is the refusal of a request whose time was over before anybody could be asked.
func late(x *Exchange) error {
	return fault.Newf(fault.Timeout, "upstream_timeout", "The %s that x-bodhi-timeout allows were over before a provider could be asked: the request waited for another one like it, or for a model that looks into it. Try again, or allow more time.", x.Hints.Timeout)
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
