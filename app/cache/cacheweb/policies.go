package cacheweb

import (
	"errors"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/cache"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var icons = map[org.ScopeKind]string{org.OrgScope: "building", org.DepartmentScope: "users-group", org.TeamScope: "users", org.MemberScope: "user", org.KeyScope: "key"}

var sharers = map[cache.Sharing]string{cache.User: "each member alone", cache.Team: "the team", cache.Org: "everybody"}

func (h *Handlers) list(c *web.Context) error {
	all, err := h.cache.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.PoliciesPage{Shell: c.Shell("Cache policies", "cache"), Tabs: tabs(policies), CanCreate: c.Actor().Role.AtLeast(org.Developer)}
	for _, l := range all {
		page.Rows = append(page.Rows, row(c, l))
	}
	for _, p := range cache.Presets() {
		page.Presets = append(page.Presets, views.Preset{Key: p.Key, Name: p.Name, About: p.About})
	}
	return c.Render(views.Policies(page))
}

func row(c *web.Context, l cache.Listed) views.Row {
	r := views.Row{ID: l.ID.String(), Version: web.Version(l.UpdatedAt), Icon: icons[l.Scope.Kind()], Where: l.Place.Label, Name: l.Name, For: narrowed(l.Rule), CanChange: cache.Changeable(c.Actor(), l),
		CanApprove: l.Waits() && c.Actor().Role == org.Admin, State: ui.StatusProps{Tone: ui.Good, Icon: "circle-check", Label: "In force"}}
	if l.Binding {
		r.Where += ", binding"
	}
	if l.Mode == cache.Exact {
		r.Sharing, r.Time = sharers[l.Sharing], days(l.TTL)
		if l.Stale > 0 {
			r.Time += ", then " + days(l.Stale) + " while fetched anew"
		}
		if l.LastResort > 0 {
			r.Time += "; " + days(l.LastResort) + " for outages"
		}
		if l.Like.On() {
			r.Time += "; like questions: " + string(l.Like.Mode)
		}
	} else {
		r.State = ui.StatusProps{Icon: "ban", Label: "Keeps nothing"}
	}
	if l.Waits() {
		r.State = ui.StatusProps{Tone: ui.Warn, Icon: "clock", Label: "Waits for an admin", Title: "Until then the team shares."}
	}
	r.Delete = ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete the policy “" + l.Name + "”?", Text: "Other policies above or beside it bind then; without one nothing is kept or given.",
		Action: policies + "/" + r.ID + "/delete", Button: "Delete policy", Kind: ui.Destructive}
	return r
}

// narrowed says which requests a policy is for.
func narrowed(r cache.Rule) string {
	var out []string
	for _, part := range [...]struct {
		what string
		list []string
	}{{"models", r.Models}, {"purposes", r.Purposes}} {
		switch n := len(part.list); {
		case n > 3:
			out = append(out, strings.Join(part.list[:2], ", ")+" and more "+part.what)
		case n > 0:
			out = append(out, strings.Join(part.list, ", "))
		}
	}
	if len(out) == 0 {
		return "all requests"
	}
	return strings.Join(out, "; ")
}

func (h *Handlers) new(c *web.Context) error {
	in := cache.Input{Settings: cache.Presets()[1].Settings}
	for _, p := range cache.Presets() {
		if p.Key == c.QueryParam("preset") {
			in.Name, in.Settings = p.Name, p.Settings
		}
	}
	return h.renderNew(c, again(c.QueryParam("scope"), in))
}

func (h *Handlers) renderNew(c *web.Context, f typed) error {
	if c.Typed() {
		var err error
		if f, err = filled(c); err != nil {
			return err
		}
	}
	page, err := h.newPage(c, f, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) create(c *web.Context) error {
	f, err := filled(c)
	if err != nil {
		return err
	}
	if _, searching := c.Sought(); searching {
		return h.renderNew(c, f)
	}
	in, err := f.input(c.Actor())
	if f.scope == "" { // an unknown place is the service's to refuse, like another tenant's
		err = errors.Join(err, fault.Field("scope", "Choose where the policy sits."))
	}
	var l cache.Listed
	if err == nil {
		l, err = h.cache.Create(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.newPage(c, f, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash(told(l, "set"))
	return c.See(policies)
}

func told(l cache.Listed, verb string) string {
	if l.Waits() {
		return "Cache policy " + verb + ". Until an admin agrees, the team shares."
	}
	return "Cache policy " + verb + ". It binds within a second."
}

func (h *Handlers) newPage(c *web.Context, f typed, wrong web.Refusal) (templ.Component, error) {
	place, err := web.Places{People: h.people, Keys: h.keys, May: cache.May}.Pick(c, f.scope)
	if err != nil {
		return nil, err
	}
	place.Page, place.Error = policies+"/new", wrong.Fields["scope"]
	return views.Edit(views.EditPage{Shell: c.Shell("Set a cache policy", "cache"), Title: "Set a cache policy", Action: policies, Submit: "Set policy", Back: policies, Place: &place, Fields: f.Fields,
		Form: wrong.Form, Errors: wrong.Fields}), nil
}

// changeable is a policy that the actor may change.
func (h *Handlers) changeable(c *web.Context) (cache.Listed, error) {
	l, err := h.get(c)
	if err == nil && !cache.Changeable(c.Actor(), l) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see this policy, but not change it. Ask whoever leads there.")
	}
	return l, err
}

func (h *Handlers) edit(c *web.Context) error {
	l, err := h.changeable(c)
	if err != nil {
		return err
	}
	return c.Render(editPage(c, l, again("", inputOf(l)).of(l), web.Refusal{}))
}

func (h *Handlers) update(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	f, err := filled(c)
	if err != nil {
		return err
	}
	in, err := f.input(c.Actor())
	in.Seen = c.Seen()
	if err == nil {
		l, err = h.cache.Update(c.Ctx(), c.Actor(), l.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		if l, err = h.changeable(c); err != nil {
			return err
		}
		return c.Invalid(editPage(c, l, f, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash(told(l, "saved"))
	return c.See(policies)
}

func editPage(c *web.Context, l cache.Listed, f typed, wrong web.Refusal) templ.Component {
	return views.Edit(views.EditPage{Shell: c.Shell(l.Name, "cache"), Title: l.Name, Action: policies + "/" + l.ID.String(), Submit: "Save", Back: policies, Where: l.Place.Label, Fields: f.Fields,
		Form: wrong.Form, Errors: wrong.Fields})
}

func (h *Handlers) approve(c *web.Context) error {
	which, err := ruleID(c)
	if err != nil {
		return err
	}
	if _, err := h.cache.Approve(c.Ctx(), c.Actor(), which, c.Seen()); err != nil {
		return err
	}
	c.Flash("Approved. Everybody shares within a second.")
	return c.See(policies)
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := ruleID(c)
	if err != nil {
		return err
	}
	if err := h.cache.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Cache policy deleted.")
	return c.See(policies)
}
