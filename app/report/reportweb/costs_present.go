package reportweb

import (
	"fmt"
	"net/url"
	"time"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// choices are what costs can be divided by: what every organization has, and the tag keys that were used.
func choices(chosen string, keys []string) []ui.Option {
	var out, tags []ui.Option
	for _, d := range divisions {
		o := ui.Option{Value: d.name, Label: d.label, Group: "Who and where"}
		if _, ok := d.by.Tag(); ok {
			o.Group = "Tags"
			tags = append(tags, o)
			continue
		}
		out = append(out, o)
	}
	known := map[string]bool{}
	for _, k := range append(keys, tagOf(chosen)) {
		if k != "" && !known[k] && k != "project" && k != "client" {
			known[k] = true
			tags = append(tags, ui.Option{Value: string(report.ByTag(k)), Label: k, Group: "Tags"})
		}
	}
	return append(out, tags...)
}

func tagOf(name string) string {
	key, _ := report.By(name).Tag()
	return key
}

// months are the ones to choose from, the present one first.
func months(now time.Time, zone *time.Location) []ui.Option {
	y, m, _ := now.In(zone).Date()
	var out []ui.Option
	for i := range costMonths {
		first := time.Date(y, m-time.Month(i), 1, 12, 0, 0, 0, zone)
		out = append(out, ui.Option{Value: first.Format(monthForm), Label: first.Format("January 2006")})
	}
	return append(out, ui.Option{Value: otherDays, Label: "Other days …"})
}

// divide fills the page with an allocation.
func divide(page *views.CostsPage, a report.Allocation, name string, days report.Span) {
	by, label, rest := division(name)
	page.By = label
	page.Span = days.First.Format("2 January") + " to " + days.Last.Format("2 January 2006")
	query := url.Values{"by": {name}, "month": {otherDays}, "from": {page.Filter.From}, "to": {page.Filter.To}}
	page.Export = "/costs.csv?" + query.Encode()
	claimed := report.Totals{}
	for i, l := range a.Lines {
		if i < costLines {
			page.Lines = append(page.Lines, costLine(a, l.Name, l.Totals))
			line := &page.Lines[i]
			line.Href = requestsOf(by, l.ID, page.Filter.Month)
			if line.Label == "" {
				line.Label, line.Sub = "Deleted "+label, l.ID
			}
			if l.Cost > 0 {
				page.Most = max(page.Most, int64(l.Cost))
			}
			continue
		}
		_ = claimed.Add(l.Totals) // a part of a total that was added up already
	}
	if n := len(a.Lines) - costLines; n > 0 {
		more := costLine(a, fmt.Sprintf("%s more", count(int64(n))), claimed)
		more.Sub = "all of them are in the CSV"
		page.Others = append(page.Others, more)
	}
	if a.Rest != (report.Totals{}) {
		line := costLine(a, rest, a.Rest)
		if _, ok := by.Tag(); ok {
			line.Sub = "clients tag requests with the header x-bodhi-tags"
		}
		page.Others = append(page.Others, line)
	}
	page.Most = max(page.Most, int64(a.Rest.Cost), int64(claimed.Cost), 1)
	page.Total = costLine(a, "Total", a.Total)
	page.Figures = costFigures(a, label)
	if a.Total == (report.Totals{}) {
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Icon: "coin", Title: "Nothing was spent in these days", Text: "No request that you may see falls into " + page.Span + ".", Label: "This month by team", Href: "/costs"}
	}
}

func costLine(a report.Allocation, label string, t report.Totals) views.CostLine {
	l := views.CostLine{Label: label, Value: int64(t.Cost), Share: share(int64(t.Cost), int64(a.Total.Cost)), Requests: count(t.Requests),
		Cached: cached(t), CachedOf: fmt.Sprintf("%s of %s input tokens were read from the provider's cache", count(t.Cached), count(t.Input)),
		Tokens: count(t.Input + t.Output), TokensIn: fmt.Sprintf("%s in, %s out", count(t.Input), count(t.Output))}
	l.Cost, l.Exact = web.Dollars(t.Cost)
	return l
}

// cached is the hit rate of the providers' prompt caches; "" without any input.
func cached(t report.Totals) string {
	if t.Input == 0 {
		return ""
	}
	return share(t.Cached, t.Input)
}

func costFigures(a report.Allocation, label string) []ui.StatProps {
	cost := ui.StatProps{Label: "Cost", Unit: "USD", Against: "everything in these days"}
	cost.Value, cost.Exact = web.Dollars(a.Total.Cost)
	claimed := a.Total.Cost - a.Rest.Cost
	allocated := ui.StatProps{Label: "Allocated", Value: share(int64(claimed), int64(a.Total.Cost)), Against: fmt.Sprintf("of the cost, to %s", plural(int64(len(a.Lines)), "line"))}
	requests := ui.StatProps{Label: "Requests", Value: count(a.Total.Requests), Against: fmt.Sprintf("%s failed or were refused", count(a.Total.Errors))}
	tokens := ui.StatProps{Label: "Tokens", Value: count(a.Total.Input + a.Total.Output), Against: fmt.Sprintf("%s in, of which %s from caches, %s out", count(a.Total.Input), share(a.Total.Cached, a.Total.Input), count(a.Total.Output))}
	return []ui.StatProps{cost, allocated, requests, tokens}
}

// requestsOf leads from a line to its requests.
func requestsOf(by report.By, id, month string) string {
	name := "under"
	switch by {
	case report.ByKey, report.ByModel, report.ByConnection:
		name = string(by)
	}
	if key, ok := by.Tag(); ok {
		id = "tag:" + key + "=" + id
	}
	span := "all"
	if month == "" {
		span = "month"
	}
	return listURL(map[string]string{name: id, "range": span})
}
