package reportweb

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ranges are the spans of time that the list offers, each with its beginning.
var ranges = []struct {
	name, label string
	from        func(now time.Time, zone *time.Location) time.Time
}{
	{"hour", "Last hour", func(now time.Time, _ *time.Location) time.Time { return now.Add(-time.Hour) }},
	{"today", "Today", func(now time.Time, zone *time.Location) time.Time {
		from, _ := budget.Daily.Window(now, zone)
		return from
	}},
	{"day", "Last 24 hours", func(now time.Time, _ *time.Location) time.Time { return now.Add(-24 * time.Hour) }},
	{"week", "Last 7 days", func(now time.Time, _ *time.Location) time.Time { return now.AddDate(0, 0, -7) }},
	{"month", "This month", func(now time.Time, zone *time.Location) time.Time {
		from, _ := budget.Monthly.Window(now, zone)
		return from
	}},
	{"all", "All that is kept", func(time.Time, *time.Location) time.Time { return time.Time{} }},
	{otherDays, "Chosen days", func(time.Time, *time.Location) time.Time { return time.Time{} }},
}

const defaultRange = "week"

// outcomes are the choices of the status filter.
var outcomes = []struct {
	name, label string
	outcome     report.Outcome
}{
	{"", "Any", report.AnyOutcome},
	{"answered", "Answered", report.Answered},
	{"errors", "Refused or failed", report.Unanswered},
	{"refused", "Refused by a rule", report.Refused},
	{"failed", "Failed at a provider", report.Failed},
}

// list is the page at /requests.
func (h *Handlers) list(c *web.Context) error {
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	reach, err := h.Reports.Reach(c.Actor())
	if err != nil {
		return err
	}
	var choices report.Choices
	if c.Request().Header.Get("HX-Target") != "requests" { // else the filters are on the page already
		if choices, err = h.Reports.Choices(c.Ctx(), c.Actor()); err != nil {
			return err
		}
	}
	q, f, wrong := h.question(c, zone)
	page := views.RequestsPage{
		Shell:  c.Shell("Requests", "requests"),
		Sub:    fmt.Sprintf("Every request of %s, refused ones included. Times are in %s.", reach.Words(), zone),
		Filter: withChoices(f, choices), None: wrong,
	}
	if wrong.Title != "" {
		return c.Render(views.Requests(page))
	}
	found, err := h.Reports.Requests(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	page.Rows = rows(c, found.Requests, zone)
	page.None = nothing(f)
	page.Pager = pager(f, q, found.Next)
	return c.Render(views.Requests(page))
}

// question reads the filters from the URL. What makes no sense is said in place of the list, and nothing is typed twice.
func (h *Handlers) question(c *web.Context, zone *time.Location) (report.Query, views.Filter, ui.EmptyProps) {
	f := views.Filter{
		Range: or(c.QueryParam("range"), defaultRange), Status: c.QueryParam("status"), Key: c.QueryParam("key"),
		From: c.QueryParam("from"), To: c.QueryParam("to"), Client: strings.TrimSpace(c.QueryParam("client")),
		Code: c.QueryParam("code"), Connection: c.QueryParam("connection"), Model: strings.TrimSpace(c.QueryParam("model")), ID: strings.TrimSpace(c.QueryParam("id")),
	}
	if c.QueryParam("range") == "" && f.From+f.To != "" {
		f.Range = otherDays
	}
	f.Active = f.Client != "" || f.Range != defaultRange || f.Status != "" || f.Key != "" || f.Code != "" || c.QueryParam("under")+c.QueryParam("budget") != "" || f.Connection != "" || f.Model != "" || f.ID != ""
	q := report.Query{Model: f.Model, Client: f.Client, Connection: f.Connection, Code: f.Code}
	bad := func(title, text string) (report.Query, views.Filter, ui.EmptyProps) {
		return q, f, ui.EmptyProps{Kind: ui.FilteredOut, Title: title, Text: text, Label: "Clear filters", Href: "/requests"}
	}
	var err error
	if f.ID != "" {
		if q.ID, err = id.ParseRequest(f.ID); err != nil {
			return bad("That is not a request id", "Request ids look like req_01jf0c8x6c9k7h5m2n8p4q6r8s. Every answer carries its own in the x-bodhi-request-id header.")
		}
		return q, f, ui.EmptyProps{} // an id says it all
	}
	if f.Key != "" {
		if q.Key, err = id.ParseKey(f.Key); err != nil {
			return bad("There is no such key", "The link you followed names a key that is not known here.")
		}
	}
	if text := c.QueryParam("under"); text != "" {
		if q.Scope = org.ReadScope(c.Actor().Org, text); q.Scope.IsZero() {
			return bad("There is no such part of the organization", "The link you followed names a team, a member or a tag that is not known here.")
		}
		f.Chips = append(f.Chips, views.Chip{Name: "under", Value: text, Label: spentUnder(q.Scope)})
	}
	if text := c.QueryParam("budget"); text != "" {
		if q.Budget, err = id.ParseBudget(text); err != nil {
			return bad("There is no such budget", "The link you followed names a budget that is not known here.")
		}
		f.Chips = append(f.Chips, views.Chip{Name: "budget", Value: text, Label: "Refused by a budget", Href: "/budgets/" + text})
	}
	if q.After, err = report.ParseCursor(c.QueryParam("after")); err != nil {
		return bad("This page of the list is gone", "Begin at the top again.")
	}
	if f.Range == otherDays {
		if q.From, q.To, err = chosenDays(f.From, f.To, zone); err != nil {
			return bad("These are no days", "Write both as 2026-11-01; the last one is included and lies not before the first.")
		}
	}
	for _, r := range ranges {
		if r.name == f.Range && f.Range != otherDays {
			q.From = r.from(h.Reports.Now(), zone)
		}
	}
	for _, o := range outcomes {
		if o.name == f.Status {
			q.Outcome = o.outcome
		}
	}
	return q, f, ui.EmptyProps{}
}

// chosenDays are the moments that calendar days begin and end at. One day alone is that day.
func chosenDays(first, last string, zone *time.Location) (from, to time.Time, err error) {
	if from, err = time.ParseInLocation(time.DateOnly, or(first, last), zone); err != nil {
		return from, to, err
	}
	if to, err = time.ParseInLocation(time.DateOnly, or(last, first), zone); err != nil {
		return from, to, err
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

func pager(f views.Filter, q report.Query, next report.Cursor) ui.PagerProps {
	narrow := map[string]string{"range": f.Range, "status": f.Status, "code": f.Code, "key": f.Key, "connection": f.Connection, "model": f.Model, "client": f.Client}
	if f.Range == otherDays {
		narrow["from"], narrow["to"] = f.From, f.To
	}
	for _, c := range f.Chips {
		narrow[c.Name] = c.Value
	}
	p := ui.PagerProps{Note: fmt.Sprintf("Newest first, %d a page", report.DefaultLimit)}
	if !q.After.IsZero() {
		p.Newer = listURL(narrow)
	}
	if !next.IsZero() {
		narrow["after"] = next.String()
		p.Older = listURL(narrow)
	}
	return p
}

// refusals are the codes that the list can be narrowed to, in words.
var refusals = []ui.Option{
	{Value: "", Label: "Any"},
	{Value: "budget_exhausted", Label: "Budget used up", Group: "Budgets"},
	{Value: "budget_reserved", Label: "Budget held by others", Group: "Budgets"},
	{Value: "price_unknown", Label: "Price unknown", Group: "Budgets"},
	{Value: "budget_unavailable", Label: "Budget not checkable", Group: "Budgets"},
	{Value: "rate_limited", Label: "Too fast", Group: "Rules"},
	{Value: "model_not_allowed", Label: "Model not allowed", Group: "Rules"},
	{Value: "policy_blocked", Label: "Personal data or secrets", Group: "Rules"},
	{Value: "not_allowed", Label: "Not allowed from there", Group: "Rules"},
	{Value: "model_not_found", Label: "Model not found", Group: "Input"},
	{Value: "invalid_request", Label: "Malformed", Group: "Input"},
	{Value: "body_too_large", Label: "Too large", Group: "Input"},
	{Value: "upstream_failed", Label: "Provider failed", Group: "Providers"},
	{Value: "upstream_timeout", Label: "Provider too slow", Group: "Providers"},
}

// codes are the choices of the filter; one that a link brought along is among them.
func codes(chosen string) []ui.Option {
	for _, o := range refusals {
		if o.Value == chosen {
			return refusals
		}
	}
	return append(slices.Clip(refusals), ui.Option{Value: chosen, Label: chosen, Group: "Other"})
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
