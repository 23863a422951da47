package reportweb

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
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
	rd, err := h.reading(c)
	if err != nil {
		return err
	}
	reach, err := h.Reports.Reach(c.Actor())
	if err != nil {
		return err
	}
	mine, err := h.Reports.Views(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	f := filterOf(c.QueryParams())
	page := views.RequestsPage{
		Shell: c.Shell("Requests", "requests"),
		Sub:   fmt.Sprintf("Every request of %s, refused ones included. Times are in %s.", reach.Words(), rd.zone),
		Views: named(mine.Named, f.Query), Columns: columns(mine.Columns), Hidden: hidden(mine.Columns),
	}
	if page.Shared, page.Teams, err = h.shared(c, f.Query); err != nil {
		return err
	}
	if c.Part() != "requests" { // else the filters are on the page already
		choices, err := h.Reports.Choices(c.Ctx(), c.Actor())
		if err != nil {
			return err
		}
		f = withChoices(f, choices)
	}
	page.Filter = f
	q, err := rd.query(c.QueryParams())
	if err != nil {
		if page.None, err = senseless(err); err != nil {
			return err
		}
		return c.Render(views.Requests(page))
	}
	found, err := h.Reports.Requests(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	page.Rows = rows(c, found.Requests, rd.zone)
	page.None = nothing(f)
	page.Pager, page.Oldest = pager(f, q, found.Next), q.Oldest
	page.Turn = turned(f, q.Oldest)
	if !q.Oldest && q.After.IsZero() && q.ID.IsZero() && q.To.IsZero() {
		page.Live = strings.Replace(listAt(f, "", ""), "/requests", "/requests/live", 1)
	}
	page.CSV, page.JSON = exportURL(f, "csv"), exportURL(f, "json")
	return c.Render(views.Requests(page))
}

// reading is how this organization's URLs are read.
func (h *Handlers) reading(c *web.Context) (reading, error) {
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	return reading{org: c.Actor().Org, zone: zone, now: h.Reports.Now(), always: defaultRange}, err
}

// senseless says in place of a list why its filters make no sense; an error that is nobody's typing stays one.
func senseless(err error) (ui.EmptyProps, error) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return ui.EmptyProps{}, err
	}
	title, known := wrongFilters[f.Field]
	if !known {
		title = "This filter makes no sense"
	}
	return ui.EmptyProps{Kind: ui.FilteredOut, Title: title, Text: f.Public, Label: "Clear filters", Href: "/requests"}, nil
}

// wrongFilters are titles for what is commonly wrong, by parameter.
var wrongFilters = map[string]string{
	"id": "That is not a request id", "key": "There is no such key", "after": "This page of the list is gone", "from": "These are no days", "to": "These are no days",
}

// filterOf fills the form with what the URL says, whether it makes sense or not: nothing is typed twice.
func filterOf(values url.Values) views.Filter {
	get := func(name string) string { // what no field can show is a chip
		if v := strings.TrimSpace(values.Get(name)); v != none {
			return v
		}
		return ""
	}
	f := views.Filter{
		Range: or(get("range"), defaultRange), Status: or(get("status"), get("outcome")), Key: get("key"), From: get("from"), To: get("to"), Client: get("client"),
		Code: get("code"), Connection: get("connection"), Model: get("model"), ID: get("id"), Asked: get("asked"), Endpoint: get("endpoint"), Cache: get("cache"),
		Tag: get("tag"), HTTP: get("http"), MinCost: get("min_cost"), MaxCost: get("max_cost"), MinSeconds: get("min_seconds"), MaxSeconds: get("max_seconds"), Order: get("order"),
	}
	if get("range") == "" && f.From+f.To != "" {
		f.Range = otherDays
	}
	narrow := kept(values)
	f.Query = narrow.Encode()
	narrow.Del("order")
	f.Active = len(narrow) > 0
	f.More = f.Asked+f.Endpoint+f.Cache+f.Tag+f.HTTP+f.MinCost+f.MaxCost+f.MinSeconds+f.MaxSeconds != ""
	f.Chips = chips(narrow)
	return f
}

// inputs are the parameters that the form has a field for, of which it shows the first value.
var inputs = []string{"range", "from", "to", "status", "outcome", "code", "http", "key", "connection", "client", "model", "id", "asked", "endpoint", "cache", "tag", "min_cost", "max_cost", "min_seconds", "max_seconds"}

func pager(f views.Filter, q report.Query, next report.Cursor) ui.PagerProps {
	p := ui.PagerProps{Note: fmt.Sprintf("Newest first, %d a page", report.DefaultLimit)}
	if q.Oldest {
		p.Note, p.NewerLabel, p.OlderLabel = fmt.Sprintf("Oldest first, %d a page", report.DefaultLimit), "Oldest", "Newer"
	}
	if !q.After.IsZero() {
		p.Newer = listAt(f, "", "")
	}
	if !next.IsZero() {
		p.Older = listAt(f, "after", next.String())
	}
	return p
}

// listAt is the same list with one parameter more.
func listAt(f views.Filter, name, value string) string {
	v, _ := url.ParseQuery(f.Query) // kept made it
	if name != "" {
		v.Set(name, value)
	}
	if len(v) == 0 {
		return "/requests"
	}
	return "/requests?" + v.Encode()
}

// turned is the list in the other order.
func turned(f views.Filter, oldest bool) string {
	if oldest {
		v, _ := url.ParseQuery(f.Query)
		v.Del("order")
		return strings.TrimSuffix("/requests?"+v.Encode(), "?")
	}
	return listAt(f, "order", "oldest")
}

func exportURL(f views.Filter, format string) string {
	v, _ := url.ParseQuery(f.Query)
	v.Set("format", format)
	return "/requests/export?" + v.Encode()
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

// endpoints and caches are what lists can be narrowed to, in words.
var (
	endpoints = []ui.Option{{Value: "", Label: "Any"}, {Value: string(llm.Chat), Label: "Chat, messages, responses"}, {Value: string(llm.Completions), Label: "Legacy completions"},
		{Value: string(llm.Embeddings), Label: "Embeddings"}, {Value: string(llm.CountTokens), Label: "Counting tokens"}, {Value: string(llm.MakeImages), Label: "Making images"},
		{Value: string(llm.EditImages), Label: "Editing images"}, {Value: string(llm.Transcribe), Label: "Transcription"}, {Value: string(llm.Interpret), Label: "Translation of speech"},
		{Value: string(llm.Speak), Label: "Speech"}, {Value: string(llm.Moderate), Label: "Moderation"}, {Value: string(llm.UploadFile), Label: "Uploading files"}}
	caches = []ui.Option{{Value: "", Label: "Any"}, {Value: "hit", Label: "Hit"}, {Value: "semantic", Label: "Semantic hit"}, {Value: "miss", Label: "Miss"}, {Value: "bypass", Label: "Bypassed"}}
)
