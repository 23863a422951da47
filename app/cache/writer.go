package cache

import (
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// writer is what waits to be written into the store. No request waits for it; what does not fit is not written, because a cache
// may forget.
type writer struct {
	wake chan struct{}

	mu      sync.Mutex
	puts    map[Key]*Entry
	drops   map[Key]id.Org
	hits    map[id.Org]map[Key]Hits
	bytes   map[id.Org]int
	backs   map[Lease]bool // leases to give back, and whether their questions are over
	counted int
	lost    int64
	written map[id.Org]Room // since the store was last trimmed
}

// How much may wait: some seconds of a busy node.
const (
	mostWaiting = 8 << 20 // of one organization
	mostDrops   = 50_000
	batch       = 200
	trimEntries = 500 // new ones of an organization, after which the store is trimmed, or
	trimBytes   = 32 << 20
	flushEvery  = 5 * time.Second
	sweepEvery  = 10 * time.Minute
)

func (w *writer) put(e *Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bytes[e.Org]+len(e.Sealed) > mostWaiting {
		w.lost++
		return
	}
	if w.puts == nil {
		w.puts, w.bytes = map[Key]*Entry{}, map[id.Org]int{}
	}
	if old := w.puts[e.Key]; old != nil {
		w.bytes[e.Org] -= len(old.Sealed)
	}
	w.puts[e.Key] = e
	w.bytes[e.Org] += len(e.Sealed)
	delete(w.drops, e.Key)
	w.ring()
}

func (w *writer) drop(o id.Org, k Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.puts[k]; old != nil {
		w.bytes[o] -= len(old.Sealed)
		delete(w.puts, k)
	}
	if w.drops == nil {
		w.drops = map[Key]id.Org{}
	}
	if len(w.drops) < mostDrops {
		w.drops[k] = o
	}
	w.ring()
}

func (w *writer) count(o id.Org, k Key, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hits == nil {
		w.hits = map[id.Org]map[Key]Hits{}
	}
	of := w.hits[o]
	if of == nil {
		of = map[Key]Hits{}
		w.hits[o] = of
	}
	h, there := of[k]
	if !there {
		if w.counted >= mostDrops {
			return
		}
		w.counted++
	}
	of[k] = Hits{h.Times + 1, at}
}

// back gives a lease back, behind what is written before.
func (w *writer) back(l Lease, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.backs == nil {
		w.backs = map[Lease]bool{}
	}
	w.backs[l] = over
	w.ring()
}

// takeBacks empties the leases.
func (w *writer) takeBacks() map[Lease]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	backs := w.backs
	w.backs = nil
	return backs
}

// ring wakes Run; the lock is held.
func (w *writer) ring() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take empties the writer.
func (w *writer) take(counts bool) (puts map[id.Org][]*Entry, drops map[id.Org][]Key, hits map[id.Org]map[Key]Hits) {
	w.mu.Lock()
	defer w.mu.Unlock()
	puts, drops = map[id.Org][]*Entry{}, map[id.Org][]Key{}
	for _, e := range w.puts {
		puts[e.Org] = append(puts[e.Org], e)
	}
	for k, o := range w.drops {
		drops[o] = append(drops[o], k)
	}
	w.puts, w.drops, w.bytes = nil, nil, nil
	if counts {
		hits = w.hits
		w.hits, w.counted = nil, 0
	}
	return puts, drops, hits
}
