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

// Native is how lines are handed over to providers that answer them together within a day, for half the price.
//
// Such a line goes through the gateway as any other, twice (gateway.Deferrer). What it can cost at most at that price is booked at once, in
// the books of every node and for as long as it takes, so no hold has to outlive a process; its result takes the place of that in one
// transaction with the line. A native batch is written down before anybody is asked to take it, and looked for at the provider before it is
// handed over again. What comes back without a result is asked alone.
type Native struct {
	Store       NativeStore
	Client      NativeClient
	Connections Connections
	// Alone says that there is no other node, which could be handing over what this one finds.
	Alone bool
}

// NativeRequest is a line as its provider gets it.
type NativeRequest struct {
	Connection *provider.Connection
	Model      string
	Path       string // of the request that it would have been alone
	Body       []byte
	// Asked is what a stored prompt made of the line, which its answer is read by: the prompt may be another by then, or gone. nil without one.
	Asked   []byte
	Inputs  int64          // texts to be made vectors of; 0 where it is about something else
	Deposit ledger.Attempt // what is booked for it
}

// NativeAnswer is the answer to a line that was handed over, on its way through the gateway.
type NativeAnswer struct {
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

// Connections finds a connection for what its provider has, whether it takes traffic or not; nil for one that is there and has no key that
// can be read. *route.Table implements it.
type Connections interface {
	Account(o id.Org, c id.Connection) (conn *provider.Connection, there bool)
}

// NativeClient speaks to providers about native batches. *nativebatch.Client implements it.
type NativeClient interface {
	Takes(c *provider.Connection, op llm.Operation) bool
	// Submit hands a native batch over. NotTaken says of its error whether the provider certainly did not take it, and whether it may in a moment.
	Submit(ctx context.Context, c *provider.Connection, l *provider.NativeBatch) (remote string, err error)
	NotTaken(err error) (certain, again bool)
	// Find looks for one that may have been taken; "" says that it was not.
	Find(ctx context.Context, c *provider.Connection, l *provider.NativeBatch, known func(remote string) bool) (remote string, err error)
	Progress(ctx context.Context, c *provider.Connection, remote string) (provider.NativeProgress, error)
	Cancel(ctx context.Context, c *provider.Connection, remote string) error
	Results(ctx context.Context, c *provider.Connection, own, remote string, v *provider.NativeProgress, each func(provider.NativeResult) error) error
	Delete(ctx context.Context, c *provider.Connection, remote string, v *provider.NativeProgress)
	// Forget deletes what lies there of one that was not taken, if anything does.
	Forget(ctx context.Context, c *provider.Connection, l *provider.NativeBatch)
}

// NativeState says how far a native batch is.
type NativeState string

// The states of a native batch.
const (
	NativeSubmitting NativeState = "shipping" // whether the provider took it is not known
	NativeSubmitted  NativeState = "shipped"
	NativeTakenBack  NativeState = "recalled" // the provider was asked to stop
	NativeOver       NativeState = "landed"   // over
)

// NativeBatch is lines of a batch that were handed over together.
type NativeBatch struct {
	Org         id.Org
	Batch       id.Batch
	ID          string // a UUID
	Connection  id.Connection
	Provider    string // its name
	Model       string
	Path        string // of one request
	State       NativeState
	Remote      string // the provider's name for it
	Why         string // of NativeOver: why the provider did not answer it
	Lines       int
	Done        int // answered, when somebody last looked
	Since       time.Time
	TakenBackAt time.Time // zero before
}

// HandedLine is a line that is handed over, and what is booked for it.
type HandedLine struct {
	Item
	Deposit ledger.Attempt
	Sealed  []byte // NativeRequest.Asked; nil without
}

// NativeStore keeps native batches. Each method is bound to one organization; what changes something is ErrLost without the batch's lease.
// *db.BatchStore implements it.
type NativeStore interface {
	// NativeBatches are a batch's, oldest first.
	NativeBatches(ctx context.Context, o id.Org, b id.Batch) ([]NativeBatch, error)
	// SaveNative makes or changes one.
	SaveNative(ctx context.Context, l NativeBatch, token string) error
	// Known reports whether a provider's name is one of a native batch of the organization.
	Known(ctx context.Context, o id.Org, remote string) (bool, error)
	// SaveHanded writes lines down as handed over.
	SaveHanded(ctx context.Context, l NativeBatch, token string, lines []HandedLine) error
	// OpenHanded are lines of a native batch without a result: those of some numbers, or with none all behind one.
	OpenHanded(ctx context.Context, l NativeBatch, numbers []int, after, limit int) ([]HandedLine, error)
	// SaveResults writes down what came of lines, together with what that changes in the ledger. They are handed over no more.
	SaveResults(ctx context.Context, l NativeBatch, token string, items []SealedItem, booked budget.Batch) error
}

const (
	// margin is how long before its end a batch takes back what is handed over, to ask it alone.
	margin = 2 * time.Hour
	// day is how long a provider may take.
	day = 24 * time.Hour
	// patience is how long a provider may take to stop, or not to answer at all, before its lines are given up.
	patience = 30 * time.Minute
	// submitting is how long each try to hand one over may take; whoever takes a batch over waits for all of them, their pauses and the looks
	// in between before one that the provider has not got counts as never sent: the node before may be at it still.
	submitting = time.Minute
	unsure     = (submissions + 1) * submitting
	// soonest and latestLook bound how often a native batch is looked at: young ones more often, as small ones are soon over.
	soonest    = time.Second
	latestLook = time.Minute
	// resultsAtOnce is how many results are written down together; fewer where they are more than nativeBytes.
	resultsAtOnce = 32
	// nativeLines and nativeBytes bound what is in memory while it is handed over: far below what providers take (OpenAI 50,000 lines and
	// 200 MB, Anthropic 100,000 and 256 MB, Azure 100,000 and 200 MB). nativeInputs are OpenAI's own, of all requests for vectors together.
	nativeLines  = 10_000
	nativeBytes  = 32 << 20
	nativeInputs = 50_000
)

// native looks after what is handed over, and hands over what may be. wait is when to look again, 0 if nothing is out; short says that
// the rest waits for what comes back.
func (j *job) native(ctx context.Context) (wait time.Duration, short bool, err error) {
	if j.Native == nil {
		return 0, false, nil
	}
	all, err := j.Native.Store.NativeBatches(ctx, j.batch.Org, j.batch.ID)
	if err != nil {
		return 0, false, err
	}
	for n := range all {
		if l := &all[n]; l.State != NativeOver {
			if err := j.advance(ctx, l); err != nil {
				return 0, false, err
			}
		}
	}
	if j.batch.Body.Native && j.batch.State == Running && !j.outside() && j.Clock.Now().Before(j.deadline(j.Clock.Now())) {
		p := &submitter{job: j, open: map[string]*pending{}}
		if err := p.collect(ctx); err != nil {
			return 0, false, err
		}
		for _, l := range p.submitted {
			all = append(all, *l)
		}
		short = p.short
	}
	for _, l := range all {
		if l.State != NativeOver {
			next := min(max(j.Clock.Now().Sub(l.Since)/10, soonest), latestLook)
			if wait == 0 || next < wait {
				wait = next
			}
		}
	}
	return wait, short && wait > 0, nil
}

// deadline is when a native batch handed over at a moment is taken back.
func (j *job) deadline(since time.Time) time.Time {
	end := since.Add(day)
	if x := j.batch.ExpiresAt; !x.IsZero() && x.Add(-margin).Before(end) {
		end = x.Add(-margin)
	}
	return end
}
