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

// newPage is the empty form: what the actor may choose, and the likeliest choice. chosen is the owner that was chosen on the
// form before, if there was one. In a large organization a search brings the person in.
func (h *Handlers) newPage(c *web.Context, chosen id.Member) (views.NewPage, error) {
	actor := c.Actor()
	teams, err := h.people.Teams(c.Ctx(), actor)
	if err != nil {
		return views.NewPage{}, err
	}
	search := c.QueryParam("q")
	people, err := h.people.FindMembers(c.Ctx(), actor, org.MemberQuery{Search: search, Limit: identity.MaxMembers})
	if err != nil {
		return views.NewPage{}, err
	}
	members := withSelf(people.Members, c.Member())
	if !chosen.IsZero() && chosen != actor.Member {
		if m, err := h.people.Member(c.Ctx(), actor, chosen); err == nil { // one whom the actor does not know is not offered
			members = withSelf(members, m)
		}
	}
	page := views.NewPage{Shell: c.Shell("New key", "keys"), CanAccount: actor.Role.AtLeast(org.Lead), Endpoints: endpointOptions(nil), Search: search, Periods: periods}
	page.Fields.Period = "monthly"
	page.Searches = page.CanAccount && (search != "" || !people.Next.ID.IsZero())
	if search != "" && len(people.Members) == 0 {
		page.Found = "Nobody matches. Search for a part of a name or an address."
	}
	page.Fields.Expires = c.Now().In(c.Zone()).AddDate(0, 0, usualDays).Format(time.DateOnly)
	for _, t := range teams {
		page.Teams = append(page.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
		if page.Fields.Team == "" || (len(actor.Teams) > 0 && t.ID == actor.Teams[0]) {
			page.Fields.Team = t.ID.String()
		}
	}
	for _, m := range members {
		if m.ID == actor.Member {
			page.Owners = append([]ui.Option{{Value: m.ID.String(), Label: "Me"}}, page.Owners...)
			if page.Fields.Owner == "" {
				page.Fields.Owner = m.ID.String()
			}
		} else if page.CanAccount {
			page.Owners = append(page.Owners, ui.Option{Value: m.ID.String(), Label: m.Name, Group: "Members"})
			if search != "" && len(people.Members) == 1 && m.ID == people.Members[0].ID {
				page.Fields.Owner = m.ID.String() // the one who was searched for
			}
		}
	}
	if page.CanAccount && !people.Next.ID.IsZero() {
		page.Owners = append(page.Owners, ui.Option{Label: "More people: search for them above", Group: "Members", Disabled: true, Value: "more"})
	}
	if page.CanAccount {
		page.Owners = append(page.Owners, ui.Option{Value: "", Label: "A service account", Group: "Machines"})
	}
	return page, nil
}

// withSelf is the members with one among them, who may be beyond the first page.
func withSelf(all []org.Member, self org.Member) []org.Member {
	for _, m := range all {
		if m.ID == self.ID {
			return all
		}
	}
	return append(all, self)
}
