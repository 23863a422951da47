package object

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Run writes changes down as they come, and sweeps once an hour, until ctx ends. What is left then is written in five
// seconds or lost: its owners then cannot reach it any more.
func (r *Registry) Run(ctx context.Context) error {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		select {
		case <-ctx.Done():
			late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return r.flush(late)
		case <-hourly.C:
			if err := r.Store.Sweep(ctx, r.Clock.Now().Add(-retention)); err != nil {
				r.Log.Warn("old owners not swept", "error", err.Error())
			}
		case <-r.wake:
			if err := r.flush(ctx); err != nil {
				r.Log.Warn("owners not written down yet", "error", err.Error())
				r.again(ctx)
			}
		}
	}
}

// again wakes the writer after a pause.
func (r *Registry) again(ctx context.Context) {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// flush writes what is queued, an organization at a time. What fails is queued again, before what came meanwhile.
func (r *Registry) flush(ctx context.Context) error {
	r.mu.Lock()
	queue := r.queue
	r.queue, r.writing = nil, queue
	r.mu.Unlock()
	var orgs []id.Org
	by := map[id.Org][]change{}
	for _, c := range queue {
		if by[c.object.Org] == nil {
			orgs = append(orgs, c.object.Org)
		}
		by[c.object.Org] = append(by[c.object.Org], c)
	}
	var left []change
	var failed error
	for _, o := range orgs {
		if err := r.write(ctx, o, by[o]); err != nil {
			left, failed = append(left, by[o]...), errors.Join(failed, err)
		}
	}
	r.mu.Lock()
	r.queue, r.writing = append(left, r.queue...), nil
	r.mu.Unlock()
	return failed
}

// write applies changes in their order: an object may be gone before it was written down.
func (r *Registry) write(ctx context.Context, o id.Org, list []change) error {
	for len(list) > 0 {
		n := 0
		var batch []Object
		for n < len(list) && n < 500 && list[n].gone == list[0].gone {
			batch = append(batch, list[n].object)
			n++
		}
		do := r.Store.Insert
		if list[0].gone {
			do = r.Store.Delete
		}
		if err := do(ctx, o, batch); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}
