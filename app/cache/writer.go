package cache

import (
	"context"
	"errors"
	"slices"
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

// Run writes what was kept, forgotten and given into the store until ctx ends. What is left then is written in five seconds or
// lost, as is what comes while the store is away: it is a cache.
func (d *Desk) Run(ctx context.Context) error {
	if d.Store == nil {
		<-ctx.Done()
		return nil
	}
	if d.Leases != nil {
		go d.renew(ctx)
	}
	flush, sweep := time.NewTicker(flushEvery), time.NewTicker(sweepEvery)
	defer flush.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := d.Flush(late); err != nil {
				d.Log.Warn("some cached answers were not written down", "error", err.Error())
			}
			return nil
		case <-d.writer.wake:
			err = d.flush(ctx, false)
		case <-flush.C:
			err = d.flush(ctx, true)
		case <-sweep.C:
			if d.Counter != nil {
				err = d.Counter.Sweep(ctx, d.Clock.Now())
			}
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("some cached answers were not written down", "error", err.Error())
		}
	}
}

// Flush writes all that waits, for tests and for the end.
func (d *Desk) Flush(ctx context.Context) error { return d.flush(ctx, true) }

func (d *Desk) flush(ctx context.Context, counts bool) (err error) {
	backs := d.writer.takeBacks() // before the answers, which are written first
	puts, drops, hits := d.writer.take(counts)
	failed := func(kind int, e error) {
		if err = errors.Join(err, e); e != nil {
			d.count.errors[kind].Add(1)
		}
	}
	for o, keys := range drops {
		for part := range slices.Chunk(keys, batch) {
			failed(dropErrors, d.Store.Drop(ctx, o, part))
		}
	}
	for o, list := range puts {
		for part := range slices.Chunk(list, batch) {
			put := d.Store.Put(ctx, o, part)
			failed(putErrors, put)
			if put == nil && d.Counter != nil && d.writer.wrote(o, part) {
				failed(countErrors, d.trim(ctx, o))
			}
		}
	}
	failed(leaseErrors, d.giveBack(ctx, backs))
	if d.Counter != nil {
		for o, of := range hits {
			failed(countErrors, d.Counter.Count(ctx, o, of))
		}
	}
	return err
}

// wrote notes what the store got, and reports whether it should be trimmed: when it got a lot, and when an organization's first
// answer of this process comes, because nobody knows what was there.
func (w *writer) wrote(o id.Org, list []*Entry) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.written == nil {
		w.written = map[id.Org]Room{}
	}
	r, known := w.written[o]
	r.Entries += int64(len(list))
	for _, e := range list {
		r.Bytes += int64(len(e.Sealed))
	}
	now := !known || r.Entries >= trimEntries || r.Bytes >= trimBytes
	if now {
		r = Room{}
	}
	w.written[o] = r
	return now
}

// trim keeps an organization to its room in the store. What had to go leaves the place where answers lie too.
func (d *Desk) trim(ctx context.Context, o id.Org) error {
	keys, err := d.Counter.Trim(ctx, o)
	if err != nil || len(keys) == 0 {
		return err
	}
	for part := range slices.Chunk(keys, batch) {
		err = errors.Join(err, d.Store.Drop(ctx, o, part))
	}
	return err
}
