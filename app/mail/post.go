package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Deliver is the job that writes and sends one mail.
type Deliver struct {
	Org  id.Org  `json:"org"`
	Mail id.Mail `json:"mail"`
}

// Kind implements work.Args.
func (Deliver) Kind() string { return "mail_deliver" }

// Post takes orders. Rooms use it inside their transactions.
type Post struct {
	Store Store
	Queue work.Queue
	Clock clock.Clock
	IDs   *id.Source
}

// Send orders a letter in the transaction that ctx carries: it is sent after the commit, and never after a rollback. A
// second order for the same occasion is none.
func (p *Post) Send(ctx context.Context, o Order) error {
	m := Mail{ID: id.NewMail(p.IDs), Order: o, CreatedAt: p.Clock.Now()}
	fresh, err := p.Store.Add(ctx, m)
	if err != nil {
		return fmt.Errorf("order a mail: %w", err)
	}
	if !fresh {
		return nil
	}
	if err := p.Queue.Enqueue(ctx, Deliver{m.Org, m.ID}); err != nil {
		return fmt.Errorf("order a mail: %w", err)
	}
	return nil
}

// Of the flood bounds: how many letters of one kind an address gets within an hour, whoever asks and from wherever.
const (
	floodWindow = time.Hour
	floodLimit  = 5
)

// Flooded refuses when an address has had its share of letters of a kind. Callers who must not tell whether an address
// is known drop the letter in silence instead of passing this on.
func (p *Post) Flooded(ctx context.Context, k Kind, to string) error {
	n, err := p.Store.Recent(ctx, k, to, p.Clock.Now().Add(-floodWindow))
	if err != nil {
		return fmt.Errorf("recent mails: %w", err)
	}
	if n < floodLimit {
		return nil
	}
	f := fault.Newf(fault.Limited, "too_many_mails", "This address has got %d such mails within the last hour. Look into its spam folder, or try again in an hour.", n)
	f.RetryAfter = floodWindow
	return f
}

// Latest says how the last letters about some things went, by the things' plain uuids.
func (p *Post) Latest(ctx context.Context, o id.Org, k Kind, about []string) (map[string]Mail, error) {
	if len(about) == 0 {
		return nil, nil
	}
	return p.Store.Latest(ctx, o, k, about)
}
