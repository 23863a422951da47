package app

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/bulletin/bulletinweb"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/insight"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/db"
)

// bulletins is the service of regular reports.
func (c *core) bulletins() *bulletin.Service {
	pricing := otherwise{c.otherwise(), c.clock}
	return bulletin.New(bulletin.Parts{Store: db.NewBulletinStore(c.db), Orgs: c.orgs, Maker: bulletin.Maker{Usage: c.usage, Budgets: c.budgets(nil), Keys: c.keys, Pricing: pricing, Changes: c.routeChanges, Proofs: c.proofs},
		Zones: c.zonesOf, Post: bulletinweb.Post{Mail: c.letters.post}, Tx: c.db, Audit: c.audit, IDs: c.ids, Clock: c.clock, Log: c.log})
}

// insights is what changes of routes came to.
func (c *core) insights() *insight.Service {
	return insight.New(c.aliasing, c.usage, db.NewFeedbackStore(c.db))
}

// routeChanges is bulletin's Changes.
func (c *core) routeChanges(ctx context.Context, a org.Actor, team id.Team, since time.Time) ([]bulletin.Change, error) {
	zone, err := c.usage.Zone(ctx, a)
	if err != nil {
		return nil, err
	}
	all, err := c.insights().Of(ctx, a, team)
	var out []bulletin.Change
	for i := range all {
		if all[i].After.To.After(since) {
			out = append(out, bulletin.Change{Title: all[i].Title(), Text: all[i].Text(zone)})
		}
	}
	return out, err
}

// proofs is bulletin's Proofs.
func (c *core) proofs(ctx context.Context, a org.Actor, k bulletin.Kind, month string) (bulletin.Evidence, error) {
	e, err := c.compliant().Evidence(ctx, a, compliance.Topic(k.Topic()), month)
	out := bulletin.Evidence{Lead: e.Lead}
	for _, s := range e.Sheets {
		out.Sheets = append(out.Sheets, bulletin.Sheet(s))
	}
	return out, err
}

// zonesOf are the zones that people chose for what they are told.
func (c *core) zonesOf(ctx context.Context, o id.Org, of []id.Member) (map[id.Member]*time.Location, error) {
	chosen, err := db.NewEventStore(c.db).Preferences(ctx, o, of)
	out := map[id.Member]*time.Location{}
	for m, p := range chosen {
		if zone, wrong := time.LoadLocation(p.Zone); p.Zone != "" && wrong == nil {
			out[m] = zone
		}
	}
	return out, err
}

// bulletinWriter writes reports as mails.
func (c *core) bulletinWriter() *bulletinweb.Writer {
	return &bulletinweb.Writer{Reports: c.bulletins(), PublicURL: c.cfg.PublicURL}
}

// otherwise prices what was used at any time. Prices of an organization's own are read with those that ended: the data plane's
// table forgets them, and a past day costs what it did.
func (c *core) otherwise() usageweb.Pricing {
	past := func(ctx context.Context, o id.Org) (usageweb.Quotes, error) {
		all, err := c.priceStore.List(ctx, o)
		if err != nil {
			return nil, err
		}
		t := price.NewTable(c.shelf)
		return t, t.Load(all)
	}
	return usageweb.Pricing{Prices: past, Providers: c.shelf, Connections: c.providers}
}

// otherwise says what usage would have cost otherwise, in the words of reports.
type otherwise struct {
	usageweb.Pricing
	clock clock.Clock
}

var _ bulletin.Pricing = otherwise{}

// Saved implements bulletin.Pricing.
func (o otherwise) Saved(ctx context.Context, a org.Actor, r usage.Result) (money.USD, bool, error) {
	total, _, _, err := o.Pricing.Saved(ctx, a, r)
	return total.Saved, total.Priced > 0 || total.Unknown == 0, err
}

// Cheaper implements bulletin.Pricing.
func (o otherwise) Cheaper(ctx context.Context, a org.Actor, r usage.Result) ([]bulletin.Cheaper, error) {
	found, err := o.Pricing.Cheaper(ctx, a, r, o.clock.Now())
	out := make([]bulletin.Cheaper, len(found))
	for i, c := range found {
		out[i] = bulletin.Cheaper(c)
	}
	return out, err
}
