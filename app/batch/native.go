package batch

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Freight is how lines are handed over to providers that answer them together within a day, for half the price.
//
// Such a line goes through the gateway as any other, twice (gateway.Porter). What it can cost at most at that price is booked at once, in
// the books of every node and for as long as it takes, so no hold has to outlive a process; its result takes the place of that in one
// transaction with the line. A load is written down before anybody is asked to take it, and looked for at the provider before it is
// handed over again. What comes back without a result is asked alone.
type Freight struct {
	Store       LoadStore
	Carrier     Carrier
	Connections Connections
	// Alone says that there is no other node, which could be handing over what this one finds.
	Alone bool
}

// Parcel is a line as its provider gets it.
type Parcel struct {
	Connection *provider.Connection
	Model      string
	Path       string // of the request that it would have been alone
	Body       []byte
	Deposit    ledger.Attempt // what is booked for it
}

// Returned is the answer to a line that was handed over, on its way through the gateway.
type Returned struct {
	Deposit    ledger.Attempt // what was booked for it
	Connection *provider.Connection
	Status     int
	Body       []byte

	// What comes of it: one settlement on the accounts of the deposit, for the cost less the deposit, and the request's fact. Settled is
	// false where the gateway refused before it looked at the answer: the deposit stays then.
	Settled bool
	Entry   ledger.Attempt
	End     ledger.Settlement
	Fact    ledger.Request
}

// Connections finds a connection that takes traffic. *route.Index implements it.
type Connections interface {
	Connection(o id.Org, c id.Connection) (*provider.Connection, bool)
}

// Carrier speaks to providers about loads. *freight.Carrier implements it.
type Carrier interface {
	Takes(c *provider.Connection, op llm.Operation) bool
	// Ship hands a load over. Untaken says of its error whether the provider certainly did not take it, and whether it may in a moment.
	Ship(ctx context.Context, c *provider.Connection, l *provider.Load) (ticket string, err error)
	Untaken(err error) (certain, again bool)
	// Find looks for one that may have been taken; "" says that it was not.
	Find(ctx context.Context, c *provider.Connection, l *provider.Load, known func(ticket string) bool) (ticket string, err error)
	Look(ctx context.Context, c *provider.Connection, ticket string) (provider.Voyage, error)
	Recall(ctx context.Context, c *provider.Connection, ticket string) error
	Unload(ctx context.Context, c *provider.Connection, load, ticket string, v *provider.Voyage, each func(provider.Return) error) error
	Forget(ctx context.Context, c *provider.Connection, ticket string, v *provider.Voyage)
}

// LoadState says how far a load is.
type LoadState string

// The states of a load.
const (
	Shipping LoadState = "shipping" // whether the provider took it is not known
	Shipped  LoadState = "shipped"
	Recalled LoadState = "recalled" // the provider was asked to stop
	Landed   LoadState = "landed"   // over
)

// Load is lines of a batch that were handed over together.
type Load struct {
	Org        id.Org
	Batch      id.Batch
	ID         string // a UUID
	Connection id.Connection
	Provider   string // its name
	Model      string
	Path       string // of one request
	State      LoadState
	Ticket     string // the provider's name for it
	Why        string // of Landed: why the provider did not answer it
	Lines      int
	Done       int // answered, when somebody last looked
	Since      time.Time
	RecalledAt time.Time // zero before
}

// Packed is a line that is handed over, and what is booked for it.
type Packed struct {
	Item
	Deposit ledger.Attempt
}

// LoadStore keeps loads. Each method is bound to one organization; what changes something is ErrLost without the batch's lease.
// *db.BatchStore implements it.
type LoadStore interface {
	// Loads are a batch's, oldest first.
	Loads(ctx context.Context, o id.Org, b id.Batch) ([]Load, error)
	// SaveLoad makes or changes one.
	SaveLoad(ctx context.Context, l Load, token string) error
	// Known reports whether a provider's name is one of a load of the organization.
	Known(ctx context.Context, o id.Org, ticket string) (bool, error)
	// Pack writes lines down as handed over.
	Pack(ctx context.Context, l Load, token string, lines []Packed) error
	// Unreturned are lines of a load without a result: those of some numbers, or with none all behind one.
	Unreturned(ctx context.Context, l Load, numbers []int, after, limit int) ([]Packed, error)
	// Return writes down what came of lines, together with what that changes in the ledger. They are handed over no more.
	Return(ctx context.Context, l Load, token string, items []SealedItem, booked budget.Batch) error
}

const (
	// margin is how long before its end a batch takes back what is handed over, to ask it alone.
	margin = 2 * time.Hour
	// day is how long a provider may take.
	day = 24 * time.Hour
	// patience is how long a provider may take to stop, or not to answer at all, before its lines are given up.
	patience = 30 * time.Minute
	// loading is how long handing a load over may take; whoever takes a batch over waits twice that before a load that the provider has
	// not got counts as never sent: the node before may be at it still.
	loading = time.Minute
	// soonest and latestLook bound how often a load is looked at: young ones more often, as small ones are soon over.
	soonest    = time.Second
	latestLook = time.Minute
	// landing is how many results are written down together.
	landing = 32
	// loadLines and loadBytes bound what is in memory while it is handed over.
	loadLines = 10_000
	loadBytes = 32 << 20
)

// native looks after what is handed over, and hands over what may be. wait is when to look again, 0 if nothing is out; short says that
// the rest waits for what comes back.
func (j *job) native(ctx context.Context) (wait time.Duration, short bool, err error) {
	if j.Freight == nil {
		return 0, false, nil
	}
	loads, err := j.Freight.Store.Loads(ctx, j.batch.Org, j.batch.ID)
	if err != nil {
		return 0, false, err
	}
	for n := range loads {
		if l := &loads[n]; l.State != Landed {
			if err := j.advance(ctx, l); err != nil {
				return 0, false, err
			}
		}
	}
	if j.batch.Body.Native && j.batch.State == Running && j.Clock.Now().Before(j.deadline(j.Clock.Now())) {
		p := &packer{job: j, under: map[string]*bale{}}
		if err := p.pack(ctx); err != nil {
			return 0, false, err
		}
		for _, l := range p.shipped {
			loads = append(loads, *l)
		}
		short = p.short
	}
	for _, l := range loads {
		if l.State != Landed {
			next := min(max(j.Clock.Now().Sub(l.Since)/10, soonest), latestLook)
			if wait == 0 || next < wait {
				wait = next
			}
		}
	}
	return wait, short && wait > 0, nil
}

// deadline is when a load handed over at a moment is taken back.
func (j *job) deadline(since time.Time) time.Time {
	end := since.Add(day)
	if x := j.batch.ExpiresAt; !x.IsZero() && x.Add(-margin).Before(end) {
		end = x.Add(-margin)
	}
	return end
}
