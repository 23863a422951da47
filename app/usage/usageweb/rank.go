package usageweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// rank is the largest values of a dimension against as much time before: a short table that leads into the costs. more are cells that
// follow, whose columns the caller adds.
func rank(a *asked, r usage.Result, most int, more ...func(usage.Row) views.Cell) views.Table {
	dim := r.Query.By[0]
	t := views.Table{Caption: "Spend by " + dimLabel(dim), Columns: []ui.Column{{Label: dimLabel(dim)}, {Label: "Share"}, {Label: "Cost (USD)", Numeric: true},
		{Label: "Change", Numeric: true, Title: "Against as much time before"}, {Label: "Requests", Numeric: true}}}
	var rest usage.Totals
	folded := 0
	for i, row := range r.Rows {
		if i >= most || row.Others {
			folded += max(row.Folded, 1)
			_ = rest.Add(row.Totals) // a part of a total that was added up already
			continue
		}
		if row.Totals == (usage.Totals{}) && row.Before == (usage.Totals{}) {
			continue
		}
		one := rankRow(a, r, row)
		for _, cell := range more {
			one.Cells = append(one.Cells, cell(row))
		}
		t.Rows = append(t.Rows, one)
	}
	if rest != (usage.Totals{}) {
		soft := rankRow(a, r, usage.Row{Others: true, Folded: folded, Totals: rest, Before: rest})
		soft.Soft = true
		soft.Cells = append(soft.Cells, make([]views.Cell, len(more))...)
		t.Rows = append(t.Rows, soft)
	}
	return t
}

func rankRow(a *asked, r usage.Result, row usage.Row) views.Row {
	dim := r.Query.By[0]
	name, requests := views.Cell{Text: Label(row, 0, dim)}, views.Cell{Text: web.Count(row.Requests), Title: fmt.Sprintf("%s failed, %s refused by rules", web.Count(row.Failed), web.Count(row.Refused))}
	if !row.Others {
		only := usage.Filter{Dim: dim, Values: []string{row.Values[0].ID}}
		b := *a
		b.path, b.usual = costsPath, monthly
		name.Href = b.into(dim, row.Values[0].ID, nil)
		if row.Requests > 0 {
			requests.Href = a.requests(only)
		}
	}
	cost := views.Cell{}
	cost.Text, cost.Title = web.Dollars(row.Cost)
	share := views.Cell{Text: web.Share(max(0, int64(row.Cost)), int64(max(0, r.Total.Cost))), Bar: int64(max(0, row.Cost)), Whole: int64(max(1, r.Total.Cost))}
	return views.Row{Cells: []views.Cell{name, share, cost, change(int64(row.Cost), int64(row.Before.Cost)), requests}}
}

// moneyFigure is a figure of spend with its change and its course.
func moneyFigure(a *asked, label string, r usage.Result, drawn []usage.Totals) ui.StatProps {
	p := ui.StatProps{Label: label, Unit: "USD", Href: a.requests()}
	p.Value, p.Exact = web.Dollars(r.Total.Cost)
	for _, s := range drawn {
		p.Spark = append(p.Spark, int64(s.Cost))
	}
	held(a, r, &p, int64(r.Total.Cost), int64(r.Before.Cost), dollars)
	return p
}

// countFigure is a figure of requests with its change and its course.
func countFigure(a *asked, r usage.Result, drawn []usage.Totals) ui.StatProps {
	p := ui.StatProps{Label: "Requests", Value: web.Count(r.Total.Requests), Href: a.requests()}
	for _, s := range drawn {
		p.Spark = append(p.Spark, s.Requests)
	}
	held(a, r, &p, r.Total.Requests, r.Before.Requests, web.Count)
	return p
}

// active counts the values of the first dimension with requests, now and in the time before.
func active(r usage.Result) (now, before int64) {
	for _, row := range r.Rows {
		if row.Others || row.Values[0].ID == "" {
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

// each is what one of n costs; 0 for none.
func each(cost money.USD, n int64) money.USD {
	if n == 0 {
		return 0
	}
	return cost / money.USD(n)
}
