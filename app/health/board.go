package health

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Config is what a Board needs; its zero value works.
type Config struct {
	// Rules gives a connection's rules from memory; nil = Defaults for all. *Book has them.
	Rules func(id.Org, id.Connection) Rules
	// Changed is told of every change of state, outside all locks. It must not block; nil = nobody is told.
	Changed func(Change)
	// Random gives a number in [0, n); nil = math/rand.
	Random func(n int64) int64
}

// Board holds the breakers of every tenant of this process. It answers from memory, and no lock of it is shared between
// connections. The zero Board works and uses the defaults. Safe for concurrent use.
type Board struct {
	config Config
	mu     sync.Mutex // held to add a ward
	wards  atomic.Pointer[map[id.Connection]*ward]
}

// ward is one connection: itself as a whole, and the models of it that failed.
type ward struct {
	whole  *breaker
	mu     sync.RWMutex
	models map[string]*breaker
}

// The bounds of memory: a connection whose models all fail has this many breakers, and falls back on its own after that;
// one that nobody asked for an hour, or that did no harm for one, is forgotten.
const (
	mostModels = 500
	forgetful  = time.Hour
)

// NewBoard makes a board.
func NewBoard(c Config) *Board { return &Board{config: c} }

func (b *Board) rules(t Target) Rules {
	if b.config.Rules == nil {
		return Defaults()
	}
	return b.config.Rules(t.Org, t.Connection)
}

func (b *Board) random(n int64) int64 {
	if b.config.Random != nil {
		return b.config.Random(n)
	}
	return rand.Int64N(n)
}

func (b *Board) tell(c *Change) {
	if c != nil && b.config.Changed != nil {
		b.config.Changed(*c)
	}
}

// ward finds a connection's; nil if it never failed.
func (b *Board) ward(c id.Connection) *ward {
	all := b.wards.Load()
	if all == nil {
		return nil
	}
	return (*all)[c]
}

func (w *ward) model(name string) *breaker {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.models[name]
}

// breaker finds a target's, and makes it where it does not exist.
func (b *Board) breaker(t Target) *breaker {
	w := b.ward(t.Connection)
	if w == nil {
		w = b.admitWard(t)
	}
	if t.Model == "" {
		return w.whole
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.models[t.Model]
	if one == nil {
		if len(w.models) >= mostModels {
			return w.whole
		}
		one = &breaker{target: t}
		w.models[t.Model] = one
	}
	return one
}

func (b *Board) admitWard(t Target) *ward {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := map[id.Connection]*ward{}
	if all := b.wards.Load(); all != nil {
		if w := (*all)[t.Connection]; w != nil {
			return w
		}
		for k, w := range *all {
			next[k] = w
		}
	}
	t.Model = ""
	w := &ward{whole: &breaker{target: t}, models: map[string]*breaker{}}
	next[t.Connection] = w
	b.wards.Store(&next)
	return w
}

// Admit lets a request through to a target, or says why not and until when. Every Pass must be Done; a credential that
// differs from the one that was refused counts as a new one. For a target that never failed it is one look into a map.
func (b *Board) Admit(t Target, credential secret.String, now time.Time) (Pass, Refusal, bool) {
	p := Pass{board: b, target: t, credential: credential}
	w := b.ward(t.Connection)
	if w == nil {
		return p, Refusal{}, true
	}
	probe, no, moved := w.whole.admit(now, credential)
	b.tell(moved)
	if no.Cause != "" {
		return Pass{}, no, false
	}
	p.wholeProbe = probe
	if one := w.model(t.Model); one != nil {
		probe, no, moved := one.admit(now, credential)
		b.tell(moved)
		if no.Cause != "" {
			if p.wholeProbe {
				w.whole.release()
			}
			return Pass{}, no, false
		}
		p.modelProbe = probe
	}
	return p, Refusal{}, true
}

// Force lets a request through although the breaker is open, because nothing better is left. What comes of it counts.
func (b *Board) Force(t Target, credential secret.String) Pass {
	return Pass{board: b, target: t, credential: credential}
}

// Retry takes a retry out of a target's budget; false means that there is none left.
func (b *Board) Retry(t Target, now time.Time) bool {
	one := b.breaker(t)
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.retries.spend(now)
}

// Standings are an organization's breakers that are not as good as new, ordered by connection and model.
func (b *Board) Standings(o id.Org, now time.Time) []Standing {
	var out []Standing
	all := b.wards.Load()
	if all == nil {
		return nil
	}
	for _, w := range *all {
		if w.whole.target.Org != o {
			continue
		}
		r := b.rules(w.whole.target)
		out = append(out, w.whole.standing(now, r))
		w.mu.RLock()
		for _, one := range w.models {
			out = append(out, one.standing(now, r))
		}
		w.mu.RUnlock()
	}
	slices.SortFunc(out, func(a, b Standing) int {
		return cmp.Or(a.Target.Connection.Compare(b.Target.Connection), cmp.Compare(a.Target.Model, b.Target.Model))
	})
	return out
}

// Forget drops the models of which nothing bad was heard for an hour. Whoever runs the board calls it now and then.
func (b *Board) Forget(now time.Time) {
	all := b.wards.Load()
	if all == nil {
		return
	}
	for _, w := range *all {
		w.mu.Lock()
		for name, one := range w.models {
			one.mu.Lock()
			if one.state == Closed && now.Sub(one.used) > forgetful && now.Sub(one.since) > forgetful {
				delete(w.models, name)
			}
			one.mu.Unlock()
		}
		w.mu.Unlock()
	}
}
