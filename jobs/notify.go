package jobs

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/notify"
)

// Notify brings events to people and channels. One run may meet several servers that do not answer.
func Notify(w *Workers, c *notify.Courier) error {
	const patience = 5 * time.Minute
	if err := Add(w, patience, func(ctx context.Context, j notify.Spread) error { return c.Spread(ctx, j.Org, j.Event) }); err != nil {
		return err
	}
	return Add(w, patience, func(ctx context.Context, _ notify.Deliver) error { return c.Work(ctx) })
}
