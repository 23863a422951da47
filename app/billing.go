package app

import (
	"context"
	"net/netip"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/billing/billingweb"
	"github.com/bodhi-gateway/bodhi/billing/stripe"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

// newBilling makes what plans are asked for, and lets the rooms where people and connections are added ask. Another Stripe is
// the operator's own word, so it may be on this machine; the true one is reached like everything else that leaves.
func (c *core) newBilling() {
	c.billing = billing.New(billing.Parts{Store: db.NewBillingStore(c.db), Orgs: c.orgs, Tx: c.db, Audit: c.audit, Clock: c.clock, Log: c.log, PublicURL: c.cfg.PublicURL})
	c.identities.Seats, c.providers.Plan = c.billing, c.billing
	if c.cfg.StripeSecretKey.IsEmpty() {
		return
	}
	out := c.egress.Transport()
	if c.cfg.StripeAPIBase != "" {
		out = egress.New(egress.Config{AllowPrivate: append(loopback(), c.cfg.EgressAllowPrivate...)}).Transport()
	}
	c.cashier = stripe.New(stripe.Config{Key: c.cfg.StripeSecretKey, Webhook: c.cfg.StripeWebhookSecret, Base: c.cfg.StripeAPIBase, Transport: out})
	c.billing.Cashier = c.cashier
}

// loopback are this machine's own addresses.
func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// verify checks what Stripe reports; nil where nothing is billed.
func (c *core) verify() billingweb.Verify {
	if c.cashier == nil {
		return nil
	}
	return c.cashier.Verify
}

// banner is what an admin must do about billing, on top of every page; what operators announce, where nothing must be done.
func (c *core) banner(ctx context.Context, actor org.Actor) (layout.Banner, error) {
	b, err := c.billing.Banner(ctx, actor)
	if said := c.installation.Get().Announcement; err == nil && b.Text == "" && said != "" {
		return layout.Banner{Text: said}, nil
	}
	if err != nil || b.Text == "" {
		return layout.Banner{}, err
	}
	return layout.Banner{Urgent: b.Urgent, Text: b.Text, Label: "Billing", Href: "/billing"}, nil
}
