package gateway

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

// Ports are the rooms behind the stages. Limits, Policies, Prompts, Screens, Transcripts, Experiments and Cache may be nil: the stage then lets
// everything pass, as there is nothing it could decide.
type Ports struct {
	Keys        Keys
	Limits      Limits
	Policies    Policies
	Approvals   Approvals // must be there with Policies
	Prompts     Prompts
	Screens     Screens
	Transcripts Transcripts
	Experiments Experiments
	Judges      Judges // of experiments; may be nil: nobody judges
	Routes      Routes
	Cache       Cache
	Budgets     Budgets
	Prices      Prices
	Adapters    Adapters
	Upstreams   Upstreams
	Objects     Objects              // may be nil: nothing is known to be kept
	Health      Health               // may be nil: every target is worth asking
	Patience    Patience             // may be nil: the defaults
	Loads       *balance.Book        // may be nil: the gateway has its own
	Meter       Meter                // may be nil
	Tracer      Tracer               // may be nil
	Agents      Agents               // may be nil: nothing is sent to coding agents
	Turnstile   *turnstile.Turnstile // may be nil: everybody comes in
	Feedback    Feedback             // may be nil: nobody listens
	Batches     *batch.Desk          // may be nil: there are none
	Documents   Documents            // may be nil: nobody reads documents
	Reader      Reader               // may be nil: no text stands in for a document
}

// Feedback takes what is said of answers. *feedback.Service implements it. It asks the database: nothing else of the request does.
type Feedback interface {
	Give(ctx context.Context, o id.Org, key id.Key, w feedback.Word) (f feedback.Feedback, again bool, err error)
}

// Health says which targets are worth asking. *health.Board implements it, from memory.
type Health interface {
	// Admit lets a request through to a target, or says why not. The Pass must be Done.
	Admit(t health.Target, credential secret.String, now time.Time) (health.Pass, health.Refusal, bool)
	// Force lets it through all the same.
	Force(t health.Target, credential secret.String) health.Pass
	// Retry takes a retry out of a target's budget, if there is one.
	Retry(t health.Target, now time.Time) bool
}

// Patience says how long and how often providers are asked. *patience.Book implements it, from memory; no field of the
// policy is zero but those for which that means no.
type Patience interface {
	For(o id.Org, model string, op llm.Operation) *patience.Policy
}

// Meter counts for operators. It must not keep what it is given.
type Meter interface {
	// Observe counts a request that is over. trace is the id of its trace, "" without one.
	Observe(r *ledger.Request, trace string)
	// Tried counts an attempt that is over.
	Tried(op llm.Operation, kind provider.Kind, streamed bool, s *ledger.Settlement)
}

// Tracer is told of each request that is over, and of what it did at providers. It must not keep what it is given; h is the
// client's. *trace.Tracer implements it.
type Tracer interface {
	// Observe returns the id of the request's trace, "" if it is not sent.
	Observe(r *ledger.Request, tries []ledger.Try, h http.Header) string
}

// Limits keeps rate limits. *limit.Limiter implements it.
type Limits interface {
	// Take takes a request's seat on every limit that binds it, or on none and refuses with rate_limited. The seat is
	// nil if nothing binds, and there with a refusal too.
	Take(ctx context.Context, a limit.Ask) (*limit.Seat, error)
	// Settle replaces the seat's estimates by what was used. It never waits; later calls do nothing.
	Settle(s *limit.Seat, u limit.Used)
	// Standings are the limits on a chain, outermost first, whatever they are narrowed to.
	Standings(ctx context.Context, c org.Chain) []limit.Standing
}

// Policies says which models may be used and what a request may cost. *policy.Book implements it.
type Policies interface {
	// For gives the policies on a chain at a moment. It answers from memory and allocates nothing.
	For(c org.Chain, now time.Time) policy.Bound
}

// Approvals counts uses of what somebody approved. *approval.Desk implements it.
type Approvals interface {
	// Claim takes a use and the most that it can cost, or refuses. again is another attempt of a request that was counted. It
	// asks the database.
	Claim(ctx context.Context, p *policy.Pass, again bool, most money.USD) error
	// Settle gives uses and money back. It never waits.
	Settle(p *policy.Pass, times int64, unused money.USD)
}

// Objects remembers what providers keep for which key. *object.Registry implements it.
type Objects interface {
	// Own and Forget never wait.
	Own(o object.Object)
	Forget(o object.Object)
	// Find gives a key's object; false is unknown and foreign alike. It may ask the database, and only for an object that
	// this process does not remember.
	Find(ctx context.Context, o id.Org, key id.Key, k object.Kind, upstream string) (object.Object, bool, error)
	// List gives a key's objects of one kind, newest first. It asks the database.
	List(ctx context.Context, o id.Org, key id.Key, k object.Kind) ([]object.Object, error)
}

// Prompts fills stored prompts in. *prompt.Book implements it, from memory.
type Prompts interface {
	// Fill finds a version for a key of the chain and puts the variables into it; a refusal is a *fault.Error.
	Fill(c org.Chain, ref prompt.Ref, sent prompt.Values) (*prompt.Ready, error)
}

// Screens looks for personal data and secrets. *pii.Book implements it.
type Screens interface {
	// For gives the data rules on a chain. It answers from memory and allocates nothing.
	For(c org.Chain) pii.Bound
}

// Transcripts keeps what requests and answers say, where a team wants that. *transcript.Desk implements it.
type Transcripts interface {
	// Wants reports whether the texts of a chain's requests are kept. It answers from memory and allocates nothing.
	Wants(c org.Chain) bool
	// Hear makes room for so many bytes of an answer under way, or says that there is none; Heard gives it back.
	Hear(n int) bool
	Heard(n int)
	// Keep takes a request that is over. It never waits.
	Keep(t *transcript.Taken)
}

// Experiments chooses a variant, sticky by user or session. *experiment.Book implements it, from memory.
type Experiments interface {
	// Assign is false for a request that has part in none.
	Assign(a *experiment.Ask) (experiment.Choice, bool)
}

// Cache answers from what it kept, and keeps what was answered. *cache.Desk implements it.
type Cache interface {
	// Seek finds where the answer to a request is, or will be; nil without a policy that asks for it. It answers from memory.
	Seek(a *cache.Ask) (s *cache.Slot, why string)
	// Get finds an answer. It waits for a shared store at most 50 ms, once for each slot.
	Get(ctx context.Context, s *cache.Slot) (*cache.Hit, bool)
	// LastGood is Get for when nobody else answers.
	LastGood(ctx context.Context, s *cache.Slot, age time.Duration) (*cache.Hit, bool)
	// Missed notes that nothing was found and a provider is asked.
	Missed(s *cache.Slot)
	// Join makes the caller ask for all who want the same, or waits for who does; Try does not wait.
	Join(ctx context.Context, s *cache.Slot) *cache.Lead
	Try(s *cache.Slot) *cache.Lead
	// Keep keeps an answer, or says why it does not. Count notes that one was given. Neither waits for the store.
	Keep(ctx context.Context, s *cache.Slot, t *cache.Taken) (why string)
	Count(h *cache.Hit)
	// Alike finds an answer to a question that is worded differently, where a policy wants that; nil is none. Saw writes it down, before it
	// is given; false must not be given. Judged, Replied and Refused note a judge's word, its tokens, or why there is none.
	Alike(ctx context.Context, s *cache.Slot) *cache.Likeness
	Saw(s *cache.Slot, l *cache.Likeness, r id.Request, served bool) bool
	Judged(l *cache.Likeness, yes bool)
	Replied(l *cache.Likeness, tokens int64)
	Unembedded()
	Refused(why cache.Refusal)
}

// Keys finds who a presented key is. It answers from memory; a refusal is a *fault.Error of kind Unauthenticated.
type Keys interface {
	Authenticate(presented string) (*key.Grant, error)
}

// Routes turns a model name into targets for one organization.
type Routes interface {
	// Plan answers without rules: what a name stands for.
	Plan(org id.Org, call *llm.Call) (route.Plan, error)
	// Choose answers for one request, rules first; Explain does the same and tells how.
	Choose(a *route.Ask) (route.Plan, error)
	Explain(a *route.Ask) (route.Plan, route.Trace, error)
	// Offer lists the model names a grant may ask for, sorted.
	Offer(g *key.Grant) []string
	// Connection finds a connection that takes traffic.
	Connection(o id.Org, c id.Connection) (*provider.Connection, bool)
}

// Budgets lends money for attempts and keeps the books. *budget.Treasury implements it.
type Budgets interface {
	// Reserve takes a hold on every budget of the chain, or refuses with budget_exhausted, budget_reserved,
	// price_unknown or budget_unavailable.
	Reserve(ctx context.Context, w budget.Want) (*ledger.Hold, error)
	// Open journals the attempt. It must return before the first byte leaves; on error nothing may be sent.
	Open(h *ledger.Hold, a *ledger.Attempt) error
	// Settle ends the attempt: books the cost, frees the rest. Exactly once; later calls do nothing.
	Settle(h *ledger.Hold, s *ledger.Settlement)
	// Release gives back a hold that was never opened. Like Settle it may be called more than once.
	Release(h *ledger.Hold)
	// Left is what the tightest hard budget under the hold has left now; false when none binds it.
	Left(h *ledger.Hold) (money.USD, bool)
	// Descend says whether a budget near its limit asks for a cheaper model.
	Descend(c org.Chain, tags string) (budget.Step, bool)
	// Bound reports whether a hard budget of money or tokens binds a hold.
	Bound(h *ledger.Hold) bool
	// Record journals the fact of a request.
	Record(r *ledger.Request)
	// Standings are the budgets that bind a chain, tightest first.
	Standings(g *key.Grant, now time.Time) []budget.Standing
}

// Prices quotes models for one organization (its overrides win).
type Prices interface {
	Quote(org id.Org, kind, model string, at time.Time) (catalog.Quote, bool)
}

// Adapters finds the adapter of a connection's kind.
type Adapters interface {
	For(kind provider.Kind) (provider.Adapter, bool)
}

// Upstreams sends requests to providers. dispatch is its only caller, and it asks for a hold: there is no other way out.
type Upstreams interface {
	Send(h *ledger.Hold, c *provider.Connection, r *http.Request) (*http.Response, error)
}
