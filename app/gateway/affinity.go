package gateway

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// affinity remembers which target answered a conversation, so that its next request goes there first: what the provider
// has in its prompt cache costs a tenth, and signed thinking is worth something only to who signed it. A target that fails
// loses the conversation to the one that answers instead.
//
// It is this process's own: another node begins where the plan begins, which costs a cache miss and nothing else. Memory
// is bounded by two generations of entries; the older one is dropped when the newer is full, or has lived for as long as
// providers keep a prompt at most (an hour, Anthropic's longest).
type affinity struct {
	mu       sync.Mutex
	now, old map[thread]place
	since    time.Time
}

// thread is one conversation of one key, under the model name that it asks for.
type thread struct {
	key         id.Key
	name, model string
}

// place is where it was answered.
type place struct {
	connection id.Connection
	model      string
}

const (
	affinityLife = time.Hour
	affinityMost = 50_000 // entries of a generation, about 200 bytes each
)

func (a *affinity) get(t thread, at time.Time) (place, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(at)
	p, ok := a.now[t]
	if !ok {
		if p, ok = a.old[t]; ok {
			a.now[t] = p
		}
	}
	return p, ok
}

func (a *affinity) set(t thread, p place, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn(at)
	a.now[t] = p
}

func (a *affinity) turn(at time.Time) {
	age := at.Sub(a.since)
	if a.now != nil && age < affinityLife && len(a.now) < affinityMost {
		return
	}
	a.old, a.now, a.since = a.now, map[thread]place{}, at
	if age >= 2*affinityLife {
		a.old = nil
	}
}

// threadOf names the conversation of a request: by a header (Hints.Session), or by what its body says (llm.Call.Thread).
func threadOf(x *Exchange) (thread, bool) {
	name := cmp.Or(x.Hints.Session, x.Call.Thread)
	return thread{x.Grant.Chain.Key, name, x.Call.Model}, name != ""
}

// stick puts the target that answered the conversation before in front of the others.
func (g *Gateway) stick(x *Exchange, p route.Plan) route.Plan {
	t, ok := threadOf(x)
	if !ok || len(p.Targets) < 2 {
		return p
	}
	was, ok := g.affinity.get(t, x.Started)
	if !ok {
		return p
	}
	at := slices.IndexFunc(p.Targets, func(t route.Target) bool { return t.Connection.ID == was.connection && t.Model == was.model })
	if at <= 0 || p.Targets[at].Waits() {
		return p
	}
	first := p.Targets[at]
	first.Why = "it answered this conversation before"
	rest := slices.Delete(slices.Clone(p.Targets), at, at+1)
	p.Targets = slices.Insert(rest, 0, first)
	return p
}

// stuck notes who answers the conversation. Where there is nothing to choose there is nothing to remember.
func (g *Gateway) stuck(x *Exchange) {
	if t, ok := threadOf(x); ok && len(x.Plan.Targets) > 1 {
		g.affinity.set(t, place{x.try.target.Connection.ID, x.try.target.Model}, x.Started)
	}
}
