package reportweb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// mine is the page at /me: what binds the person who looks, what they used, what they asked for.
func (h *Handlers) mine(c *web.Context) error { return h.minePage(c, "/me", "me") }

func (h *Handlers) minePage(c *web.Context, path, active string) error {
	me := c.Actor().Member
	if me.IsZero() {
		return report.Missing()
	}
	o := h.newOverview(c, path, usage.Filter{Dim: usage.Member, Values: []string{me.String()}})
	page := views.MinePage{Shell: c.Shell("My usage", active), Title: greeting(c), Spans: o.spanTabs(), Span: spans[o.span].label,
		Sub: fmt.Sprintf("What your own keys do. Days begin at midnight in %s.", o.zone)}
	o.ahead(nil, []usage.Dim{usage.Key})
	for _, fill := range []func(*overview, *views.MinePage) error{mineFigures, mineLimits, mineKeys, mineAsks, mineLast, keptTexts} {
		if err := fill(o, &page); err != nil {
			return err
		}
	}
	return c.Render(views.Mine(page))
}

// greeting uses the first name: this page is about a person.
func greeting(c *web.Context) string {
	name, _, _ := strings.Cut(c.Member().Name, " ")
	if name == "" {
		return "Your usage"
	}
	return "Hello, " + name
}

func mineFigures(o *overview, p *views.MinePage) (err error) {
	all, err := o.whole()
	if err != nil {
		return err
	}
	if p.Chart, err = o.spendChart(); err != nil {
		return err
	}
	series, err := o.daily(0, 1)
	if err != nil {
		return err
	}
	words, narrow := spans[o.span].words, merge(map[string]string{"under": "member:" + o.c.Actor().Member.String()}, o.narrow())
	spend := ui.StatProps{Label: "You spent", Unit: "USD", Spark: spark(series, func(t usage.Totals) int64 { return int64(t.Cost) }), Href: listURL(narrow)}
	spend.Value, spend.Exact = web.Dollars(all.Total.Cost)
	change(&spend, int64(all.Total.Cost), int64(all.Before.Cost), usd(all.Before.Cost), "in "+words)
	asked := ui.StatProps{Label: "Requests", Value: count(all.Total.Requests), Spark: spark(series, func(t usage.Totals) int64 { return t.Requests }), Href: listURL(narrow)}
	change(&asked, all.Total.Requests, all.Before.Requests, count(all.Before.Requests), "in "+words)
	cached := ui.StatProps{Label: "Cached input", Value: share(all.Total.Cached, all.Total.Input), Against: "of " + plural(all.Total.Input, "input token") + " read from providers' caches"}
	p.Figures = []ui.StatProps{spend, asked, success(all, narrow), cached}
	return nil
}

// nearly is from how many percent on a limit is worth asking for more of.
const nearly = 80

// mineLimits are the budgets and rate limits above one's requests, by how much of them is gone.
func mineLimits(o *overview, p *views.MinePage) error {
	actor := o.c.Actor()
	all, err := o.h.Budgets.List(o.c.Ctx(), actor)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(e budget.Entry) bool { return !e.Binds(actor.Member, actor.Teams) })
	forecasts, err := o.h.Budgets.Forecasts(o.c.Ctx(), actor, all)
	if err != nil {
		return err
	}
	rates, err := o.h.Limits.List(o.c.Ctx(), actor)
	if err != nil {
		return err
	}
	type used struct {
		percent int64
		views.Binding
	}
	var list []used
	for _, e := range all {
		list = append(list, used{gone(e), budgetBinding(o.c, e, forecasts[e.ID])})
	}
	for _, e := range rates {
		if e.Binds(actor.Member, actor.Teams) {
			list = append(list, used{percent(e.Standing.Used, e.Standing.Amount), limitBinding(e)})
		}
	}
	slices.SortStableFunc(list, func(a, b used) int { return cmp.Compare(b.percent, a.percent) })
	for _, u := range list {
		p.Limits = append(p.Limits, u.Binding)
	}
	return nil
}

var scopeIcons = map[org.ScopeKind]string{org.OrgScope: "building", org.DepartmentScope: "users-group", org.TeamScope: "users", org.MemberScope: "user", org.KeyScope: "key"}

var atLimit = map[budget.Enforcement]string{budget.Soft: "warns", budget.Throttle: "slows you down", budget.Downgrade: "a cheaper model answers"}

func budgetBinding(c *web.Context, e budget.Entry, f budget.Forecast) views.Binding {
	s := e.Standing
	b := views.Binding{Icon: scopeIcons[e.Scope.Kind()], Label: e.Label, Kind: string(e.Period) + ", " + or(atLimit[e.Enforce], "blocks"), Href: "/budgets/" + e.ID.String()}
	b.Bar = ui.ProgressProps{Label: "Budget of " + e.Label, Text: amount(e.Measure, s.Spent) + " of " + amount(e.Measure, s.Limit), Value: int64(max(0, s.Spent+s.Held)), Max: int64(s.Limit)}
	if s.Held > 0 {
		b.Bar.Text += ", " + amount(e.Measure, s.Held) + " held"
	}
	if !s.ResetsAt.IsZero() {
		b.Bar.Note = "resets " + c.When(s.ResetsAt).Text
	}
	if f.Known {
		b.Note, b.Tight = "heading for "+amount(e.Measure, f.Total), f.Total > s.Limit
	}
	if b.Tight || gone(e) >= nearly {
		b.Ask = "/budgets/" + e.ID.String() + "/ask"
	}
	return b
}

func limitBinding(e limit.Entry) views.Binding {
	s := e.Standing
	b := views.Binding{Icon: "gauge", Label: e.Label, Kind: limit.Per(e.Window), Href: "/limits/" + e.ID.String()}
	if e.Model != "" {
		b.Label += ", model " + e.Model
	}
	b.Bar = ui.ProgressProps{Label: "Rate limit of " + b.Label, Text: e.Unit.Count(max(0, s.Used)) + " of " + e.Unit.Count(s.Amount), Value: max(0, s.Used), Max: max(1, s.Amount)}
	if percent(s.Used, s.Amount) >= nearly {
		b.Ask = "/limits/" + e.ID.String() + "/ask"
	}
	return b
}

const mostKeys = 10

// mineKeys are one's keys with what each of them spent.
func mineKeys(o *overview, p *views.MinePage) error {
	found, err := o.h.Keys.Find(o.c.Ctx(), o.c.Actor(), key.Query{Of: org.OfMember(o.c.Actor().Org, o.c.Actor().Member), Limit: 5 * mostKeys}) // sessions among them, which are left out
	if err != nil {
		return err
	}
	r, err := o.whole(usage.Key)
	if err != nil {
		return err
	}
	spent := map[string]usage.Totals{}
	for _, row := range r.Rows {
		if !row.Others && len(row.Values) > 0 {
			spent[row.Values[0].ID] = row.Totals
		}
	}
	for _, k := range found.Keys {
		if k.Agent != "" || len(p.Keys) == mostKeys {
			continue
		}
		t := spent[k.ID.String()]
		m := views.MyKey{Name: k.Name, Href: "/keys/" + k.ID.String(), Secret: k.Hint(), State: keyState(k, o), Used: o.c.When(k.LastUsedAt), Requests: plural(t.Requests, "request")}
		m.Cost, m.Exact = web.Dollars(t.Cost)
		p.Keys = append(p.Keys, m)
	}
	return nil
}

// keyState says what is wrong with a key; a good one needs no words.
func keyState(k key.Key, o *overview) ui.StatusProps {
	switch s := k.Status(o.now); s {
	case "active":
		return ui.StatusProps{}
	default:
		return ui.StatusProps{Tone: ui.Warn, Icon: "ban", Label: s}
	}
}

func mineLast(o *overview, p *views.MinePage) error {
	q := report.Query{Limit: lastRequests, Scope: org.OfMember(o.c.Actor().Org, o.c.Actor().Member)}
	found, err := o.h.Reports.Requests(o.c.Ctx(), o.c.Actor(), q)
	if err != nil {
		return err
	}
	p.Last = rows(o.c, found.Requests, o.zone)
	return nil
}
