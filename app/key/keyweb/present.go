package keyweb

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/key"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// names are what ids are called on this page.
type names struct {
	teams   map[id.Team]string
	members map[id.Member]string
}

func (h *Handlers) names(c *web.Context) (names, error) {
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return names{}, err
	}
	members, err := h.people.Members(c.Ctx(), c.Actor())
	if err != nil {
		return names{}, err
	}
	out := names{map[id.Team]string{}, map[id.Member]string{}}
	for _, t := range teams {
		out.teams[t.ID] = t.Name
	}
	for _, m := range members {
		out.members[m.ID] = m.Name
	}
	return out, nil
}

// owner is whom a key acts as. A member one cannot see has left, or moved to another team.
func (n names) owner(k key.Key) string {
	if k.Member.IsZero() {
		return k.Account + " (service)"
	}
	if name := n.members[k.Member]; name != "" {
		return name
	}
	return "a former member"
}

func row(c *web.Context, who names, k key.Key) views.Row {
	return views.Row{ID: k.ID.String(), Name: k.Name, Hint: k.Hint(), Owner: who.owner(k), Team: who.teams[k.Team], State: state(c, k),
		Used: c.When(k.LastUsedAt), Created: c.When(k.CreatedAt)}
}

func state(c *web.Context, k key.Key) ui.StatusProps {
	switch k.Status(c.Now()) {
	case "disabled":
		return ui.StatusProps{Tone: ui.Neutral, Label: "Disabled", Icon: "player-pause"}
	case "expired":
		return ui.StatusProps{Tone: ui.Warn, Label: "Expired", Icon: "clock"}
	case "stopped":
		return ui.StatusProps{Tone: ui.Bad, Label: "Stopped", Title: "Its member is disabled or has left, or its team or service account is archived"}
	}
	return ui.StatusProps{Tone: ui.Good, Label: "Active"}
}

func facts(c *web.Context, who names, k key.Key) []ui.Fact {
	return []ui.Fact{
		{Label: "Key", Value: k.Hint(), Mono: true},
		{Label: "Id", Value: k.ID.String(), Mono: true, Copy: true},
		{Label: "Acts as", Value: who.owner(k)},
		{Label: "Team that pays", Value: who.teams[k.Team]},
		{Label: "Models", Value: either(strings.Join(k.Models, ", "), "all that the organization offers")},
		{Label: "Networks", Value: either(networks(k), "any")},
		moment("Expires", c.When(k.ExpiresAt)),
		moment("Last used", c.When(k.LastUsedAt)),
		{Label: "Created", Body: ui.Time(c.When(k.CreatedAt))},
		{Label: "Created by", Value: k.CreatedBy},
	}
}

// usedDays is how far back a key's figures go.
const usedDays = 30

// used are a key's figures: what it cost, and how much of what it sent the providers had in their caches.
func (h *Handlers) used(c *web.Context, k key.Key) ([]ui.Fact, error) {
	if h.usage == nil {
		return nil, nil
	}
	t, err := h.usage.OfKey(c.Ctx(), c.Actor(), k.ID, usedDays)
	if err != nil {
		return nil, err
	}
	cost, exact := web.Dollars(t.Cost)
	hits := "no input yet"
	if rate, ok := t.CacheRate(); ok {
		hits = fmt.Sprintf("%.1f %% of %d input tokens", rate*100, t.Input)
	}
	return []ui.Fact{
		{Label: "Cost, last 30 days", Body: ui.Amount(cost, exact)},
		{Label: "From providers' caches, last 30 days", Value: hits},
	}, nil
}

// moment is when something happens or happened, or "never".
func moment(label string, w ui.When) ui.Fact {
	if w.Text == "" {
		return ui.Fact{Label: label, Value: "never"}
	}
	return ui.Fact{Label: label, Body: ui.Time(w)}
}

func networks(k key.Key) string {
	out := make([]string, 0, len(k.Networks))
	for _, n := range k.Networks {
		out = append(out, n.String())
	}
	return strings.Join(out, ", ")
}

func either(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// exampleModel is what a snippet asks for: something this key may.
func exampleModel(k key.Key) string {
	if len(k.Models) > 0 {
		return k.Models[0]
	}
	return "smart"
}

// newPage is the empty form: what the actor may choose, and the likeliest choice.
func (h *Handlers) newPage(c *web.Context) (views.NewPage, error) {
	actor := c.Actor()
	teams, err := h.people.Teams(c.Ctx(), actor)
	if err != nil {
		return views.NewPage{}, err
	}
	people, err := h.people.FindMembers(c.Ctx(), actor, org.MemberQuery{Limit: identity.MaxMembers})
	if err != nil {
		return views.NewPage{}, err
	}
	members := withSelf(people.Members, c.Member())
	page := views.NewPage{Shell: c.Shell("New key", "keys"), CanAccount: actor.Role.AtLeast(org.Lead)}
	for _, t := range teams {
		page.Teams = append(page.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
		if page.Fields.Team == "" || (len(actor.Teams) > 0 && t.ID == actor.Teams[0]) {
			page.Fields.Team = t.ID.String()
		}
	}
	for _, m := range members {
		if m.ID == actor.Member {
			page.Owners = append([]ui.Option{{Value: m.ID.String(), Label: "Me"}}, page.Owners...)
			page.Fields.Owner = m.ID.String()
		} else if page.CanAccount {
			page.Owners = append(page.Owners, ui.Option{Value: m.ID.String(), Label: m.Name, Group: "Members"})
		}
	}
	if page.CanAccount && !people.Next.ID.IsZero() {
		page.Owners = append(page.Owners, ui.Option{Label: "More people: they make their own", Group: "Members", Disabled: true, Value: "more"})
	}
	if page.CanAccount {
		page.Owners = append(page.Owners, ui.Option{Value: "", Label: "A service account", Group: "Machines"})
	}
	return page, nil
}

// withSelf is the members with the reader among them, who may be beyond the first page.
func withSelf(all []org.Member, self org.Member) []org.Member {
	for _, m := range all {
		if m.ID == self.ID {
			return all
		}
	}
	return append(all, self)
}
