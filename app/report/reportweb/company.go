package reportweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	mostMovers = 6
	topRows    = 8
)

// company fills the overview of whoever answers for more than their own requests: an organization, or teams of it.
func (o *overview) company(page *views.HomePage) error {
	page.Company = &views.Company{Spans: o.spanTabs(), Parts: o.partTabs(), Span: spans[o.span].label, Part: parts[o.part].label, Zone: o.zone.String(),
		CostsByTeam: o.costs("team"), CostsByModel: o.costs("model")}
	for _, fill := range []func(*overview, *views.Company) error{companySpend, companyMovers, companyTeams, companyModels, companyBudgets, companyAdvice} {
		if err := fill(o, page.Company); err != nil {
			return err
		}
	}
	return nil
}

func companySpend(o *overview, p *views.Company) (err error) {
	if p.Chart, err = o.spendChart(); err != nil {
		return err
	}
	p.Heat, err = o.heat()
	return err
}

// companyFigures are the six cards on top.
func (o *overview) companyFigures() ([]ui.StatProps, error) {
	all, err := o.whole()
	if err != nil {
		return nil, err
	}
	series, err := o.daily(0, 1)
	if err != nil {
		return nil, err
	}
	people, err := o.whole(usage.Member)
	if err != nil {
		return nil, err
	}
	next, last, err := o.outlook()
	if err != nil {
		return nil, err
	}
	saved, err := o.saved()
	if err != nil {
		return nil, err
	}
	words, requests := spans[o.span].words, listURL(o.narrow())
	spend := ui.StatProps{Label: "Spend", Unit: "USD", Spark: spark(series, func(t usage.Totals) int64 { return int64(t.Cost) }), Href: usageweb.URLOf("/costs", o.narrow())}
	spend.Value, spend.Exact = web.Dollars(all.Total.Cost)
	change(&spend, int64(all.Total.Cost), int64(all.Before.Cost), usd(all.Before.Cost), "in "+words)

	forecast := ui.StatProps{Label: o.now.In(o.zone).Format("January") + " will come to", Unit: "USD", Against: "too few days with spend to say", Value: "–"}
	if next.Known {
		forecast.Value, forecast.Exact = web.Dollars(next.Total)
		change(&forecast, int64(next.Total), int64(last), usd(last), "last month")
		forecast.Hint = fmt.Sprintf("This month so far, and the average of the last %d days for each day that is left.", next.Days)
	}

	count1 := ui.StatProps{Label: "Requests", Value: count(all.Total.Requests), Spark: spark(series, func(t usage.Totals) int64 { return t.Requests }), Href: requests}
	change(&count1, all.Total.Requests, all.Before.Requests, count(all.Before.Requests), "in "+words)

	now, before := active(people)
	users := ui.StatProps{Label: "Active people", Value: count(now), Href: o.costs("member")}
	change(&users, now, before, count(before), "in "+words)

	return []ui.StatProps{spend, forecast, count1, users, success(all, o.narrow()), saved}, nil
}

// success is the share of requests that were answered of those that reached a provider: our own refusals are decisions.
func success(all usage.Result, narrow map[string]string) ui.StatProps {
	t := all.Total
	asked := t.Requests - t.Refused
	p := ui.StatProps{Label: "Success rate", Value: share(t.Answered(), asked), Href: listURL(merge(map[string]string{"status": "errors"}, narrow)),
		Against: fmt.Sprintf("%s failed, %s refused by rules", count(t.Failed), count(t.Refused))}
	if asked == 0 {
		p.Value = "–"
	}
	return p
}

// saved is what caches saved: input that providers read from their caches costs less.
func (o *overview) saved() (ui.StatProps, error) {
	r, err := o.whole(usage.Connection, usage.Model)
	if err != nil {
		return ui.StatProps{}, err
	}
	s, _, _, err := o.h.Pricing.Saved(o.c.Ctx(), o.c.Actor(), r)
	if err != nil {
		return ui.StatProps{}, err
	}
	p := ui.StatProps{Label: "Saved by caches", Unit: "USD", Against: share(r.Total.Cached, r.Total.Input) + " of input was cached by providers", Href: usageweb.URLOf("/savings", o.narrow()),
		Hint: "Input that providers read from their prompt caches, at today's difference between its price and that of new input."}
	p.Value, p.Exact = web.Dollars(s.Saved)
	switch {
	case s.Unknown > 0 && s.Priced == 0:
		p.Value, p.Exact, p.Unit = "unknown", "", ""
		p.Against += "; no price is known"
	case s.Unknown > 0:
		p.Against += "; no price is known for " + share(s.Unknown, s.Unknown+s.Priced) + " of it"
	}
	return p, nil
}

// active counts people with requests, in the span and before it.
func active(r usage.Result) (now, before int64) {
	for _, row := range r.Rows {
		if row.Others || len(row.Values) == 0 || row.Values[0].ID == "" {
			continue
		}
		if row.Requests > 0 {
			now++
		}
		if row.Before.Requests > 0 {
			before++
		}
	}
	return now, before
}

func spark(r usage.Result, value func(usage.Totals) int64) []int64 {
	out := make([]int64, len(r.Steps))
	for i := range r.Steps {
		out[i] = value(usageweb.StepOf(r, i))
	}
	return out
}

// costs is the page of costs by something, in the span.
func (o *overview) costs(by string) string {
	return usageweb.URLOf("/costs", merge(map[string]string{"by": by}, o.narrow()))
}

// narrow is the span as filters of the list of requests.
func (o *overview) narrow() map[string]string {
	return usageweb.Days(o.day(1-spans[o.span].days), o.now, o.zone)
}
