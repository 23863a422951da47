package jobs

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/mail"
)

// Mail writes and sends ordered letters.
func Mail(w *Workers, c *mail.Courier) error {
	return AddLast(w, 0, func(ctx context.Context, j mail.Deliver, last bool) error { return c.Deliver(ctx, j.Org, j.Mail, last) })
}
