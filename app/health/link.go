package health

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// Shared is what nodes tell each other through. *healthredis.Client implements it.
type Shared interface {
	// Push replaces the state of one target.
	Push(ctx context.Context, target string, state []byte) error
	// Pull gives all states and their version; nil where the version is still the one that is known.
	Pull(ctx context.Context, known int64) (version int64, states map[string][]byte, err error)
	// Drop forgets states of targets, unless they are other ones by now.
	Drop(ctx context.Context, states map[string][]byte) error
}

// Link shares the states of breakers between nodes: only those, so that each node still counts and probes for itself. No
// request waits for it. Two nodes agree within a few beats; while the server is away each goes by what it sees.
type Link struct {
	shared Shared
	node   string
	beat   time.Duration
	clock  clock.Clock
	log    *slog.Logger

	mu      sync.Mutex
	pending map[string][]byte
	seen    map[string]string
	version int64
	down    atomic.Bool
}

const (
	beatEvery  = 300 * time.Millisecond
	linkWait   = 2 * time.Second
	mostUnsaid = 10_000 // states that wait for a server that is away
)

// NewLink makes a link. beat 0 is the default.
func NewLink(s Shared, node string, c clock.Clock, log *slog.Logger, beat time.Duration) *Link {
	if beat == 0 {
		beat = beatEvery
	}
	return &Link{shared: s, node: node, beat: beat, clock: c, log: log, pending: map[string][]byte{}, seen: map[string]string{}}
}

// told is a state on the wire.
type told struct {
	Node   string    `json:"node"`
	Target Target    `json:"target"`
	State  string    `json:"state"`
	Cause  Cause     `json:"cause"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"`
	Level  int       `json:"level"`
	Digest string    `json:"digest,omitempty"`
}

// Tell notes a state for the next beat. What people did by hand travels by the database, and a probe concerns nobody else.
func (l *Link) Tell(c Change) {
	if c.To == HalfOpen || c.To == Open && c.Cause == ByHand {
		return
	}
	t := told{Node: l.node, Target: c.Target, State: c.To.String(), Cause: c.Cause, At: c.At, Until: c.Until, Level: c.Level}
	if c.Cause == Credential {
		t.Digest = hex.EncodeToString(c.digest[:])
	}
	text, err := json.Marshal(t)
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if field := fieldOf(c.Target); len(l.pending) < mostUnsaid || l.pending[field] != nil {
		l.pending[field] = text
	}
}

func fieldOf(t Target) string { return t.Org.UUID() + "/" + t.Connection.UUID() + "/" + t.Model }

// Run shares until ctx ends.
func (l *Link) Run(ctx context.Context, b *Board) error {
	tick := time.NewTicker(l.beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := l.exchange(ctx, b); err != nil && ctx.Err() == nil {
				if !l.down.Swap(true) {
					l.log.Warn("redis is away; breakers go by what this node sees until it is back", slog.String("error", err.Error()))
				}
			} else if l.down.Swap(false) {
				l.log.Info("redis is back; breakers are shared again")
			}
		}
	}
}

// exchange says what is new here and hears what is new elsewhere.
func (l *Link) exchange(ctx context.Context, b *Board) error {
	ctx, cancel := context.WithTimeout(ctx, linkWait)
	defer cancel()
	l.mu.Lock()
	say := l.pending
	l.pending = map[string][]byte{}
	l.mu.Unlock()
	for field, text := range say {
		if err := l.shared.Push(ctx, field, text); err != nil {
			l.unsaid(say)
			return err
		}
		delete(say, field)
	}
	version, states, err := l.shared.Pull(ctx, l.version)
	if err != nil {
		return err
	}
	l.version = version
	for field, text := range states {
		if l.seen[field] != string(text) {
			l.seen[field] = string(text)
			l.hear(field, text, b)
		}
	}
	return l.tidy(ctx, states)
}

// stale is how long a state is of use after it is over: longer than the longest cool-down.
const stale = time.Hour

// tidy forgets states that say nothing to anybody any more. Together they expire only when no breaker changes for an hour, and with many
// targets some always do.
func (l *Link) tidy(ctx context.Context, states map[string][]byte) error {
	if states == nil {
		return nil // nothing changed
	}
	maps.DeleteFunc(l.seen, func(field, _ string) bool { return states[field] == nil })
	over := map[string][]byte{}
	before := l.clock.Now().Add(-stale)
	for field, text := range states {
		var t told
		if json.Unmarshal(text, &t) == nil && t.At.Before(before) && t.Until.Before(before) {
			over[field] = text
		}
	}
	if len(over) == 0 {
		return nil
	}
	return l.shared.Drop(ctx, over)
}

// unsaid keeps states that were not taken, unless there is something newer to say.
func (l *Link) unsaid(say map[string][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for field, text := range say {
		if l.pending[field] == nil {
			l.pending[field] = text
		}
	}
}

func (l *Link) hear(field string, text []byte, b *Board) {
	var t told
	if json.Unmarshal(text, &t) != nil || t.Node == l.node || fieldOf(t.Target) != field {
		return
	}
	state, ok := ParseState(t.State)
	if !ok || state == Open && !t.Until.After(l.clock.Now()) {
		return
	}
	c := Change{Target: t.Target, To: state, Cause: t.Cause, At: t.At, Until: t.Until, Level: t.Level, By: t.Node}
	if d, err := hex.DecodeString(t.Digest); err == nil && len(d) == len(c.digest) {
		copy(c.digest[:], d)
	}
	b.Adopt(c)
}
