package providerweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/provider"
)

const root = "/connections"

func (h *Handlers) list(c *web.Context) error {
	page, err := h.listPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.List(page))
}

func (h *Handlers) listPage(c *web.Context) (views.ListPage, error) {
	all, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return views.ListPage{}, err
	}
	page := views.ListPage{Shell: c.Shell("Connections", "connections"), CanChange: c.Actor().Role.AtLeast(provider.MayChange)}
	users := map[id.Connection][]string{}
	if page.CanChange {
		if users, err = h.connections.Users(c.Ctx(), c.Actor()); err != nil {
			return views.ListPage{}, err
		}
	}
	health, err := h.reports.Health(c.Ctx(), c.Actor(), id.Connection{})
	if err != nil {
		return views.ListPage{}, err
	}
	spent, since, err := h.reports.SpendByConnection(c.Ctx(), c.Actor())
	if err != nil {
		return views.ListPage{}, err
	}
	page.Since = since.Format("2 January")
	for _, r := range all {
		row := present(c, r)
		row.Delete, row.CanRead, row.CanChange = question(r, users[r.ID]), c.Actor().Role.AtLeast(provider.MayRead), page.CanChange
		row.Health, row.Rate, row.Took = healthWords(health[r.ID])
		row.Spent, row.SpentExact = web.Dollars(spent[r.Name])
		page.Rows = append(page.Rows, row)
	}
	page.Found, err = h.found(c)
	return page, err
}

func (h *Handlers) new(c *web.Context) error {
	o := offering(provider.Kind(c.QueryParam("kind")))
	all, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	in := provider.Input{Kind: o.Kind}
	if k, ok := provider.KnownService(c.QueryParam("service")); ok && k.Kind == o.Kind {
		in.Service, in.BaseURL = k.Name, k.BaseURL
	}
	in.Name = freeName(suggested(in), all)
	return c.Render(h.newPage(c, o, in, web.Refusal{}))
}

// offering is what a form is for; without a kind it is the first.
func offering(k provider.Kind) provider.Offering {
	if o, ok := provider.OfferingOf(k); ok {
		return o
	}
	return provider.Offerings()[0]
}

// suggested is how a new connection might be called: by its service, or by its kind; "" where only people know a name.
func suggested(in provider.Input) string {
	if in.Kind == provider.Compatible {
		return in.Service
	}
	return string(in.Kind)
}

// freeName is the name itself if it is not taken, or one with a number: openai, openai-2, …
func freeName(wanted string, there []provider.ConnectionRecord) string {
	taken := map[string]bool{"": wanted == ""}
	for _, r := range there {
		taken[r.Name] = true
	}
	name := wanted
	for n := 2; taken[name] && wanted != ""; n++ {
		name = fmt.Sprintf("%s-%d", wanted, n)
	}
	return name
}

// input is what the form of a kind said.
func input(c *web.Context, kind provider.Kind) provider.Input {
	in := provider.Input{Name: c.FormValue("name"), Kind: kind, BaseURL: c.FormValue("base_url"), Service: c.FormValue("service"),
		Credential: secret.New(c.FormValue("credential")), Disabled: c.FormValue("disabled") != "", Settings: map[string]string{}, Seen: c.Seen()}
	in.Terms = &provider.Terms{Residency: c.FormValue("residency"), ZeroRetention: c.FormValue("zero_retention") != "", NoTraining: c.FormValue("no_training") != ""}
	for _, s := range offering(kind).Settings() {
		in.Settings[s.Name] = c.FormValue("settings." + s.Name)
	}
	return in
}

func (h *Handlers) create(c *web.Context) error {
	in := input(c, provider.Kind(c.FormValue("kind")))
	r, err := h.connections.Create(c.Ctx(), c.Actor(), in)
	if wrong, ok := web.Refused(err); ok {
		return c.Invalid(h.newPage(c, offering(in.Kind), in, wrong))
	}
	if err != nil {
		return err
	}
	return h.testAndShow(c, r.ID, "Connection "+r.Name+" added.")
}

// testAndShow tells at once whether what was saved works: a failing connection leads to its page, where it can be put
// right. The test itself may fail for reasons of its own; then the saved state stands, untested.
func (h *Handlers) testAndShow(c *web.Context, which id.Connection, done string) error {
	check, err := h.connections.Test(c.Ctx(), c.Actor(), which)
	switch {
	case err != nil:
		c.Warn(done + " The test could not be run; try it from here.")
		return c.See(root + "/" + which.String())
	case !check.OK:
		c.Flash(done)
		return c.See(root + "/" + which.String())
	}
	c.Flash(done + " " + check.Message)
	return c.See(root)
}

func (h *Handlers) show(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	r, err := h.connections.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	page, err := h.editPage(c, r, stored(r), web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// stored is a connection as its form shows it.
func stored(r provider.ConnectionRecord) provider.Input {
	in := provider.Input{Name: r.Name, Kind: r.Kind, Service: r.Service, Disabled: r.Disabled, Terms: &r.Terms, Seen: r.UpdatedAt}
	in.BaseURL, in.Settings = provider.SettingsOf(r.Kind, r.BaseURL)
	return in
}

func (h *Handlers) update(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	before, err := h.connections.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	in := input(c, before.Kind)
	r, err := h.connections.Update(c.Ctx(), c.Actor(), which, in)
	if wrong, ok := web.Refused(err); ok {
		page, err := h.editPage(c, before, in, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	if before.HasCredential() && !r.HasCredential() {
		c.Flash("Saved. The address is another host now, so the key was erased: enter the key for the new host.")
		return c.See(root + "/" + which.String())
	}
	if r.Check.IsZero() && !r.Disabled {
		return h.testAndShow(c, which, "Connection "+r.Name+" saved.")
	}
	c.Flash("Connection " + r.Name + " saved.")
	return c.See(root)
}

// test answers htmx with the part it asked for, and everybody else with a page that shows the result.
func (h *Handlers) test(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	check, err := h.connections.Test(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	onPage := c.FormValue("from") == "page"
	switch {
	case c.Part() == "":
		if check.OK {
			c.Flash(check.Message)
		} else {
			c.Warn(check.Message)
		}
		if onPage || !check.OK {
			return c.See(root + "/" + which.String())
		}
		return c.See(root)
	case onPage:
		return h.show(c)
	}
	return h.list(c)
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	users, err := h.connections.Users(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if err := h.connections.Delete(c.Ctx(), c.Actor(), which, len(users[which]) > 0 && c.FormValue("confirm") == sure(users[which])); err != nil {
		return err
	}
	c.Flash("Connection deleted.")
	return c.See(root)
}
