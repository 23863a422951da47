package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Places are the nodes of an organization that a form can put a rule on: a budget, a rate limit, a policy.
type Places struct {
	People PlacePeople
	Keys   PlaceKeys
	// Pools offers the pools of teams too.
	Pools bool
	// Reading offers what the actor sees; else where they may set a limit.
	Reading bool
	// May replaces that: where else a rule of another kind may sit.
	May func(a org.Actor, s org.Scope, p org.Place) bool
}

// PlacePeople are the people and the tree that an actor knows. *identity.Service implements it.
type PlacePeople interface {
	Departments(ctx context.Context, actor org.Actor) ([]org.Department, error)
	Teams(ctx context.Context, actor org.Actor) ([]org.Team, error)
	FindMembers(ctx context.Context, actor org.Actor, q org.MemberQuery) (identity.MemberPage, error)
	Member(ctx context.Context, actor org.Actor, m id.Member) (org.Member, error)
}

// PlaceKeys are the keys that an actor knows. *key.Service implements it.
type PlaceKeys interface {
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
	Get(ctx context.Context, actor org.Actor, k id.Key) (key.Key, error)
}

// mostPlaces is how many of a kind are offered at once. Nobody reads a longer list; there is a search for the others.
const mostPlaces = 50

// Sought is what the form says that its reader looks for, and whether it was sent for that and not to be done: the text is
// another one than the places were found for, or the button beside it was pressed.
func (c *Context) Sought() (text string, searching bool) {
	text = strings.TrimSpace(c.FormValue("find"))
	return text, c.FormValue("look") != "" || text != strings.TrimSpace(c.FormValue("found"))
}

// Typed reports whether a page is asked for with a form's fields in its URL, as the search of a form does, to be shown again.
func (c *Context) Typed() bool { return c.QueryParams().Has("found") }

// Pick is the field that chooses a place: those that hold the search in their name, or the first of each kind, where the
// actor may set a limit. chosen, if it is one of the organization's, stays offered until there is something else to choose.
func (p Places) Pick(c *Context, chosen string) (ui.PickProps, error) {
	text, _ := c.Sought()
	l := &placeList{actor: c.Actor(), search: strings.ToLower(text), reading: p.Reading, allowed: p.May, mayAny: p.Reading || c.Actor().Role.AtLeast(org.Lead)}
	teams, err := p.gather(c, l, text)
	if err != nil {
		return ui.PickProps{}, err
	}
	out := ui.PickProps{Name: "scope", Label: "Where", Required: true, Value: chosen, Options: l.options, Search: text, Searchable: l.cut || text != ""}
	there := slices.ContainsFunc(l.options, func(o ui.Option) bool { return o.Value == chosen })
	scope := org.ReadScope(l.actor.Org, chosen)
	switch {
	case there || scope.IsZero():
	case text != "" && len(l.options) > 0:
		out.Value = ""
	default: // the service says whether it is theirs
		out.Options = append(out.Options, ui.Option{Value: chosen, Label: p.named(c, scope, teams), Group: "Asked for"})
	}
	if text != "" && len(l.options) == 0 {
		out.Nothing = fmt.Sprintf("Nothing that you may choose has “%s” in its name.", text)
	}
	return out, nil
}

// placeList collects the options of one kind after the other.
type placeList struct {
	actor   org.Actor
	search  string
	reading bool
	mayAny  bool
	allowed func(a org.Actor, s org.Scope, p org.Place) bool
	options []ui.Option
	group   string
	count   int
	cut     bool
}

func (l *placeList) add(group, label string, s org.Scope, p org.Place) {
	if !strings.Contains(strings.ToLower(label), l.search) || !l.may(s, p) {
		return
	}
	if group != l.group {
		l.group, l.count = group, 0
	}
	switch l.count++; {
	case l.count <= mostPlaces:
		l.options = append(l.options, ui.Option{Group: group, Label: label, Value: s.String()})
	case l.count == mostPlaces+1:
		l.more(group)
	}
}

// may says whether a place is offered. A department is known to whoever is handed it: those that are not are not listed.
func (l *placeList) may(s org.Scope, p org.Place) bool {
	if l.allowed != nil {
		return l.allowed(l.actor, s, p)
	}
	if l.reading {
		return s.Kind() == org.DepartmentScope || l.actor.Sees(s, p)
	}
	return l.mayAny && l.actor.MayLimit(s, p) == nil
}

// more says that a kind goes on.
func (l *placeList) more(group string) {
	l.cut = true
	l.options = append(l.options, ui.Option{Group: group, Label: "… and more: search for them", Disabled: true})
}

func (p Places) gather(c *Context, l *placeList, text string) ([]org.Team, error) {
	ctx, actor := c.Ctx(), c.Actor()
	departments, err := p.People.Departments(ctx, actor)
	if err != nil {
		return nil, err
	}
	teams, err := p.People.Teams(ctx, actor)
	if err != nil {
		return nil, err
	}
	people, err := p.People.FindMembers(ctx, actor, org.MemberQuery{Search: text, Limit: mostPlaces})
	if fault.Is(err, fault.Invalid) { // too long to be in any name
		people, err = identity.MemberPage{}, nil
	}
	if err != nil {
		return nil, err
	}
	keys, err := p.Keys.Find(ctx, actor, key.Query{Search: text, Limit: mostPlaces})
	if fault.Is(err, fault.Invalid) {
		keys, err = key.Page{}, nil
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(teams, func(a, b org.Team) int { return strings.Compare(a.Name, b.Name) })
	l.add("Organization", c.Organization().Name, org.OfOrg(actor.Org), org.Place{})
	for _, d := range departments {
		l.add("Departments", d.Name, org.OfDepartment(actor.Org, d.ID), org.Place{})
	}
	l.teams(teams, p.Pools)
	for _, m := range people.Members {
		l.found("Members", person(m), org.OfMember(actor.Org, m.ID), org.Place{Teams: m.Teams, Owner: m.ID})
	}
	if !people.Next.ID.IsZero() && l.mayAny {
		l.more("Members")
	}
	for _, k := range keys.Keys {
		l.found("Keys", keyName(k, teams), org.OfKey(actor.Org, k.ID), org.Place{Teams: []id.Team{k.Team}, Owner: k.Member})
	}
	if !keys.Next.IsZero() && l.mayAny {
		l.more("Keys")
	}
	return teams, nil
}

func (l *placeList) teams(teams []org.Team, pools bool) {
	group := "Teams"
	if pools {
		group = "Teams, everything in them"
	}
	for _, t := range teams {
		l.add(group, t.Name, org.OfTeam(l.actor.Org, t.ID), org.Place{Teams: []id.Team{t.ID}})
	}
	for _, t := range teams {
		if pools {
			l.add("Team pools: keys of no person", "Pool of "+t.Name, org.OfPool(l.actor.Org, t.ID), org.Place{Teams: []id.Team{t.ID}})
		}
	}
}

// found adds what a query has found already, by its own idea of a match.
func (l *placeList) found(group, label string, s org.Scope, p org.Place) {
	search := l.search
	l.search = ""
	l.add(group, label, s, p)
	l.search = search
}
