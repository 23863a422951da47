package keyweb

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/key"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// names are what ids are called on this page.
type names struct {
	teams   map[id.Team]string
	members map[id.Member]string
}

// names looks up whose keys these are. There are at most as many as a page of members holds.
func (h *Handlers) names(c *web.Context, keys ...key.Key) (names, error) {
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return names{}, err
	}
	q := org.MemberQuery{IDs: []id.Member{}, Limit: identity.MaxMembers}
	for _, k := range keys {
		if !k.Member.IsZero() {
			q.IDs = append(q.IDs, k.Member)
		}
	}
	members, err := h.people.FindMembers(c.Ctx(), c.Actor(), q)
	if err != nil {
		return names{}, err
	}
	out := names{map[id.Team]string{}, map[id.Member]string{}}
	for _, t := range teams {
		out.teams[t.ID] = t.Name
	}
	for _, m := range members.Members {
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
	return views.Row{ID: k.ID.String(), Name: k.Name, Hint: k.Hint(), Owner: who.owner(k), Team: who.teams[k.Team], State: state(c, k), Agent: k.Agent != "", Playground: k.Agent == key.Playground,
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
	out := []ui.Fact{
		{Label: "Key", Value: k.Hint(), Mono: true},
		{Label: "Id", Value: k.ID.String(), Mono: true, Copy: true},
		{Label: "Acts as", Value: who.owner(k)},
		{Label: "Team that pays", Value: who.teams[k.Team]},
		{Label: "Models", Value: either(strings.Join(k.Models, ", "), "all that the organization offers")},
		{Label: "Networks", Value: either(networks(k), "any")},
		{Label: "Endpoints", Value: either(k.Endpoints.String(), "all")},
		{Label: "Tags on every request", Value: either(strings.Join(k.Tags, ", "), "none")},
		moment("Expires", c.When(k.ExpiresAt)),
		moment("Last used", c.When(k.LastUsedAt)),
		{Label: "Created", Body: ui.Time(c.When(k.CreatedAt))},
		{Label: "Created by", Value: k.CreatedBy},
	}
	if k.Agent == key.Playground {
		out = append(out, ui.Fact{Label: "Kind", Value: "what its member asks in the playground: it has no secret; disable it to close their playground for this team"})
	} else if k.Agent != "" {
		out = append(out, ui.Fact{Label: "Kind", Value: "the log-in of a coding agent: it has no secret; delete it to log the agent out"})
	}
	if k.Held && !k.DisabledAt.IsZero() {
		out = append(out, ui.Fact{Label: "Disabled by", Value: "somebody else than its member, who cannot enable it again"})
	}
	if k.Old.Until.IsZero() {
		return out
	}
	label := "Old secret stopped"
	if k.Old.Works(c.Now()) {
		label = "Old secret works until"
	}
	return append(out, ui.Fact{Label: label, Body: ui.Time(c.When(k.Old.Until))}, ui.Fact{Label: "Old secret", Value: "bdh_…" + k.Old.Last4, Mono: true})
}

// usedDays is how far back a key's figures go.
const usedDays = 30

// used are a key's figures: what it cost, and how much of what it sent the providers had in their caches.
func (h *Handlers) used(c *web.Context, k key.Key) ([]ui.Fact, error) {
	if h.usage == nil {
		return nil, nil
	}
	t, err := h.usage.Lately(c.Ctx(), c.Actor(), usage.Key, k.ID.String(), usedDays)
	if err != nil {
		return nil, err
	}
	cost, exact := web.Dollars(t.Cost)
	hits := "no input yet"
	if t.Input > 0 {
		hits = fmt.Sprintf("%.1f %% of %d input tokens", 100*float64(t.Cached)/float64(t.Input), t.Input)
	}
	return []ui.Fact{
		{Label: "Cost, last 30 days", Body: ui.Amount(cost, exact)},
		{Label: "From providers' caches, last 30 days", Value: hits},
	}, nil
}

// kept says whether what the key's requests say is kept: who uses it has to know.
func (h *Handlers) kept(c *web.Context, k key.Key) ([]ui.Fact, error) {
	if h.texts == nil || !c.Actor().InTeam(k.Team, org.Viewer) {
		return nil, nil
	}
	days, err := h.texts.Days(c.Ctx(), c.Actor(), k.Team)
	said := "not kept"
	if days > 0 {
		said = "kept for " + web.Plural(int64(days), "day") + ", encrypted"
	}
	return []ui.Fact{{Label: "What its requests say", Value: said, Href: "/transcripts"}}, err
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
