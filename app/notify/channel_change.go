package notify

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Create adds a channel. A webhook's secret is given once, and never again.
func (s *Channels) Create(ctx context.Context, actor org.Actor, in ChannelInput) (Channel, secret.String, error) {
	if err := actor.Require(MayChange); err != nil {
		return Channel{}, secret.String{}, err
	}
	in, err := s.checked(ctx, actor, in, true)
	if err != nil {
		return Channel{}, secret.String{}, err
	}
	now := s.Clock.Now().UTC()
	c := Channel{ID: id.NewChannel(s.IDs), Org: actor.Org, Name: in.Name, Kind: in.Kind, Room: in.Room, Kinds: in.Kinds, Team: in.Team, Disabled: in.Disabled, Version: 1, CreatedAt: now, UpdatedAt: now}
	var key secret.String
	if c.Kind == Webhook {
		key = newKey()
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.Store.Channels(ctx, actor.Org)
		if err != nil {
			return err
		}
		if len(all) >= mostChannels {
			return fault.Newf(fault.Conflict, "too_many", "An organization has at most %d channels. Delete one first.", mostChannels)
		}
		if err := s.seal(ctx, &c, in.Address, key); err != nil {
			return err
		}
		if err := s.Store.InsertChannel(ctx, c); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("channel.created", c, nil, facts(c)))
	})
	return c, key, public("create", err)
}

func (s *Channels) checked(ctx context.Context, actor org.Actor, in ChannelInput, fresh bool) (ChannelInput, error) {
	in, err := in.checked(s.URLs, fresh)
	if err != nil || in.Team.IsZero() {
		return in, err
	}
	if _, err := s.Team(ctx, actor.Org, in.Team); fault.Is(err, fault.NotFound) {
		return in, fault.Field("team", "Choose a team of the organization, or none.")
	} else if err != nil {
		return in, fmt.Errorf("notify: team of a channel: %w", err)
	}
	return in, nil
}

// newKey is a webhook's secret: 256 bits, as Standard Webhooks wants it written.
func newKey() secret.String {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // it never fails
	return secret.New(keyPrefix + base64.StdEncoding.EncodeToString(raw[:]))
}

func (s *Channels) seal(ctx context.Context, c *Channel, address, key secret.String) (err error) {
	if !address.IsEmpty() {
		if c.Address, err = s.Vault.Seal(ctx, c.Org, sealedTable, "address", c.ID.UUID(), address); err != nil {
			return err
		}
		c.Shown = shown(address)
	}
	if c.Kind == SlackApp {
		c.Shown = "slack.com " + c.Room
	}
	if !key.IsEmpty() {
		c.Secret, err = s.Vault.Seal(ctx, c.Org, sealedTable, "secret", c.ID.UUID(), key)
	}
	return err
}

// Update changes name, address, events and whether it is on; the kind stays. Turning it on again forgets its problem.
func (s *Channels) Update(ctx context.Context, actor org.Actor, which id.Channel, in ChannelInput) (Channel, error) {
	if err := actor.Require(MayChange); err != nil {
		return Channel{}, err
	}
	old, err := s.Store.Channel(ctx, actor.Org, which)
	if err != nil {
		return Channel{}, public("change", err)
	}
	in.Kind = old.Kind
	if in, err = s.checked(ctx, actor, in, false); err != nil {
		return Channel{}, err
	}
	return s.change(ctx, actor, which, "channel.updated", func(ctx context.Context, c *Channel) error {
		if !in.Seen.IsZero() && !in.Seen.Equal(c.UpdatedAt) {
			return ErrChannelChanged
		}
		if c.Disabled && !in.Disabled || !in.Address.IsEmpty() || in.Room != "" && in.Room != c.Room {
			c.Problem = ""
		}
		c.Name, c.Room, c.Kinds, c.Team, c.Disabled = in.Name, cmp.Or(in.Room, c.Room), in.Kinds, in.Team, in.Disabled
		return s.seal(ctx, c, in.Address, secret.String{})
	})
}

// Rotate gives a webhook a new secret. The one before it goes on signing for Overlap.
func (s *Channels) Rotate(ctx context.Context, actor org.Actor, which id.Channel) (Channel, secret.String, error) {
	if err := actor.Require(MayChange); err != nil {
		return Channel{}, secret.String{}, err
	}
	key := newKey()
	c, err := s.change(ctx, actor, which, "channel.rotated", func(ctx context.Context, c *Channel) error {
		if c.Kind != Webhook {
			return fault.New(fault.Conflict, "no_secret", "Only webhooks are signed. Change the address to replace what is secret about this channel.")
		}
		if err := s.retire(ctx, c); err != nil {
			return err
		}
		return s.seal(ctx, c, secret.String{}, key)
	})
	if err != nil {
		key = secret.String{}
	}
	return c, key, err
}

// retire makes a channel's secret its former one. It is sealed again, because each ciphertext opens in its own column only.
func (s *Channels) retire(ctx context.Context, c *Channel) error {
	now, err := s.Vault.Open(ctx, c.Org, sealedTable, "secret", c.ID.UUID(), c.Secret)
	if err != nil {
		return err
	}
	c.Former, err = s.Vault.Seal(ctx, c.Org, sealedTable, "former", c.ID.UUID(), now)
	c.FormerUntil = s.Clock.Now().UTC().Add(Overlap)
	return err
}

func (s *Channels) change(ctx context.Context, actor org.Actor, which id.Channel, action string, edit func(context.Context, *Channel) error) (c Channel, err error) {
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if c, err = s.Store.Channel(ctx, actor.Org, which); err != nil {
			return err
		}
		before := facts(c)
		if err := edit(ctx, &c); err != nil {
			return err
		}
		c.UpdatedAt = s.Clock.Now().UTC()
		if err := s.Store.UpdateChannel(ctx, c); err != nil {
			return err
		}
		c.Version++
		return s.Audit.Append(ctx, actor, entry(action, c, before, facts(c)))
	})
	return c, public("change", err)
}

// Delete removes a channel. What waits for it is not sent.
func (s *Channels) Delete(ctx context.Context, actor org.Actor, which id.Channel) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	return public("delete", s.Tx.Do(ctx, func(ctx context.Context) error {
		c, err := s.Store.Channel(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteChannel(ctx, actor.Org, which); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("channel.deleted", c, facts(c), nil))
	}))
}
