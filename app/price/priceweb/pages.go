package priceweb

import (
	"net/url"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/price"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	root     = "/prices"
	pageSize = 30
)

func (h *Handlers) list(c *web.Context) error {
	role := c.Actor().Role
	page := views.ListPage{Shell: c.Shell("Prices", "prices"), CanSee: role.AtLeast(price.MayRead), CanChange: role.AtLeast(price.MayChange),
		Query: c.QueryParam("q"), Provider: c.QueryParam("provider")}
	if page.CanSee {
		all, err := h.prices.List(c.Ctx(), c.Actor())
		if err != nil {
			return err
		}
		names, err := h.names(c)
		if err != nil {
			return err
		}
		for _, o := range all {
			page.Own = append(page.Own, presentOwn(c, o, names))
		}
	}
	if err := h.refresh(c, &page); err != nil {
		return err
	}
	book := h.prices.Shelf.Catalog()
	page.Providers = []ui.Option{{Label: "All providers"}}
	for _, p := range book.Suppliers() {
		page.Providers = append(page.Providers, ui.Option{Value: p[0], Label: p[1]})
	}
	after := c.QueryParam("after")
	found, more := book.Search(page.Query, page.Provider, after, pageSize, c.Now())
	for _, l := range found {
		page.Models = append(page.Models, presentModel(l))
	}
	narrow := url.Values{"q": {page.Query}, "provider": {page.Provider}}
	if after != "" {
		page.First = root + "?" + narrow.Encode()
	}
	if more {
		narrow.Set("after", found[len(found)-1].Key())
		page.More = root + "?" + narrow.Encode()
	}
	return c.Render(views.List(page))
}

// names are the connections' names by their ids.
func (h *Handlers) names(c *web.Context) (map[string]string, error) {
	all, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(all))
	for _, r := range all {
		out[r.ID.String()] = r.Name
	}
	return out, nil
}

// refresh says where the list in use comes from, and whether the last look at its source was of use.
func (h *Handlers) refresh(c *web.Context, page *views.ListPage) error {
	inUse := h.prices.Shelf.Catalog().Version()
	if h.refresher.URL == "" {
		page.Refresh = []ui.Fact{{Label: "In use", Value: inUse, Mono: true}, {Label: "Refresh", Value: "off: the list that came with the program"}}
		return nil
	}
	last, ok, err := h.refresher.Keep.Last(c.Ctx())
	if err != nil {
		return err
	}
	page.Refresh = []ui.Fact{{Label: "In use", Value: inUse, Mono: true}, {Label: "Source", Value: h.refresher.URL, Mono: true}}
	if !ok {
		page.Refresh = append(page.Refresh, ui.Fact{Label: "Last look", Value: "not yet"})
		return nil
	}
	if last.Verdict == price.Refused || last.Verdict == price.Failed {
		page.Trouble = last.Message
	}
	page.Refresh = append(page.Refresh, ui.Fact{Label: "Last look", Body: ui.Time(c.When(last.At))}, ui.Fact{Label: "Verdict", Value: string(last.Verdict) + ": " + last.Message})
	return nil
}

func (h *Handlers) new(c *web.Context) error {
	page, err := h.newPage(c, views.Fields{Model: c.QueryParam("model")}, nil, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) create(c *web.Context) error {
	fields, prices := typed(c)
	in, err := input(c, fields, prices)
	if err == nil {
		_, err = h.prices.Create(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.newPage(c, fields, prices, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Price of " + in.Model + " added.")
	return c.See(root)
}

func (h *Handlers) newPage(c *web.Context, fields views.Fields, prices map[string]string, wrong web.Refusal) (templ.Component, error) {
	targets, err := h.targets(c)
	if err != nil {
		return nil, err
	}
	return views.Edit(views.EditPage{Shell: c.Shell("Add a price", "prices"), Title: "Add a price", Action: root, Submit: "Add price", Targets: targets,
		Fields: fields, Classes: classes(prices, wrong), Errors: sorted(wrong), Zone: c.Zone().String()}), nil
}

func (h *Handlers) show(c *web.Context) error {
	which, err := overrideID(c)
	if err != nil {
		return err
	}
	o, err := h.prices.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	fields := views.Fields{Model: o.Model, From: local(c, o.From), Until: local(c, o.Until), Note: o.Note, Version: web.Version(o.UpdatedAt)}
	page, err := h.editPage(c, o, fields, spelled(o), web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) update(c *web.Context) error {
	which, err := overrideID(c)
	if err != nil {
		return err
	}
	o, err := h.prices.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	fields, prices := typed(c)
	fields.Model = o.Model
	in, err := input(c, fields, prices)
	if err == nil {
		if fields.From == local(c, o.From) {
			in.From = o.From // the form has no seconds
		}
		if fields.Until == local(c, o.Until) {
			in.Until = o.Until
		}
		_, err = h.prices.Update(c.Ctx(), c.Actor(), which, in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.editPage(c, o, fields, prices, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Price of " + o.Model + " saved.")
	return c.See(root)
}

func (h *Handlers) editPage(c *web.Context, o price.Override, fields views.Fields, prices map[string]string, wrong web.Refusal) (templ.Component, error) {
	names, err := h.names(c)
	if err != nil {
		return nil, err
	}
	page := views.EditPage{Shell: c.Shell(o.Model, "prices"), Title: o.Model, Action: root + "/" + o.ID.String(), Submit: "Save", Existing: true,
		For: forWhom(o, names), Fields: fields, Classes: classes(prices, wrong), Errors: sorted(wrong), Zone: c.Zone().String()}
	if now := c.Now(); o.Until.IsZero() || o.Until.After(now) {
		ask := question(o)
		ask.Small = false
		page.End = &ask
	}
	return views.Edit(page), nil
}

func (h *Handlers) end(c *web.Context) error {
	which, err := overrideID(c)
	if err != nil {
		return err
	}
	if err := h.prices.End(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The price has ended. The list counts again.")
	return c.See(root)
}
