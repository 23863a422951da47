package keyweb

import (
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/key"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// endpointOptions are the classes to tick; none ticked is all.
func endpointOptions(ticked []string) (out []views.Tick) {
	for _, c := range key.EndpointClasses {
		out = append(out, views.Tick{Value: c.Name, Label: c.Label, Hint: c.Hint, Checked: slices.Contains(ticked, c.Name)})
	}
	return out
}

// exampleModel is what a snippet asks for: something this key may.
func exampleModel(k key.Key) string {
	if len(k.Models) > 0 {
		return k.Models[0]
	}
	return "smart"
}

// usualDays is the life of a key that the form proposes: long enough for a quarter's work, and keys that nobody renews end.
const usualDays = 90

// newPage is the form with what was typed, or with the likeliest choices where nothing was. In a large organization a search
// brings in whom the key is for.
func (h *Handlers) newPage(c *web.Context, typed *views.Fields) (views.NewPage, error) {
	actor := c.Actor()
	teams, err := h.people.Teams(c.Ctx(), actor)
	if err != nil {
		return views.NewPage{}, err
	}
	page := views.NewPage{Shell: c.Shell("New key", "keys"), CanAccount: actor.Role.AtLeast(org.Lead), Endpoints: endpointOptions(nil), Periods: periods}
	page.Fields = views.Fields{Period: "monthly", Owner: actor.Member.String(), Expires: c.Now().In(c.Zone()).AddDate(0, 0, usualDays).Format(time.DateOnly)}
	for _, t := range teams {
		page.Teams = append(page.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
		if page.Fields.Team == "" || (len(actor.Teams) > 0 && t.ID == actor.Teams[0]) {
			page.Fields.Team = t.ID.String()
		}
	}
	if typed != nil {
		page.Fields, page.Endpoints = *typed, endpointOptions(typed.Endpoints)
	}
	page.Owner, err = h.owners(c, page.Fields.Owner)
	return page, err
}

// owners is the field for whom a key acts: oneself, and for leads and above others, and a service account. chosen stays offered
// until a search finds somebody else.
func (h *Handlers) owners(c *web.Context, chosen string) (ui.PickProps, error) {
	actor := c.Actor()
	out := ui.PickProps{Name: "owner", Label: "Acts as", Value: chosen, Required: true, Page: "/keys/new", Options: []ui.Option{{Value: actor.Member.String(), Label: "Me"}}}
	if !actor.Role.AtLeast(org.Lead) {
		return out, nil
	}
	search, _ := c.Sought()
	people, err := h.people.FindMembers(c.Ctx(), actor, org.MemberQuery{Search: search, Limit: identity.MaxMembers})
	if err != nil {
		return out, err
	}
	out.Search, out.Searchable = search, search != "" || !people.Next.ID.IsZero()
	if search != "" && len(people.Members) == 0 {
		out.Nothing = "Nobody matches. Search for a part of a name or an address."
	}
	if m, err := id.ParseMember(chosen); err == nil && !slices.ContainsFunc(people.Members, func(o org.Member) bool { return o.ID == m }) {
		if asked, err := h.people.Member(c.Ctx(), actor, m); err == nil && (search == "" || len(people.Members) == 0) { // one whom the actor does not know is not offered
			people.Members = append(people.Members, asked)
		}
	}
	for _, m := range people.Members {
		if m.ID != actor.Member {
			out.Options = append(out.Options, ui.Option{Value: m.ID.String(), Label: m.Name, Group: "Members"})
		}
	}
	switch found := len(people.Members); {
	case search != "" && found == 1:
		out.Value = people.Members[0].ID.String()
	case !people.Next.ID.IsZero():
		out.Options = append(out.Options, ui.Option{Label: "… and more: search for them", Group: "Members", Disabled: true})
	}
	out.Options = append(out.Options, ui.Option{Value: "", Label: "A service account", Group: "Machines"})
	return out, nil
}
