package app

import (
	"context"
	"errors"
	"maps"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/mail/mailweb"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
)

// outbox is what makes events leave the dashboard. The queue is the letters': it only takes jobs.
func (c *core) outbox() *notify.Outbox {
	return &notify.Outbox{Store: db.NewEventStore(c.db), Tx: c.db, Queue: c.letters.post.Queue}
}

// channels is where admins say to which places events go.
func (c *core) channels() *notify.Channels {
	return notify.NewChannels(notify.Parts{Store: db.NewChannelStore(c.db), Sending: db.NewDeliveryStore(c.db), Events: db.NewEventStore(c.db), Tx: c.db, Queue: c.letters.post.Queue, Audit: c.audit,
		Team: func(ctx context.Context, o id.Org, t id.Team) (org.Team, error) { return c.orgs.Team(ctx, o, t) }, Vault: c.keyring, URLs: c.egress, IDs: c.ids, Clock: c.clock})
}

// wishes is where people say how they want to be told.
func (c *core) wishes() *notify.Settings {
	return &notify.Settings{Store: db.NewEventStore(c.db), People: c.orgs, Links: c.letters.links, Tx: c.db, Audit: c.audit, Clock: c.clock}
}

// eventCourier brings events to people, by the way all letters go, and to channels. own are writers of rooms that stand above core.
func (c *core) eventCourier(carrier mail.Carrier, own map[notify.Kind]notify.Writer) *notify.Courier {
	writers := map[notify.Kind]notify.Writer{notify.Away: c.targetLetter, notify.Back: c.targetLetter, notify.Billed: c.billing.Write, notify.Concluded: c.experimentLetter, notify.Undone: c.experimentLetter}
	maps.Copy(writers, own)
	return &notify.Courier{Store: db.NewDeliveryStore(c.db), Channels: db.NewChannelStore(c.db), People: c.orgs, Vault: c.keyring, Wire: &notify.Wire{Out: c.egress.Transport(), Agent: "Bodhi-Gateway"},
		Carry: carrier.Carry, Own: writers, Render: mailweb.Render, Links: c.letters.links, Domain: hostOf(c.cfg.PublicURL), PublicURL: c.cfg.PublicURL, IDs: c.ids, Clock: c.clock, Log: c.log}
}

// sendEvents is the schedule's: what people were not told of although it is in the books, and then everything that is due.
func (c *core) sendEvents(events *notify.Courier) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return errors.Join(c.tellOfBudgets(ctx), c.escalate(ctx), events.Work(ctx))
	}
}
