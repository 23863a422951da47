package usageweb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// People are the people and the teams that an actor knows. *identity.Service implements it.
type People interface {
	FindMembers(ctx context.Context, actor org.Actor, q org.MemberQuery) (identity.MemberPage, error)
	ActiveMembers(ctx context.Context, actor org.Actor) ([]id.Member, error)
	Team(ctx context.Context, actor org.Actor, t id.Team) (org.Team, error)
}

// Keys are the keys that an actor knows. *key.Service implements it.
type Keys interface {
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
	Count(ctx context.Context, actor org.Actor) (key.Counts, error)
}

const (
	peoplePath = "/people/usage"
	peopleRows = 100
	idleShown  = 12
)

// people is the page at /people/usage: who uses what, and who and which keys use nothing.
func (h *Handlers) people(c *web.Context) error {
	a, err := h.ask(c, peoplePath, monthly)
	if a == nil {
		return err
	}
	a.query.By, a.query.Compare = []usage.Dim{usage.Member}, usage.Previous
	page := views.PeoplePage{Page: h.frame(a, "Who uses what", "usage_people", fmt.Sprintf("People and keys of %s, by what they asked.", a.reach.Words()))}
	if err == nil {
		err = h.fillPeople(a, &page)
	}
	if wrong, ok := web.Refused(err); ok {
		page.None = unclear(wrong, peoplePath)
	} else if err != nil {
		return err
	}
	return c.Render(views.People(page))
}

func (h *Handlers) fillPeople(a *asked, page *views.PeoplePage) error {
	if err := h.fillForm(a, &page.Page, nil); err != nil {
		return err
	}
	all, err := h.query(a, func(q *usage.Query) { q.Top, q.Nameless = usage.MaxTop, true })
	if err != nil {
		return err
	}
	shown := all // of thousands only those that the table shows get their names
	shown.Rows = all.Rows[:min(peopleRows, len(all.Rows))]
	var clients, models map[string]string
	var g errgroup.Group // what is left is asked side by side
	g.Go(func() error { return h.Usage.Name(a.c.Ctx(), a.c.Actor(), &shown) })
	g.Go(func() (err error) { clients, err = h.favourites(a, shown.Rows, usage.Client); return err })
	g.Go(func() (err error) { models, err = h.favourites(a, shown.Rows, usage.Model); return err })
	if len(a.query.Where) == 0 { // who asked nothing under a filter is not idle
		g.Go(func() error { return h.idlePeople(a, all, page) })
		g.Go(func() error { return h.idleKeys(a, page) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	now, before := active(all)
	page.Span = a.words()
	page.Table = peopleTable(a, all, clients, models)
	page.Figures = peopleFigures(a, all, now, before)
	page.Exports = exportsOf(a)[:2]
	return nil
}

// recent is how long before the end of the page's span favourites go back: a quarter of ten thousand people by model are tens
// of megabytes of sums, and what somebody mostly uses is what they mostly use now.
const recent = 7 * 24 * time.Hour

// favourites are what each of some people spent most on in a dimension of late.
func (h *Handlers) favourites(a *asked, people []usage.Row, d usage.Dim) (map[string]string, error) {
	only := usage.Filter{Dim: usage.Member}
	for _, row := range people {
		if !row.Others {
			only.Values = append(only.Values, row.Values[0].ID)
		}
	}
	if len(only.Values) == 0 || len(a.query.Where) >= usage.MaxFilters {
		return nil, nil
	}
	r, err := h.query(a, func(q *usage.Query) {
		q.By, q.Compare, q.Top, q.Nameless = []usage.Dim{usage.Member, d}, usage.NoComparison, usage.MaxTop, true
		q.Where = narrowed(q.Where, only) // they passed the page's own filter
		if from := q.To.Add(-recent); from.After(q.From) {
			q.From = from
		}
	})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, row := range r.Rows { // the most expensive first
		if !row.Others && row.Values[1].ID != "" && out[row.Values[0].ID] == "" {
			out[row.Values[0].ID] = Label(row, 1, d)
		}
	}
	return out, nil
}

// clients and models say what each person spent most with and on, by their id.
func peopleTable(a *asked, r usage.Result, clients, models map[string]string) views.Table {
	mostly := func(favourites map[string]string) func(usage.Row) views.Cell {
		return func(row usage.Row) views.Cell { return views.Cell{Text: favourites[row.Values[0].ID]} }
	}
	t := rank(a, r, peopleRows, mostly(clients), mostly(models))
	t.Columns = append(t.Columns, ui.Column{Label: "Mostly with", Wide: true, Title: "The app that most was spent through in the last 7 days of these"}, ui.Column{Label: "Mostly on", Wide: true, Title: "The model that most was spent on in the last 7 days of these"})
	return t
}

func peopleFigures(a *asked, r usage.Result, now, before int64) []ui.StatProps {
	people := ui.StatProps{Label: "Active people", Value: web.Count(now), Hint: "People whose keys sent a request."}
	held(a, r, &people, now, before, web.Count)
	each1 := ui.StatProps{Label: "Spend per person", Value: "–", Unit: "USD", Hint: "Of those who sent a request; without service accounts."}
	var mine, theirs usage.Totals
	for _, row := range r.Rows {
		if !row.Others && row.Values[0].ID != "" {
			_, _ = mine.Add(row.Totals), theirs.Add(row.Before) // parts of totals that were added up already
		}
	}
	if now > 0 {
		per := each(mine.Cost, now)
		each1.Value, each1.Exact = web.Dollars(per)
		held(a, r, &each1, int64(per), int64(each(theirs.Cost, before)), dollars)
	}
	return []ui.StatProps{people, each1, moneyFigure(a, "Spend", r, nil), countFigure(a, r, nil)}
}

// idlePeople are those who could have asked and did not.
func (h *Handlers) idlePeople(a *asked, r usage.Result, page *views.PeoplePage) error {
	asked := map[string]bool{}
	for _, row := range r.Rows {
		if !row.Others && row.Requests > 0 {
			asked[row.Values[0].ID] = true
		}
	}
	active, err := h.People.ActiveMembers(a.c.Ctx(), a.c.Actor())
	if err != nil {
		return err
	}
	idle := slices.DeleteFunc(slices.Clone(active), func(m id.Member) bool { return asked[m.String()] })
	shown := idle[:min(idleShown, len(idle))] // of thousands only those that are shown get their names
	if len(shown) > 0 {
		p, err := h.People.FindMembers(a.c.Ctx(), a.c.Actor(), org.MemberQuery{IDs: shown, Limit: idleShown})
		if err != nil {
			return err
		}
		for _, m := range p.Members {
			page.IdlePeople = append(page.IdlePeople, views.Idle{Label: cmp.Or(m.Name, m.Email), Sub: m.Email, Href: "/people/" + m.ID.String()})
		}
	}
	page.IdlePeopleSaid = fmt.Sprintf("%s of %s sent nothing in these days", web.Count(int64(len(idle))), web.Plural(int64(len(active)), "active member"))
	page.MorePeople = len(idle) - len(shown)
	return nil
}

// idleKeys are those that lie unused for a month, whatever days the page is about.
func (h *Handlers) idleKeys(a *asked, page *views.PeoplePage) error {
	n, err := h.Keys.Count(a.c.Ctx(), a.c.Actor())
	if err != nil {
		return err
	}
	found, err := h.Keys.Find(a.c.Ctx(), a.c.Actor(), key.Query{IdleSince: a.now.Add(-key.Idle), Limit: idleShown})
	if err != nil {
		return err
	}
	for _, k := range found.Keys {
		sub := k.Hint() + ", never used"
		if !k.LastUsedAt.IsZero() {
			sub = k.Hint() + ", last used " + a.c.When(k.LastUsedAt).Text
		}
		page.IdleKeys = append(page.IdleKeys, views.Idle{Label: k.Name, Sub: sub, Href: "/keys/" + k.ID.String()})
	}
	page.IdleKeysSaid = fmt.Sprintf("%s of %s lie unused for 30 days", web.Count(int64(n.Idle)), web.Plural(int64(n.All), "key"))
	page.MoreKeys = max(0, n.Idle-len(page.IdleKeys))
	return nil
}
