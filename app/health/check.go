package health

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Check is what the last regular look at a connection found.
type Check struct {
	Connection id.Connection
	Node       string
	At         time.Time
	Outcome    Outcome // Neutral: it said nothing, e.g. because the provider has no list of models
	Note       string  // why it failed, for those who may read a connection's settings
	Took       time.Duration
}

// Door is a connection that can be looked at.
type Door struct {
	Credential secret.String
	// Knock asks for something that costs nothing, the list of models. note is a sentence about what went wrong.
	Knock func(ctx context.Context) (r Report, note string)
	// Ask asks a model for a word, for money, where the setting says so; the breakers hear of it on its way, like of any request.
	Ask func(ctx context.Context, model string) (r Report, note string)
}

// Turns keeps who looks at which connection: one node of all, so that a provider is not asked by each.
type Turns interface {
	// Claim makes a node the one that looks at a connection until some time; false while another one is.
	Claim(ctx context.Context, o id.Org, c id.Connection, node string, now, until time.Time) (bool, error)
	// Found notes what a look found.
	Found(ctx context.Context, o id.Org, c Check) error
}

// Checking is what a Checker works with. All but Random are required.
type Checking struct {
	Settings func() []Setting // those with a Check, from memory
	Board    *Board
	Turns    Turns
	// Open finds a connection; false if it is gone, takes no traffic or has no key.
	Open   func(ctx context.Context, o id.Org, c id.Connection) (Door, bool, error)
	Node   string
	Clock  clock.Clock
	Log    *slog.Logger
	Random func(n int64) int64
}

// Checker looks at connections whose organization wants it, although nobody asks them, and tells their breakers. So a
// provider that fails is known before the first request finds out, and one that is back takes traffic without a request for
// its probe. A breaker's cool-down counts for the checker too: a provider that is left alone is left alone.
type Checker struct {
	Checking
	mu   sync.Mutex
	due  map[id.Connection]time.Time
	busy map[id.Connection]bool
}

const (
	checkBeat = time.Second
	checkWait = 10 * time.Second // for an answer; a provider that takes longer for a list of models fails
	askWait   = 40 * time.Second // for a word of a model; who asks gives it less (app/health_ask.go)
	// suspicious is the pause after a look that failed: whether it was an accident is asked soon.
	suspicious = 5 * time.Second
	// mostChecks is how many connections one node looks at at the same time.
	mostChecks = 16
	// late is how much later than a whole interval a node may come before another one takes its turn.
	late = askWait
)

// NewChecker makes a checker.
func NewChecker(with Checking) *Checker {
	if with.Random == nil {
		with.Random = rand.Int64N
	}
	return &Checker{Checking: with, due: map[id.Connection]time.Time{}, busy: map[id.Connection]bool{}}
}

// Run looks until ctx ends.
func (k *Checker) Run(ctx context.Context) error {
	tick := time.NewTicker(checkBeat)
	defer tick.Stop()
	var under sync.WaitGroup
	defer under.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			for _, s := range k.next(k.Clock.Now()) {
				under.Go(func() { k.look(ctx, s) })
			}
		}
	}
}

// next are the connections whose time has come. A new one waits for a random part of its interval, so that nodes and
// connections do not ask in step.
func (k *Checker) next(now time.Time) []Setting {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []Setting
	wanted := map[id.Connection]bool{}
	for _, s := range k.Settings() {
		wanted[s.Connection] = true
		at, known := k.due[s.Connection]
		if latest := now.Add(s.Check + s.Check/10); !known || at.After(latest) { // the interval was made shorter
			k.due[s.Connection] = now.Add(time.Duration(k.Random(int64(s.Check))))
			continue
		}
		if !at.After(now) && !k.busy[s.Connection] && len(k.busy) < mostChecks {
			k.busy[s.Connection] = true
			out = append(out, s)
		}
	}
	for c := range k.due {
		if !wanted[c] && !k.busy[c] {
			delete(k.due, c)
		}
	}
	return out
}

// look asks one connection, if it is this node's turn and its breaker lets it, and says when the next look is due.
func (k *Checker) look(ctx context.Context, s Setting) {
	pause := s.Check - s.Check/10 + time.Duration(k.Random(int64(s.Check/5)+1))
	if soon := k.ask(ctx, s); soon > 0 && s.Ask == "" { // what costs money keeps to its interval
		pause = min(pause, soon)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.due[s.Connection] = k.Clock.Now().Add(pause)
	delete(k.busy, s.Connection)
}

// ask does the look; it gives a shorter pause than the interval where one is called for, else 0.
func (k *Checker) ask(ctx context.Context, s Setting) (soon time.Duration) {
	now := k.Clock.Now()
	ctx, cancel := context.WithTimeout(ctx, askWait+5*time.Second)
	defer cancel()
	door, ok, err := k.Open(ctx, s.Org, s.Connection)
	if err == nil && ok {
		ok, err = k.Turns.Claim(ctx, s.Org, s.Connection, k.Node, now, now.Add(s.Check+s.Check/5+late))
	}
	if err != nil && ctx.Err() == nil {
		k.Log.Warn("a connection could not be looked at", "connection", s.Connection.String(), "error", err.Error())
	}
	if err != nil || !ok {
		return 0
	}
	at := Target{Org: s.Org, Connection: s.Connection}
	if k.Board.cause(at) == Quota {
		return 0 // an empty account lists its models all the same
	}
	pass, no, ok := k.Board.Admit(at, door.Credential, now)
	if !ok {
		return max(no.Until.Sub(now), 0) // its cool-down is over then; 0 where a person took it out
	}
	var r Report
	var note string
	if s.Ask != "" {
		pass.Done(now, Report{}) // the request takes one of its own
		r, note = door.Ask(ctx, s.Ask)
	} else {
		r, note = k.knock(ctx, door)
		r.Whole = true
		pass.Done(k.Clock.Now(), r)
	}
	end := k.Clock.Now()
	found := Check{Connection: s.Connection, Node: k.Node, At: end, Outcome: r.Outcome, Note: note, Took: end.Sub(now)}
	if err := k.Turns.Found(ctx, s.Org, found); err != nil && ctx.Err() == nil {
		k.Log.Warn("what a look at a connection found was not written down", "connection", s.Connection.String(), "error", err.Error())
	}
	if r.Outcome == Good || r.Outcome == Neutral {
		return 0
	}
	return suspicious
}

func (k *Checker) knock(ctx context.Context, d Door) (Report, string) {
	ctx, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	return d.Knock(ctx)
}

// cause is why a connection as a whole is away, "" if it is not.
func (b *Board) cause(t Target) Cause {
	w := b.ward(t.Connection)
	if w == nil {
		return ""
	}
	w.whole.mu.Lock()
	defer w.whole.mu.Unlock()
	if w.whole.state == Closed {
		return ""
	}
	return w.whole.cause
}
