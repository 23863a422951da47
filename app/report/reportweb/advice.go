package reportweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// What advice needs before it is given. All of it is computed from the organization's own figures.
const (
	leastFailed   = 10 // failures of one connection
	failedPercent = 3
	risePercent   = 50 // of a team's spend
	leastRise     = 5 * money.Dollar
	mostAdvice    = 5
)

// companyAdvice says what is worth a look, most pressing first.
func companyAdvice(o *overview, p *views.Company) error {
	for _, find := range []func(*overview) ([]views.Advice, error){tightBudgets, failing, unlimited, rising, idleKeys} {
		found, err := find(o)
		if err != nil {
			return err
		}
		p.Advice = append(p.Advice, found...)
	}
	p.Advice = p.Advice[:min(mostAdvice, len(p.Advice))]
	return nil
}

// tightBudgets will run out before their period ends.
func tightBudgets(o *overview) ([]views.Advice, error) {
	list, forecasts, err := o.limits()
	if err != nil {
		return nil, err
	}
	var out []views.Advice
	for _, e := range list {
		f := forecasts[e.ID]
		if !f.Known || f.RunsOut.IsZero() || e.Standing.Limit <= 0 {
			continue
		}
		a := views.Advice{Tone: ui.Warn, Icon: "trending-up", Title: "The budget of " + e.Label + " will run out " + o.c.When(f.RunsOut).Text, Href: "/budgets/" + e.ID.String(), Link: "Budget"}
		if e.Standing.Left <= 0 {
			a.Tone, a.Icon, a.Title = ui.Bad, "ban", "The budget of "+e.Label+" is used up"
		}
		a.Text = "It is heading for " + amount(e.Measure, f.Total) + " of " + amount(e.Measure, e.Standing.Limit) + "."
		out = append(out, a)
	}
	return out, nil
}

func amount(m ledger.Measure, n ledger.Units) string {
	if m == ledger.Money {
		return usd(n)
	}
	return budget.Amount(m, n)
}

// failing are connections that fail often.
func failing(o *overview) ([]views.Advice, error) {
	r, err := o.whole(usage.Connection)
	if err != nil {
		return nil, err
	}
	var out []views.Advice
	for _, row := range r.Rows {
		if row.Others || row.Values[0].ID == "" || row.Failed < leastFailed || row.Failed*100 < failedPercent*row.Requests {
			continue
		}
		name := usageweb.Label(row, 0, usage.Connection)
		out = append(out, views.Advice{Tone: ui.Bad, Icon: "plug-connected", Title: fmt.Sprintf("%s of the requests to %s failed", share(row.Failed, row.Requests), name),
			Text: plural(row.Failed, "failure") + " in " + spans[o.span].label + ". A second target or retries would have answered some of them.",
			Href: listURL(merge(map[string]string{"status": "failed", "connection": row.Values[0].ID}, o.narrow())), Link: "Failures"})
	}
	return out, nil
}

// unlimited are teams that spend without a budget of their own.
func unlimited(o *overview) ([]views.Advice, error) {
	if !o.c.Actor().Everywhere(org.Admin) {
		return nil, nil
	}
	r, err := o.whole(usage.Team)
	if err != nil {
		return nil, err
	}
	list, _, err := o.limits()
	if err != nil {
		return nil, err
	}
	limited := map[string]bool{}
	for _, e := range list {
		if e.Scope.Kind() == org.TeamScope {
			limited[e.Scope.Node()] = true
		}
	}
	var free []string
	var sum money.USD
	for _, row := range r.Rows {
		if row.Others || row.Values[0].ID == "" || row.Cost <= 0 {
			continue
		}
		if node, err := usage.Team.Node(row.Values[0].ID); err == nil && !limited[node] {
			free, sum = append(free, usageweb.Label(row, 0, usage.Team)), sum+row.Cost
		}
	}
	if len(free) == 0 {
		return nil, nil
	}
	return []views.Advice{{Tone: ui.Info, Icon: "wallet", Title: plural(int64(len(free)), "team") + " spent without a budget of their own",
		Text: listing(free, 3) + ": " + usd(sum) + " in " + spans[o.span].label + ". Only the limits above them bind.", Href: "/budgets/new", Link: "Set a budget"}}, nil
}

func listing(list []string, most int) string {
	switch n := len(list); {
	case n == 1:
		return list[0]
	case n <= most:
		return join(list[:n-1]) + " and " + list[n-1]
	default:
		return join(list[:most]) + fmt.Sprintf(" and %d more", n-most)
	}
}

func join(list []string) string {
	out := list[0]
	for _, s := range list[1:] {
		out += ", " + s
	}
	return out
}

// rising are teams that spend much more than before.
func rising(o *overview) ([]views.Advice, error) {
	r, err := o.whole(usage.Team)
	if err != nil {
		return nil, err
	}
	var out []views.Advice
	for _, row := range r.Rows {
		more := row.Cost - row.Before.Cost
		if row.Others || row.Before.Cost <= 0 || more < leastRise || percent(int64(more), int64(row.Before.Cost)) < risePercent {
			continue
		}
		out = append(out, views.Advice{Tone: ui.Info, Icon: "trending-up", Title: usageweb.Label(row, 0, usage.Team) + " spends " + web.Than(int64(row.Cost), int64(row.Before.Cost)) + " before",
			Text: usd(row.Cost) + " against " + usd(row.Before.Cost) + " in " + spans[o.span].words + ".", Href: usageweb.RequestsOf(row, 0, usage.Team, o.narrow()), Link: "Its requests"})
	}
	return out, nil
}

// idleKeys are keys that nobody used for a month: each is a risk for nothing.
func idleKeys(o *overview) ([]views.Advice, error) {
	n, err := o.h.Keys.Count(o.c.Ctx(), o.c.Actor())
	if err != nil || n.Idle == 0 {
		return nil, err
	}
	title, them := "One key lies unused", "it"
	if n.Idle > 1 {
		title, them = count(int64(n.Idle))+" keys lie unused", "them"
	}
	return []views.Advice{{Tone: ui.Neutral, Icon: "key", Title: title, Text: "Nobody used " + them + " for 30 days. What nobody needs can only be lost.", Href: "/keys?unused=yes", Link: "Unused keys"}}, nil
}
