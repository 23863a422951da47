package reportweb

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (o *overview) spanTabs() []ui.Tab {
	var out []ui.Tab
	for i, s := range spans {
		out = append(out, ui.Tab{Label: s.label, Href: o.link(s.name, parts[o.part].name), Active: i == o.span})
	}
	return out
}

func (o *overview) partTabs() []ui.Tab {
	var out []ui.Tab
	for i, p := range parts {
		out = append(out, ui.Tab{Label: p.label, Href: o.link(spans[o.span].name, p.name) + "#spend", Active: i == o.part})
	}
	return out
}

// outlook is where this month is heading, and what the last one came to.
func (o *overview) outlook() (out report.Outlook, last money.USD, err error) {
	const recent = 14 // whole weeks, so that weekends count as often as they come
	from, to := budget.Monthly.Window(o.now, o.zone)
	before, _ := budget.Monthly.Window(from.Add(-time.Nanosecond), o.zone)
	month, err := o.ask(usage.Query{From: from, To: o.now})
	if err != nil {
		return out, 0, err
	}
	gone, err := o.ask(usage.Query{From: before, To: from})
	if err != nil {
		return out, 0, err
	}
	days, err := o.ask(usage.Query{From: o.day(-recent), To: o.day(0), Grain: usage.Day})
	if err != nil {
		return out, 0, err
	}
	var spent []money.USD
	for i := range days.Steps {
		spent = append(spent, usageweb.StepOf(days, i).Cost)
	}
	return report.Foresee(month.Total.Cost, spent, to.Sub(o.now)), gone.Total.Cost, nil
}

// spendChart is spend per day, split by the chosen dimension, over as many days before.
func (o *overview) spendChart() (ui.SeriesProps, error) {
	const layers = 5
	this, err := o.daily(0, layers, parts[o.part].dim)
	if err != nil {
		return ui.SeriesProps{}, err
	}
	earlier, err := o.daily(1, 1)
	if err != nil {
		return ui.SeriesProps{}, err
	}
	return usageweb.Stacked(this, earlier, parts[o.part].dim, spans[o.span].words, o.zone), nil
}

// heat is when in the week money is spent, over the last four weeks.
func (o *overview) heat() (ui.HeatProps, error) {
	const weeks = 4
	r, err := o.ask(usage.Query{From: o.now.AddDate(0, 0, -7*weeks), To: o.now, Grain: usage.Hour})
	if err != nil {
		return ui.HeatProps{}, err
	}
	return usageweb.WeekMap(r, o.zone), nil
}
