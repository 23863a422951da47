package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// lately is how far back an organization's use of a model makes its price their business: a month's bill.
const lately = 30 * 24 * time.Hour

// rates are a model's prices by class, pico-dollars per token, request or search.
type rates = map[catalog.Class]money.Price

// used is a model that an organization called lately, with the account that it was called with.
type used struct {
	account provider.ConnectionRecord
	kind    string // the account's, as the catalogue names it
	model   string
}

// repriced is price.Refresher's Changed: it finds those who see costs of models that their organization used lately and whose base
// prices another price list changes, and gives what tells them, each once. A model for which the organization has a price of its own
// costs what it did. An organization that cannot be looked at is left out: prices must not wait for it.
func (c *core) repriced(ctx context.Context, before, after *catalog.Catalog) (func(ctx context.Context) error, error) {
	var all []notify.Event
	err := c.everywhere(ctx, func(ctx context.Context, o org.Organization) error {
		models, err := c.usedLately(ctx, o.ID, before)
		if err != nil {
			return err
		}
		now, told := c.clock.Now(), map[string]bool{}
		for _, u := range models {
			name := u.kind + "/" + u.model
			old, next := before.Rates(u.kind, u.model, now), after.Rates(u.kind, u.model, now)
			q, priced := c.prices.Quote(o.ID, provider.Payee(u.kind, u.account.ID), u.model, now)
			if told[name] || maps.Equal(old, next) || priced && strings.HasPrefix(q.Version(), "override/") {
				continue
			}
			told[name] = true
			e, err := c.repricedEvent(ctx, o.ID, id.Member{}, old, next, "no price of its own")
			if err != nil {
				return err
			}
			e.Once = after.Version() + " " + name
			e.Title = fmt.Sprintf("The price of %s at %s changed: %s", u.model, u.kind, e.Title)
			e.Body = "You used it within the last 30 days. The new price holds from the next request on; what was charged before stays as it was."
			e.Details["provider"], e.Details["model"] = u.kind, u.model
			all = append(all, e)
		}
		return nil
	})
	if err != nil {
		c.log.WarnContext(ctx, "somebody may not be told of changed prices", "error", err.Error())
	}
	return func(ctx context.Context) error {
		for _, e := range all {
			if err := c.notices.Announce(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}, ctx.Err()
}

// ownPrice is price.Parts' Changed: it tells those who see costs, but for whoever did it, that an admin changed what models cost that
// the organization used lately. before and after are nil for a price that was not there, or is no more.
func (c *core) ownPrice(ctx context.Context, by org.Actor, before, after *price.Override) error {
	of, now := cmp.Or(after, before), c.clock.Now()
	models, err := c.usedLately(ctx, by.Org, c.shelf.Catalog())
	if err != nil {
		return err
	}
	models = slices.DeleteFunc(models, func(u used) bool { return !of.Covers(u.kind, u.account.ID, u.model) })
	if len(models) == 0 {
		return nil
	}
	var said [2]notify.Event // what changes now, and from when a price is to hold that is planned
	for i, at := range []time.Time{now, of.From} {
		if i > 0 && !at.After(now) {
			break
		}
		was := before
		if said[0].Title != "" { // it holds no more, and is to hold again
			was = nil
		}
		old, next := c.ownRates(models[0].kind, of.Model, was, after, at)
		if maps.Equal(old, next) {
			continue
		}
		none := "no known price"
		if strings.HasSuffix(of.Model, "*") {
			none = "the list's price"
		}
		if said[i], err = c.repricedEvent(ctx, by.Org, by.Member, old, next, none); err != nil {
			return err
		}
	}
	e, since, then := said[0], "", ""
	if plan := said[1]; plan.Title != "" {
		home, err := c.orgs.Organization(ctx, by.Org)
		if err != nil {
			return err
		}
		if from := approval.Moment(of.From, home); e.Title == "" {
			e, since = plan, " from "+from+" on"
		} else {
			then = "From " + from + " on: " + plan.Title + ". "
		}
	}
	if e.Title == "" {
		return nil
	}
	version := of.Version
	if after == nil {
		version++
	}
	e.Once = fmt.Sprint(of.ID.UUID(), " ", version)
	e.Title = fmt.Sprintf("%s changed what %s costs you%s: %s", by.Label, of.Model, since, e.Title)
	e.Body = then + "It was used within the last 30 days. What was charged before stays as it was."
	e.Details["model"], e.Details["price"] = of.Model, of.ID.String()
	return c.notices.Announce(ctx, e)
}

// ownRates are what models cost at a moment without a change of an organization's own price, and with it. What one of them lacks is
// charged as a wider class, so both say the same classes; a star stands for many models, which have no price together on the list.
func (c *core) ownRates(kind, model string, before, after *price.Override, at time.Time) (old, next rates) {
	var list rates
	if !strings.HasSuffix(model, "*") {
		list = c.shelf.Catalog().Rates(kind, model, at)
	}
	own := func(o *price.Override) rates {
		if o == nil || !o.Holds(at) {
			return list
		}
		out := maps.Clone(o.Prices)
		if _, has := out[catalog.PerSearch]; !has { // searches that it leaves out cost what they are listed for
			if listed, ok := list[catalog.PerSearch]; ok {
				out[catalog.PerSearch] = listed
			}
		}
		return out
	}
	old, next = own(before), own(after)
	return catalog.Widened(old, next), catalog.Widened(next, old)
}

// usedLately are the models that an organization called within lately, each with each account once.
func (c *core) usedLately(ctx context.Context, o id.Org, names *catalog.Catalog) ([]used, error) {
	by, now := org.System(o, "a look at changed prices"), c.clock.Now()
	found, err := c.usage.Query(ctx, by, usage.Query{From: now.Add(-lately), To: now, By: []usage.Dim{usage.Connection, usage.Model}, Top: usage.MaxTop})
	if err != nil || len(found.Rows) == 0 {
		return nil, err
	}
	accounts, err := c.providers.List(ctx, by)
	var out []used
	for _, a := range accounts {
		kind := names.ProviderOf(string(a.Kind), a.BaseURL)
		for _, row := range found.Rows {
			if !row.Others && len(row.Values) == 2 && row.Values[0].ID == a.Name {
				out = append(out, used{a, kind, row.Values[1].ID})
			}
		}
	}
	return out, err
}

// repricedEvent is the part that all have in common. Its title is what changed; none says that a class has no price.
func (c *core) repricedEvent(ctx context.Context, o id.Org, but id.Member, old, next rates, none string) (e notify.Event, err error) {
	e = notify.Event{Org: o, Kind: notify.Repriced, Href: "/prices", Details: map[string]string{}}
	for _, role := range []org.Role{org.Manager, org.Admin} { // price.MayRead
		all, err := c.orgs.FindMembers(ctx, o, org.MemberQuery{Role: role, Status: org.ActiveMember})
		if err != nil {
			return e, err
		}
		for _, m := range all {
			if len(e.Members) < mostTold && m.Role.AtLeast(price.MayRead) && m.ID != but {
				e.Members = append(e.Members, m.ID)
			}
		}
	}
	classes := maps.Clone(old)
	if classes == nil {
		classes = rates{}
	}
	maps.Copy(classes, next)
	var words []string
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		was, had := old[class]
		is, has := next[class]
		if had == has && was == is {
			continue
		}
		before, after, unit := rate(class, was, had, none), rate(class, is, has, none), ""
		if class.PerMillion() {
			unit = " per million"
		}
		words = append(words, strings.ReplaceAll(string(class), "_", " ")+" "+before+" → "+after+unit)
		e.Details[string(class)+"_before"], e.Details[string(class)+"_after"] = before, after
	}
	e.Title = strings.Join(words, ", ")
	return e, nil
}

func rate(class catalog.Class, p money.Price, known bool, none string) string {
	if !known {
		return none
	}
	return "$" + class.USD(p).String()
}
