package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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

// repriced is price.Refresher's Changed: it tells those who see costs of models that their organization used lately and whose base
// prices another price list changes, each once. A model for which the organization has a price of its own costs what it did.
func (c *core) repriced(ctx context.Context, before, after *catalog.Catalog) error {
	return c.everywhere(ctx, func(ctx context.Context, o org.Organization) error {
		by, now := org.System(o.ID, "a look at changed prices"), c.clock.Now()
		used, err := c.usage.Query(ctx, by, usage.Query{From: now.Add(-lately), To: now, By: []usage.Dim{usage.Connection, usage.Model}, Top: usage.MaxTop})
		if err != nil || len(used.Rows) == 0 {
			return err
		}
		accounts, err := c.providers.List(ctx, by)
		if err != nil {
			return err
		}
		told := map[string]bool{}
		for _, a := range accounts {
			kind := before.ProviderOf(string(a.Kind), a.BaseURL)
			for _, row := range used.Rows {
				if row.Others || len(row.Values) != 2 || row.Values[0].ID != a.Name {
					continue
				}
				model := row.Values[1].ID
				old, next := before.Rates(kind, model, now), after.Rates(kind, model, now)
				q, priced := c.prices.Quote(o.ID, provider.Payee(kind, a.ID), model, now)
				if told[kind+"/"+model] || maps.Equal(old, next) || priced && strings.HasPrefix(q.Version(), "override/") {
					continue
				}
				told[kind+"/"+model] = true
				if err := c.repricedNotice(ctx, o.ID, kind, model, after.Version(), old, next); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (c *core) repricedNotice(ctx context.Context, o id.Org, kind, model, version string, old, next map[catalog.Class]money.Price) error {
	var to []id.Member
	for _, role := range []org.Role{org.Manager, org.Admin} { // price.MayRead
		all, err := c.orgs.FindMembers(ctx, o, org.MemberQuery{Role: role, Status: org.ActiveMember})
		if err != nil {
			return err
		}
		for _, m := range all {
			if len(to) < mostTold && m.Role.AtLeast(price.MayRead) {
				to = append(to, m.ID)
			}
		}
	}
	var words []string
	details := map[string]string{"provider": kind, "model": model}
	classes := maps.Clone(old)
	if classes == nil {
		classes = map[catalog.Class]money.Price{}
	}
	maps.Copy(classes, next)
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		was, had := old[class]
		is, has := next[class]
		if had == has && was == is {
			continue
		}
		say := func(p money.Price, known bool) string {
			if !known {
				return "no price of its own"
			}
			return "$" + class.USD(p).String()
		}
		unit := ""
		if class.PerMillion() {
			unit = " per million"
		}
		words = append(words, strings.ReplaceAll(string(class), "_", " ")+" "+say(was, had)+" → "+say(is, has)+unit)
		details[string(class)+"_before"], details[string(class)+"_after"] = say(was, had), say(is, has)
	}
	return c.notices.Announce(ctx, notify.Event{Org: o, Members: to, Kind: notify.Repriced, Href: "/prices", Details: details, Once: version + " " + kind + "/" + model,
		Title: fmt.Sprintf("The price of %s at %s changed: %s", model, kind, strings.Join(words, ", ")),
		Body:  "You used it within the last 30 days. The new price holds from the next request on; what was charged before stays as it was."})
}
