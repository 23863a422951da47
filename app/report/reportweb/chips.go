package reportweb

import (
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// chips are the filters that links brought and no field shows; the form sends them along.
func chips(values url.Values) (out []views.Chip) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list := values[name]
		if slices.Contains(inputs, name) && list[0] != none {
			list = list[1:]
		}
		for _, v := range list {
			out = append(out, chip(name, v))
		}
	}
	return out
}

func chip(name, value string) views.Chip {
	c := views.Chip{Name: name, Value: value, Label: name + ": " + value}
	tag, isTag := usage.Dim(name).Tag()
	if value == none {
		c.Label = "No " + name
		switch {
		case isTag:
			c.Label = "Not tagged with a " + tag
		case name == string(report.AnsweredColumn):
			c.Label = "No model answered"
		case name == string(report.FoundColumn):
			c.Label = "No such model"
		}
		return c
	}
	switch {
	case name == string(report.AnsweredColumn):
		c.Label = "Answered by " + value
	case name == string(report.FoundColumn):
		c.Label = "Asked for " + value
	case isTag:
		c.Label = "Tagged " + tag + "=" + value
	case name == "budget":
		c.Label, c.Href = "Refused by a budget", "/budgets/"+value
	case name == "under":
		if s := org.ReadScope(id.Org{}, value); !s.IsZero() {
			c.Label = spentUnder(s)
		}
	case usage.Dim(name).Entity(): // names are not looked up: the rows show them
		c.Label = "One " + name
	}
	return c
}

// chosenDays are the moments that calendar days begin and end at. One day alone is that day.
func chosenDays(first, last string, zone *time.Location) (from, to time.Time, err error) {
	from, err = time.ParseInLocation(time.DateOnly, or(first, last), zone)
	to, err2 := time.ParseInLocation(time.DateOnly, or(last, first), zone)
	if err != nil || err2 != nil {
		return from, to, fault.Field("from", "Write days as 2026-11-01 and moments as 2026-11-01T09:00:00Z; the last day is included.")
	}
	if to.Before(from) || from.Year() < 2000 || to.Year() > 2200 {
		return from, to, fault.Field("to", "The last day lies before the first.")
	}
	from, _ = budget.Daily.Window(from.Add(12*time.Hour), zone)
	_, to = budget.Daily.Window(to.Add(12*time.Hour), zone)
	return from.UTC(), to.UTC(), nil
}

func withChoices(f views.Filter, choices report.Choices) views.Filter {
	for _, r := range ranges {
		f.Ranges = append(f.Ranges, ui.Option{Value: r.name, Label: r.label})
	}
	for _, o := range outcomes {
		f.Statuses = append(f.Statuses, ui.Option{Value: o.name, Label: o.label})
	}
	for _, m := range choices.Models {
		f.Models = append(f.Models, m.Name)
	}
	f.Codes = codes(f.Code)
	f.Endpoints, f.Caches = endpoints, caches
	f.Keys = options("Any key", choices.Keys)
	f.Connections = options("Any", choices.Connections)
	return f
}

func options(all string, choices []report.Choice) []ui.Option {
	if len(choices) == 0 {
		return nil
	}
	out := []ui.Option{{Value: "", Label: all}}
	for _, c := range choices {
		out = append(out, ui.Option{Value: c.ID, Label: c.Name})
	}
	return out
}

func nothing(f views.Filter) ui.EmptyProps {
	if f.Active {
		return ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nothing matches", Text: "No request that you may see fits these filters.", Label: "Clear filters", Href: "/requests"}
	}
	return ui.EmptyProps{Kind: ui.NeverAny, Icon: "activity", Title: "No requests yet", Text: "Nothing was sent in the last 7 days with a key that you may see.", Label: "How to send one", Href: "/"}
}

// spentUnder says what a list is narrowed to. Names are not looked up: the rows show them.
func spentUnder(s org.Scope) string {
	switch s.Kind() {
	case org.TagScope:
		return "Tagged " + s.Node()
	case org.PoolScope:
		return "One team's pool"
	case org.OrgScope:
		return "The whole organization"
	}
	return "One " + string(s.Kind())
}
