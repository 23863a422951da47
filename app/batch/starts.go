package batch

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Starts is when a batch begins or goes on, as whoever reads it is told. StartAt is when a node takes it: sooner, where its provider is asked
// meanwhile what came back.
func (b *Batch) Starts() time.Time {
	if b.opens.After(b.StartAt) {
		return b.opens
	}
	return b.StartAt
}

// open says of batches that are read when their off-peak hours begin, if nodes look after them at other hours, too.
func (d *Desk) open(ctx context.Context, o id.Org, all []Batch) error {
	var h *Hours
	for n := range all {
		b := &all[n]
		if !b.Body.OffPeak || !b.Body.Native || b.State != Running && b.State != Paused {
			continue
		}
		if h == nil {
			found, _, err := d.Store.Hours(ctx, o)
			if err != nil {
				return err
			}
			h = &found
		}
		b.opens = h.Next(b.StartAt)
	}
	return nil
}
