package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// MayChange is the role that sees and changes channels: they carry everybody's events out of the house.
const MayChange = org.Admin

const (
	sealedTable = "channels"
	// mostChannels bounds an organization's, and with it what one event sets off.
	mostChannels = 50
	// Overlap is how long the secret before a rotation goes on signing: a day, in which every receiver can be given the new one.
	Overlap = 24 * time.Hour
)

// Vault seals and opens. *secret.Keyring implements it.
type Vault interface {
	Opener
	Seal(ctx context.Context, o id.Org, table, column, row string, plain secret.String) ([]byte, error)
}

// Parts are what Channels works with. All are required.
type Parts struct {
	Store   ChannelStore
	Sending DeliveryStore
	Events  EventStore
	Tx      work.Tx
	Queue   work.Queue
	Audit   audit.Log
	// Team finds a team of the organization, or refuses.
	Team  func(ctx context.Context, o id.Org, t id.Team) (org.Team, error)
	Vault Vault
	URLs  URLs
	IDs   *id.Source
	Clock clock.Clock
}

// Channels is where admins say to which places events go, and look at how that went.
type Channels struct{ Parts }

// NewChannels makes the service.
func NewChannels(p Parts) *Channels { return &Channels{p} }

// List gives the organization's channels by name. Addresses and secrets stay sealed for everybody.
func (s *Channels) List(ctx context.Context, actor org.Actor) ([]Channel, error) {
	if err := actor.Require(MayChange); err != nil {
		return nil, err
	}
	return s.Store.Channels(ctx, actor.Org)
}

// Get gives one channel.
func (s *Channels) Get(ctx context.Context, actor org.Actor, c id.Channel) (Channel, error) {
	if err := actor.Require(MayChange); err != nil {
		return Channel{}, err
	}
	ch, err := s.Store.Channel(ctx, actor.Org, c)
	return ch, public("show", err)
}

// Test sends a message to one channel, by the way all others go.
func (s *Channels) Test(ctx context.Context, actor org.Actor, which id.Channel) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	return public("test", s.Tx.Do(ctx, func(ctx context.Context) error {
		c, err := s.Store.Channel(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		if c.Disabled {
			return fault.New(fault.Conflict, "channel_off", "The channel is turned off. Turn it on first.")
		}
		now := s.Clock.Now().UTC()
		e := Event{ID: id.NewEvent(s.IDs), Org: actor.Org, Kind: Tested, Title: "This is a test of the channel " + c.Name, Body: "Messages arrive here.", Href: "/channels/" + c.ID.String(), At: now}
		e.Once = string(Tested) + " " + e.ID.UUID()
		if _, err := s.Events.AddEvent(ctx, e); err != nil {
			return err
		}
		d := Delivery{ID: id.NewDelivery(s.IDs), Org: actor.Org, Event: e.ID, Channel: c.ID, Kind: Tested, State: Waiting, DueAt: now, CreatedAt: now}
		d.Bundle = d.ID
		if err := s.Sending.AddDeliveries(ctx, actor.Org, []Delivery{d}); err != nil {
			return err
		}
		if err := s.Audit.Append(ctx, actor, entry("channel.tested", c, nil, nil)); err != nil {
			return err
		}
		return s.Queue.Enqueue(ctx, Deliver{actor.Org})
	}))
}

// Again has a delivery that has ended sent once more, as the same message with the same id.
func (s *Channels) Again(ctx context.Context, actor org.Actor, which id.Delivery) (Listed, error) {
	if err := actor.Require(MayChange); err != nil {
		return Listed{}, err
	}
	var d Listed
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var ok bool
		var err error
		if d, ok, err = s.Sending.Revive(ctx, actor.Org, which, s.Clock.Now().UTC()); err != nil {
			return err
		}
		if !ok {
			return MissingDelivery()
		}
		if err := s.Audit.Append(ctx, actor, audit.Entry{Action: "delivery.retried", Target: d.ID.String(), TargetName: d.Title, After: map[string]any{"to": d.To}}); err != nil {
			return err
		}
		return s.Queue.Enqueue(ctx, Deliver{actor.Org})
	})
	return d, public("retry", err)
}

// MissingChannel is the one answer to an unknown id and to another tenant's.
func MissingChannel() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such channel.")
}

func public(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNoChannel):
		return MissingChannel()
	case errors.Is(err, ErrNameTaken):
		taken := fault.New(fault.Conflict, "name_taken", "Another channel has this name already. Choose another one.").Because(err)
		taken.Field = "name"
		return taken
	case errors.Is(err, ErrChannelChanged):
		return fault.New(fault.Conflict, "changed", "Somebody changed this channel while you did. Load it again and repeat your change.").Because(err)
	case fault.From(err).Kind != fault.Internal:
		return err
	}
	return fmt.Errorf("notify: %s channel: %w", op, err)
}

func entry(action string, c Channel, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: c.ID.String(), TargetName: c.Name, Before: before, After: after}
}

// facts are what the audit log keeps of a channel: everything but what is secret.
func facts(c Channel) map[string]any {
	kinds := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		kinds[i] = string(k)
	}
	out := map[string]any{"name": c.Name, "kind": string(c.Kind), "address": c.Shown, "events": kinds, "disabled": c.Disabled}
	if !c.Team.IsZero() {
		out["team"] = c.Team.String()
	}
	if !c.FormerUntil.IsZero() {
		out["former_secret_until"] = c.FormerUntil.UTC().Format(time.RFC3339)
	}
	return out
}
