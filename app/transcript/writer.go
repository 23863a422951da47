package transcript

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Run reads, seals and writes what was taken until ctx ends; then it writes what is left, within five seconds.
func (d *Desk) Run(ctx context.Context) error {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		timer := time.NewTimer(5 * time.Second)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-late.Done():
		}
	})()
	for {
		select {
		case <-ctx.Done():
			d.Flush(late)
			return nil
		case <-d.wake:
			d.Flush(late)
		}
	}
}

// Flush writes all that waits, for Run and for tests.
func (d *Desk) Flush(ctx context.Context) {
	for {
		all := d.take()
		if len(all) == 0 {
			return
		}
		for o, records := range d.records(ctx, all) {
			d.put(ctx, o, records)
		}
		d.done(all)
	}
}

// records are sealed texts by organization. A team that does not want them any more has none.
func (d *Desk) records(ctx context.Context, all []*Taken) map[id.Org][]Record {
	out := map[id.Org][]Record{}
	for _, t := range all {
		if !d.Wants(t.Chain) {
			continue
		}
		r, err := d.record(ctx, t)
		if err != nil {
			d.failed.Add(1)
			d.Log.Warn("a text is not kept", "request_id", t.Request.String(), "error", err.Error())
			continue
		}
		out[r.Org] = append(out[r.Org], r)
	}
	return out
}

// record reads and seals one. A panic in what reads it, which strangers wrote, costs that text only; its value is in no log, because it
// may quote what was read.
func (d *Desk) record(ctx context.Context, t *Taken) (r Record, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("transcript: panic while reading a text: %T\n%s", p, debug.Stack())
		}
	}()
	text := d.read(t)
	r = Record{Org: t.Chain.Org, Request: t.Request, Team: t.Chain.Team, Member: t.Chain.Member, At: t.At.UTC().Truncate(time.Microsecond)}
	r.Sealed, err = seal(ctx, d.Vault, r.Org, r.Request, &text)
	return r, err
}

func (d *Desk) read(t *Taken) Text {
	text := Text{Masked: t.Masked}
	text.ask(&t.Call)
	text.answer(t, d.wires)
	return text
}

// put writes an organization's, and tries again for some seconds while the database is away.
func (d *Desk) put(ctx context.Context, o id.Org, records []Record) {
	for n := 1; ; n++ {
		err := d.Store.Put(ctx, o, records)
		if err == nil {
			d.kept.Add(int64(len(records)))
			return
		}
		if n == attempts || ctx.Err() != nil {
			d.failed.Add(int64(len(records)))
			d.Log.Warn("texts are not kept", "organization", o.String(), "texts", len(records), "error", err.Error())
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}
