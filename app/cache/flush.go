package cache

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

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
