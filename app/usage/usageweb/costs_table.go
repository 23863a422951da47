package usageweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// costTable is the rows, what is below them, and the total they make.
func costTable(a *asked, r usage.Result, page *views.CostsPage) {
	by := r.Query.By
	page.By = dimLabel(by[0])
	columns := []ui.Column{{Label: dimLabel(by[0])}}
	if len(by) > 1 {
		page.By += " and " + dimLabel(by[1])
		columns = append(columns, ui.Column{Label: dimLabel(by[1])})
	}
	columns = append(columns, ui.Column{Label: "Share of the cost"}, ui.Column{Label: "Cost (USD)", Numeric: true})
	if r.Query.Compare != usage.NoComparison {
		page.Compared = "Change against as much time before: " + dates(r.Compared.From, r.Compared.To, a.zone)
		columns = append(columns, ui.Column{Label: "Change", Numeric: true, Title: page.Compared})
	}
	page.Table = views.Table{Caption: "Costs by " + page.By, Columns: append(columns, ui.Column{Label: "Requests", Numeric: true}, ui.Column{Label: "Tokens", Numeric: true},
		ui.Column{Label: "Per request", Numeric: true, Wide: true, Title: "Cost of one request that was sent to a provider"},
		ui.Column{Label: "Cached input", Numeric: true, Wide: true, Title: "Input tokens that were read from the providers' prompt caches"})}
	var most money.USD = 1
	for _, row := range r.Rows {
		most = max(most, row.Cost)
	}
	for _, row := range r.Rows {
		page.Table.Rows = append(page.Table.Rows, costRow(a, r, row, most))
		if row.Folded > 0 {
			page.Note = fmt.Sprintf("The table shows the first %d; every row is in the files.", costRows)
		}
		for i, d := range by {
			if key, tag := d.Tag(); tag && !row.Others && row.Values[i].ID == "" {
				page.Note = fmt.Sprintf("Clients tag requests with the header x-bodhi-tags: %s=name.", key)
			}
		}
	}
	total := usage.Row{Totals: r.Total, Before: r.Before}
	last := costRow(a, r, total, most)
	last.Total, last.Cells[0].Text = true, "Total"
	page.Table.Rows = append(page.Table.Rows, last)
}

// costRow is one row: names lead deeper, requests to their list.
func costRow(a *asked, r usage.Result, row usage.Row, most money.USD) views.Row {
	out := views.Row{Soft: row.Others}
	var where []usage.Filter
	for i, d := range r.Query.By {
		c := views.Cell{Text: Label(row, i, d)}
		switch {
		case row.Others || len(row.Values) == 0:
			if i > 0 {
				c.Text = ""
			}
		default:
			where = append(where, usage.Filter{Dim: d, Values: []string{row.Values[i].ID}})
			c.Href, c.Title = a.into(d, row.Values[i].ID, without(r.Query.By, i)), "Look into it"
		}
		out.Cells = append(out.Cells, c)
	}
	share := views.Cell{Text: web.Share(max(0, int64(row.Cost)), int64(max(r.Total.Cost, 0))), Bar: int64(max(row.Cost, 0)), Whole: int64(most)}
	if len(row.Values) == 0 && !row.Others {
		share.Whole = 0
	}
	cost := views.Cell{}
	cost.Text, cost.Title = web.Dollars(row.Cost)
	out.Cells = append(out.Cells, share, cost)
	if r.Query.Compare != usage.NoComparison {
		out.Cells = append(out.Cells, change(int64(row.Cost), int64(row.Before.Cost)))
	}
	requests := views.Cell{Text: web.Count(row.Requests), Title: fmt.Sprintf("%s failed, %s refused by rules", web.Count(row.Failed), web.Count(row.Refused))}
	if !row.Others && row.Requests > 0 {
		requests.Href = a.requests(where...)
	}
	each, cached := views.Cell{}, views.Cell{}
	if n := row.Requests - row.Refused; n > 0 {
		each.Text, each.Title = web.Dollars(row.Cost / money.USD(n))
	}
	if row.Input > 0 {
		cached.Text = web.Share(row.Cached, row.Input)
	}
	out.Cells = append(out.Cells, requests, views.Cell{Text: web.Count(row.Tokens()), Title: fmt.Sprintf("%s in, %s out", web.Count(row.Input), web.Count(row.Output))}, each, cached)
	return out
}

// change is how a figure moved; an empty cell where it did not.
func change(now, before int64) views.Cell {
	if now == before {
		return views.Cell{}
	}
	return views.Cell{Text: web.Growth(now, before), Trend: true, Up: now > before, Tone: ui.Neutral}
}

// without is a division less its dimension i.
func without(by []usage.Dim, i int) []usage.Dim {
	var out []usage.Dim
	for j, d := range by {
		if j != i {
			out = append(out, d)
		}
	}
	return out
}
