package identityweb

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Tree) person(c *web.Context) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	page, err := h.personPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.Person(page))
}

func (h *Tree) personPage(c *web.Context, which id.Member) (views.PersonPage, error) {
	m, err := h.People.Member(c.Ctx(), c.Actor(), which)
	if err != nil {
		return views.PersonPage{}, err
	}
	n, err := h.nodes(c)
	if err != nil {
		return views.PersonPage{}, err
	}
	page := views.PersonPage{Shell: c.Shell(m.Name, "people"), Name: m.Name, Status: memberStatus(m)}
	month, err := h.Reports.Month(c.Ctx(), c.Actor(), usage.Member, m.ID.String())
	if err != nil {
		return page, err
	}
	short, exact := web.Dollars(month.Cost)
	page.Facts = []ui.Fact{{Label: "E-mail", Value: m.Email, Copy: true}, {Label: "Id", Value: m.ID.String(), Mono: true, Copy: true},
		{Label: "Spent this month", Value: short + ", " + requests(month.Requests), Title: exact}, {Label: "Since", Body: ui.Time(c.When(m.CreatedAt))}}
	if m.ID != c.Actor().Member && m.Status() != org.RemovedMember && c.Actor().Role.AtLeast(org.Lead) && c.Actor().MayLimit(org.OfMember(m.Org, m.ID), org.Place{Teams: m.Teams, Owner: m.ID}) == nil {
		page.Facts = append(page.Facts, ui.Fact{Label: "Budget", Value: "Set one", Href: "/budgets/new?scope=" + m.ID.String()},
			ui.Fact{Label: "Rate limit", Value: "Set one", Href: "/limits/new?scope=" + m.ID.String()})
	}
	page.Roles = roleRows(c, n, m)
	if c.Actor().Role == org.Admin && m.Status() != org.RemovedMember {
		page.Facts = append(page.Facts, ui.Fact{Label: "Log-in", Value: "Sessions and second factor", Href: memberPath(m.ID)})
	}
	if m.Status() != org.RemovedMember {
		page.Give, page.Move = giveForm(c, n, m), moveForm(c, n, m)
	}
	if page.Keys, page.MoreKeys, err = h.keyRows(c, n, key.Query{Of: org.OfMember(m.Org, m.ID)}, m.Name); err != nil {
		return page, err
	}
	return page, h.endings(c, &page, m)
}

// endings are what can be done about a person, with what breaks by it.
func (h *Tree) endings(c *web.Context, page *views.PersonPage, m org.Member) error {
	if m.ID == c.Actor().Member || m.Status() == org.RemovedMember || identity.MayEnd(c.Actor(), m) != nil {
		return nil
	}
	f, err := h.People.Footprint(c.Ctx(), c.Actor(), m.ID)
	if err != nil {
		return err
	}
	page.Facts = append(page.Facts, ui.Fact{Label: "Logged in", Value: plural(f.Sessions, "browser", "browsers")}, ui.Fact{Label: "Management tokens", Value: fmt.Sprint(f.Tokens)})
	breaks := fmt.Sprintf("Within a second %s and %s made by them are refused, and %s logged out.", plural(f.Keys, "key", "keys"),
		plural(f.Tokens, "management token", "management tokens"), plural(f.Sessions, "browser is", "browsers are"))
	action := peoplePath + "/" + m.ID.String()
	if m.Status() == org.DisabledMember {
		page.Enable = action + "/enable"
	} else {
		page.Acts = append(page.Acts, ui.ConfirmProps{Label: "Disable", Icon: "player-pause", Title: "Disable " + m.Name + "?",
			Text: breaks + " What they asked for is withdrawn. Enabling them brings keys and tokens back.", Action: action + "/disable", Button: "Disable", Kind: ui.Destructive})
	}
	page.Acts = append(page.Acts, ui.ConfirmProps{Label: "Remove", Icon: "user-off", Title: "Remove " + m.Name + " for good?",
		Text: breaks + " What they spent stays in the books. Should they come back, they are a new member.", Action: action + "/remove", Button: "Remove", Kind: ui.Destructive})
	return nil
}

func roleRows(c *web.Context, n *nodes, m org.Member) []views.RoleRow {
	var out []views.RoleRow
	reader := c.Actor()
	for _, a := range identity.Known(reader, m) {
		r := views.RoleRow{Role: a.Role.Title(), Where: n.names[a.At]}
		switch a.At.Kind() {
		case org.TeamScope:
			r.Href, r.Home = teamsPath+"/"+a.At.String(), len(m.Teams) > 1 && a.At == org.OfTeam(m.Org, m.Teams[0])
		case org.DepartmentScope:
			r.Href = departmentsPath + "/" + a.At.String()
		}
		if m.ID != reader.Member && reader.MayAssign(a) == nil && m.Status() != org.RemovedMember {
			r.Take = &ui.ConfirmProps{Label: "Take away", Small: true, Title: "Take this role away?", Action: peoplePath + "/" + m.ID.String() + "/roles/take",
				Text: "Their keys in a team they no longer belong to are refused until they are back.", Button: "Take away", Kind: ui.Destructive, Name: "at", Value: a.At.String()}
		}
		out = append(out, r)
	}
	return out
}

// keyRows are the newest of the keys that a query leaves, of those the reader sees, and where there are more of them:
// the page of keys, with a search for whose they are. "" means that these are all.
func (h *Tree) keyRows(c *web.Context, n *nodes, q key.Query, whose string) (_ []views.KeyRow, more string, _ error) {
	q.Limit = maxKeys
	found, err := h.Keys.Find(c.Ctx(), c.Actor(), q)
	if err != nil {
		return nil, "", err
	}
	if !found.Next.IsZero() {
		more = "/keys?" + url.Values{"q": {whose}}.Encode()
	}
	var out []views.KeyRow
	for _, k := range found.Keys {
		r := views.KeyRow{Name: k.Name, Href: "/keys/" + k.ID.String(), Owner: k.Account, Team: n.team(k.Org, k.Team), Status: ui.StatusProps{Tone: ui.Good, Label: "Active"}}
		if r.Owner == "" {
			r.Owner = "a person"
		}
		if s := k.Status(c.Now()); s != "active" {
			r.Status = ui.StatusProps{Tone: ui.Neutral, Label: strings.ToUpper(s[:1]) + s[1:]}
		}
		out = append(out, r)
	}
	return out, more, nil
}

// maxKeys is how many keys the page of a team, a person or a service account lists; the rest are on the page of keys.
const maxKeys = 50

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func requests(n int64) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}
