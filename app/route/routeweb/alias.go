package routeweb

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
)

func (h *Handlers) new(c *web.Context) error {
	page, err := h.aliasPage(c, nil, route.Input{}, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// input is what the form said.
func input(c *web.Context) route.Input {
	seen, _ := strconv.ParseInt(c.FormValue("version"), 10, 64) // what is none is what no form of ours says
	return route.Input{Name: c.FormValue("name"), Targets: c.Request().Form["target"], Seen: seen}
}

func (h *Handlers) create(c *web.Context) error {
	in := input(c)
	a, err := h.aliases.Create(c.Ctx(), c.Actor(), in)
	if wrong, ok := web.Refused(err); ok {
		return h.again(c, nil, in, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Alias " + a.Name + " added. Apps can ask for it now.")
	return c.See(root)
}

func (h *Handlers) show(c *web.Context) error {
	a, err := h.get(c)
	if err != nil {
		return err
	}
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page, err := h.aliasPage(c, &a, route.Input{Name: a.Name, Targets: route.Spell(a.Targets, names), Seen: a.Version}, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) get(c *web.Context) (route.Alias, error) {
	which, err := aliasID(c)
	if err != nil {
		return route.Alias{}, err
	}
	return h.aliases.Get(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) update(c *web.Context) error {
	a, err := h.get(c)
	if err != nil {
		return err
	}
	in := input(c)
	changed, err := h.aliases.Update(c.Ctx(), c.Actor(), a.ID, in)
	if wrong, ok := web.Refused(err); ok {
		return h.again(c, &a, in, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Alias " + changed.Name + " saved. The next request goes the new way.")
	return c.See(root)
}

func (h *Handlers) again(c *web.Context, a *route.Alias, in route.Input, wrong web.Refusal) error {
	page, err := h.aliasPage(c, a, in, wrong)
	if err != nil {
		return err
	}
	return c.Invalid(page)
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	if err := h.aliases.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Alias deleted.")
	return c.See(root)
}

// aliasPage is the form; a is nil for a new alias.
func (h *Handlers) aliasPage(c *web.Context, a *route.Alias, in route.Input, wrong web.Refusal) (templ.Component, error) {
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	page := views.AliasPage{Title: "Add alias", Action: "/aliases", Submit: "Add alias", Name: in.Name, Targets: rows(in.Targets),
		Errors: views.AliasErrors{Form: wrong.Form, Name: wrong.Fields["name"], Targets: wrong.Fields["targets"]}, Suggest: h.suggest(c, there)}
	if a != nil {
		ask := question(*a)
		ask.Small = false
		page.Title, page.Action, page.Submit, page.Delete, page.Version = a.Name, "/aliases/"+a.ID.String(), "Save", &ask, strconv.FormatInt(in.Seen, 10)
	}
	page.Shell = c.Shell(page.Title, "models")
	return views.Edit(page), nil
}

// rows are the targets with empty ones to fill: three at least, two more than there are.
func rows(targets []string) []string {
	out := slices.DeleteFunc(slices.Clone(targets), func(s string) bool { return s == "" })
	return append(out, make([]string, max(3-len(out), 2))...)
}

func (h *Handlers) suggest(c *web.Context, there []provider.ConnectionRecord) []string {
	var out []string
	for i := range there {
		if !there[i].Usable() {
			continue
		}
		for _, m := range route.Offers(&there[i], h.catalog) {
			if len(out) < maxSuggest {
				out = append(out, there[i].Name+"/"+m)
			}
		}
	}
	return out
}
