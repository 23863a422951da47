package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// People finds members and their organization.
type People interface {
	Member(ctx context.Context, o id.Org, m id.Member) (org.Member, error)
	Organization(ctx context.Context, o id.Org) (org.Organization, error)
}

// Courier brings events to people by mail, and to channels. Its fields are set once.
//
// A delivery is claimed, sent, and closed. If this process dies between sending and closing, its claim runs out and the same
// message goes out again with the same id: at most one duplicate, which can be told.
type Courier struct {
	Store    DeliveryStore
	Channels ChannelStore
	People   People
	Vault    Opener
	Wire     *Wire
	// Carry brings a letter on its way. Errors wrapped in mail.ErrRefused are final.
	Carry func(ctx context.Context, m mail.Message) error
	// Own are the rooms that write the letters of their own kinds.
	Own map[Kind]Writer
	// Render lays a letter out as plain text and as HTML.
	Render func(mail.Letter) (text, html string, err error)
	Links  mail.Links
	// SlackAPI is where Slack apps post; "" is Slack's own.
	SlackAPI  string
	Domain    string // the right side of Message-IDs
	PublicURL string
	IDs       *id.Source
	Clock     clock.Clock
	Log       *slog.Logger

	turn work.Turn
}

// Writer writes a letter about an event to one person, and is given a person who is active. mail.ErrMoot says that it has no point
// any more.
type Writer func(ctx context.Context, e Event, to org.Member) (mail.Letter, error)

const (
	// claim is how long a delivery is this process's; longer than any conversation with a server takes.
	claim = 3 * time.Minute
	// batch is how many deliveries are looked at together, and together how many are sent at once: a slow server keeps few busy.
	batch, together = 64, 4
)

// waits are the times between tries, after Standard Webhooks' advice: a server that is away for a day misses nothing.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour}

// Spread says who gets an event, and sends what is due. It may run twice.
func (c *Courier) Spread(ctx context.Context, o id.Org, which id.Event) error {
	e, ok, err := c.Store.Event(ctx, o, which)
	if err != nil || !ok {
		return err
	}
	all, err := c.recipients(ctx, e)
	if err == nil && len(all) > 0 {
		err = c.Store.AddDeliveries(ctx, o, all)
	}
	if err != nil {
		return fmt.Errorf("notify: spread %s: %w", which, err)
	}
	return c.Work(ctx)
}

func (c *Courier) recipients(ctx context.Context, e Event) ([]Delivery, error) {
	now := c.Clock.Now().UTC()
	one := Delivery{Org: e.Org, Event: e.ID, Kind: e.Kind, State: Waiting, DueAt: now, CreatedAt: now}
	channels, err := c.Channels.Channels(ctx, e.Org)
	if err != nil {
		return nil, err
	}
	var all []Delivery
	for _, ch := range channels {
		if ch.Hears(e) {
			d := one
			d.ID, d.Channel = id.NewDelivery(c.IDs), ch.ID
			d.Bundle = d.ID
			all = append(all, d)
		}
	}
	if len(e.Members) == 0 {
		return all, nil
	}
	prefer, err := c.Store.Preferences(ctx, e.Org, e.Members)
	if err != nil {
		return nil, err
	}
	home, err := c.home(ctx, e.Org)
	if err != nil {
		return nil, err
	}
	for _, m := range e.Members {
		p := prefer[m]
		if !p.ByMail(e.Kind) {
			continue
		}
		d := one
		if d.ID, d.Member = id.NewDelivery(c.IDs), m; e.Kind.Alone() {
			d.Bundle = d.ID
		}
		var last time.Time
		if p.CoolDown > 0 {
			if last, err = c.Store.LastMail(ctx, e.Org, m, e.Kind); err != nil {
				return nil, err
			}
		}
		d.DueAt = p.Due(e.Kind, now, last, home)
		all = append(all, d)
	}
	return all, nil
}

// home is an organization's time zone.
func (c *Courier) home(ctx context.Context, o id.Org) (*time.Location, error) {
	in, err := c.People.Organization(ctx, o)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return time.UTC, nil
	}
	return zone, nil
}

// Work sends whatever is due, of all organizations. Of a process one works at a time: budgets that are all crossed at once ask hundreds of
// times.
func (c *Courier) Work(ctx context.Context) error {
	return c.turn.Take(ctx, c.sendDue)
}

func (c *Courier) sendDue(ctx context.Context) error {
	for {
		due, err := c.Store.Due(ctx, c.Clock.Now(), batch)
		if err != nil {
			return fmt.Errorf("notify: what is due: %w", err)
		}
		at, failed := errgroup.WithContext(ctx)
		at.SetLimit(together)
		for _, l := range due { // claimed one after the other, so that what is due to one person comes in one letter
			now := c.Clock.Now()
			parcel, mine, err := c.Store.Claim(failed, l, now, now.Add(claim))
			if err != nil {
				return errors.Join(err, at.Wait())
			}
			if mine {
				at.Go(func() error { return c.send(failed, l, parcel) })
			}
		}
		if err := at.Wait(); err != nil || len(due) < batch {
			return err
		}
	}
}

// send sends one bundle. What went wrong on the way is kept with it; an error is our own database's.
func (c *Courier) send(ctx context.Context, l Lead, parcel Parcel) (err error) {
	lead := parcel.Deliveries[0]
	if lead.Channel.IsZero() {
		err = c.letter(ctx, parcel)
	} else {
		err = c.post(ctx, parcel)
	}
	if err == nil { // also where ctx ended meanwhile: what arrived must not be sent again
		return c.Store.End(context.WithoutCancel(ctx), l, Sent, "", c.Clock.Now())
	}
	if ctx.Err() != nil { // we are stopping; the claim runs out by itself
		return ctx.Err()
	}
	problem := clip(line(err.Error()))
	var ends *ending
	switch tries := int(lead.Tries); {
	case errors.As(err, &ends):
		return c.Store.End(ctx, l, ends.state, clip(line(ends.why)), c.Clock.Now())
	case errors.Is(err, mail.ErrRefused), tries > len(waits):
		c.Log.WarnContext(ctx, "a message was given up", "delivery", lead.ID.String(), "kind", string(lead.Kind), "tries", tries, "error", problem)
		return c.Store.End(ctx, l, Dead, problem, c.Clock.Now())
	default:
		wait := waits[max(tries, 1)-1]
		var later *busy
		if errors.As(err, &later) {
			wait = max(wait, later.after)
		}
		return c.Store.Again(ctx, l, problem, c.Clock.Now().Add(wait))
	}
}

// ending is an error after which nothing is tried any more.
type ending struct {
	state State
	why   string
}

// Error implements error.
func (e *ending) Error() string { return e.why }

// Sweep forgets what is older than Keep. The schedule calls it.
func (c *Courier) Sweep(ctx context.Context) error {
	return c.Store.SweepEvents(ctx, c.Clock.Now().Add(-Keep))
}

// channelOf finds a parcel's channel, if it still takes anything.
func (c *Courier) channelOf(ctx context.Context, d Delivery) (Channel, error) {
	ch, err := c.Channels.Channel(ctx, d.Org, d.Channel)
	if errors.Is(err, ErrNoChannel) {
		return ch, &ending{Moot, "the channel was removed"}
	}
	if err == nil && ch.Disabled {
		return ch, &ending{Dead, "the channel is turned off"}
	}
	return ch, err
}

// kindsOf are the kinds of a parcel's events, each once.
func kindsOf(p Parcel) []Kind {
	var out []Kind
	for _, d := range p.Deliveries {
		if !slices.Contains(out, d.Kind) {
			out = append(out, d.Kind)
		}
	}
	return out
}
