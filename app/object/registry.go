package object

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

const (
	// most is how many objects one process remembers, about 200 bytes each.
	most = 20_000
	// retention is how long an owner is known; OpenAI keeps responses for 30 days.
	retention = 90 * 24 * time.Hour
	// patience is how long a request waits for the database to say whose an object is.
	patience = 2 * time.Second
	// pause is how long the writer waits after a database failed.
	pause = time.Second
)

// Parts are what a Registry needs.
type Parts struct {
	Store Store
	Clock clock.Clock
	Log   *slog.Logger
}

// Registry is the data plane's memory of owners, in front of a Store. It is safe for concurrent use.
type Registry struct {
	Parts
	wake chan struct{}

	mu     sync.Mutex
	recent map[place]entry
	order  []place // oldest first
	queue  []change
	// writing is what flush took from the queue and the store may not have yet.
	writing []change
}

// place finds an object.
type place struct {
	org      id.Org
	kind     Kind
	upstream string
}

// entry is an object, or that it is gone: the database may not know that yet.
type entry struct {
	object Object
	gone   bool
}

type change struct {
	object Object
	gone   bool
}

// New makes a registry. Run must run for anything to reach the store.
func New(p Parts) *Registry {
	return &Registry{Parts: p, wake: make(chan struct{}, 1), recent: map[place]entry{}}
}

// Own notes an object. It never waits: in this process the object is found from then on, in others as soon as the database
// has it, which takes milliseconds.
func (r *Registry) Own(o Object) { r.note(o, false) }

// Forget notes that an object is gone.
func (r *Registry) Forget(o Object) { r.note(o, true) }

func (r *Registry) note(o Object, gone bool) {
	at := place{o.Org, o.Kind, o.Upstream}
	r.mu.Lock()
	if _, known := r.recent[at]; !known {
		r.order = append(r.order, at)
	}
	r.recent[at] = entry{o, gone}
	for len(r.recent) > most {
		delete(r.recent, r.order[0])
		r.order = r.order[1:]
	}
	if len(r.queue) >= most { // the database has been away for long; the oldest are lost, and said to be
		r.queue = r.queue[1:]
		r.Log.Warn("an owner was forgotten before the database came back")
	}
	r.queue = append(r.queue, change{o, gone})
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Find gives a key's object. False is an object that nobody knows as well as one of another key's. An error says that the
// database cannot be asked.
func (r *Registry) Find(ctx context.Context, o id.Org, key id.Key, k Kind, upstream string) (Object, bool, error) {
	r.mu.Lock()
	e, known := r.recent[place{o, k, upstream}]
	r.mu.Unlock()
	if known {
		return e.object, !e.gone && e.object.Key == key, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, ok, err := r.Store.Find(ctx, o, k, upstream)
	if err != nil {
		return Object{}, false, unavailable(err)
	}
	return found, ok && found.Key == key, nil
}

func unavailable(err error) error {
	f := fault.New(fault.Unavailable, "ownership_unavailable", "It cannot be said at the moment whose object this is: our database is away. Try again in a moment.").Because(err)
	f.RetryAfter = pause
	return f
}

// List gives a key's objects of one kind, newest first: what the database knows, and what this process has not written down yet. What
// it has and the database has no more, another process forgot.
func (r *Registry) List(ctx context.Context, o id.Org, key id.Key, k Kind) ([]Object, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	unwritten := r.unwritten(o, key, k) // before the database is asked: what is written meanwhile is in one of both
	known, err := r.Store.List(ctx, o, key, k)
	if err != nil {
		return nil, unavailable(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	there := map[string]bool{}
	known = slices.DeleteFunc(known, func(x Object) bool {
		there[x.Upstream] = true
		return r.recent[place{o, k, x.Upstream}].gone
	})
	for upstream, x := range unwritten {
		if !there[upstream] && !r.recent[place{o, k, upstream}].gone {
			known = append(known, x)
		}
	}
	slices.SortStableFunc(known, func(a, b Object) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.Upstream, a.Upstream))
	})
	return known, nil
}

// unwritten are a key's objects of one kind that the database may not know, by their upstream name.
func (r *Registry) unwritten(o id.Org, key id.Key, k Kind) map[string]Object {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]Object{}
	for _, list := range [][]change{r.writing, r.queue} {
		for _, c := range list {
			if c.object.Org == o && c.object.Key == key && c.object.Kind == k && !c.gone {
				out[c.object.Upstream] = c.object
			}
		}
	}
	return out
}
