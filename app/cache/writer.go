package cache

import (
	"context"
	"errors"
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
	bytes   int
	counted int
	lost    int64
}

// How much may wait: some seconds of a busy node.
const (
	mostWaiting = 32 << 20
	mostDrops   = 50_000
	batch       = 200
	flushEvery  = 5 * time.Second
	sweepEvery  = 10 * time.Minute
)

func (w *writer) put(e *Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bytes+len(e.Sealed) > mostWaiting {
		w.lost++
		return
	}
	if w.puts == nil {
		w.puts = map[Key]*Entry{}
	}
	if old := w.puts[e.Key]; old != nil {
		w.bytes -= len(old.Sealed)
	}
	w.puts[e.Key] = e
	w.bytes += len(e.Sealed)
	delete(w.drops, e.Key)
	w.ring()
}

func (w *writer) drop(o id.Org, k Key) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.puts[k]; old != nil {
		w.bytes -= len(old.Sealed)
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
	w.puts, w.drops, w.bytes = nil, nil, 0
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
	puts, drops, hits := d.writer.take(counts)
	for o, keys := range drops {
		for len(keys) > 0 {
			n := min(len(keys), batch)
			err = errors.Join(err, d.Store.Drop(ctx, o, keys[:n]))
			keys = keys[n:]
		}
	}
	for o, list := range puts {
		for len(list) > 0 {
			n := min(len(list), batch)
			err = errors.Join(err, d.Store.Put(ctx, o, list[:n]))
			list = list[n:]
		}
	}
	if d.Counter != nil {
		for o, of := range hits {
			err = errors.Join(err, d.Counter.Count(ctx, o, of))
		}
	}
	return err
}
