package auditweb

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/audit"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// pageSize is how many entries a page has.
const pageSize = 50

func (h *Handlers) list(c *web.Context) error {
	page, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(views.List(page))
}

// page is the list as its URL asks for it.
func (h *Handlers) page(c *web.Context) (views.ListPage, error) {
	admin := c.Actor().Role == org.Admin
	page := views.ListPage{Shell: c.Shell("Audit log", "audit"), Admin: admin, Zone: c.Zone().String(), Filter: typed(c), None: ui.EmptyProps{Kind: ui.NeverAny, Icon: "history", Title: "Nothing yet",
		Text: "What people, tokens and jobs change in your organization is written down here."}}
	if !admin {
		page.None.Text = "What you change is written down here. Organization admins see everybody's changes."
	}
	if page.Filter.Active {
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "No entry matches", Text: "Widen the time or take a filter away.", Label: "Clear filters", Href: root}
	}
	if admin {
		days, err := h.log.Retention(c.Ctx(), c.Actor())
		if err != nil {
			return page, err
		}
		page.KeepDays = strconv.Itoa(days)
	}
	q, err := asked(c, c.Zone())
	if err != nil {
		f := fault.From(err)
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "That cannot be searched for", Text: f.Public, Label: "Clear filters", Href: root}
		return page, nil
	}
	q.Before, _ = strconv.ParseInt(c.QueryParam("before"), 10, 64) // what is no number begins at the top
	q.Limit = pageSize + 1
	found, err := h.log.Search(c.Ctx(), c.Actor(), q)
	if err != nil {
		return page, err
	}
	with := c.QueryParams()
	with.Del("before")
	if q.Before > 0 {
		page.Pager.Newer = link(root, with)
	}
	if len(found) > pageSize {
		found = found[:pageSize]
		older := clone(with)
		older.Set("before", strconv.FormatInt(found[pageSize-1].Seq, 10))
		page.Pager.Older = link(root, older)
	}
	page.Pager.Note = fmt.Sprintf("Newest first, %d a page", pageSize)
	for _, r := range found {
		page.Rows = append(page.Rows, row(c, r))
	}
	csv, jsonl := clone(with), clone(with)
	csv.Set("format", "csv")
	jsonl.Set("format", "jsonl")
	page.CSV, page.JSONL = link(root+"/export", csv), link(root+"/export", jsonl)
	return page, nil
}

func clone(v url.Values) url.Values {
	out := url.Values{}
	for name, values := range v {
		if len(values) > 0 && values[0] != "" {
			out.Set(name, values[0])
		}
	}
	return out
}

func link(path string, v url.Values) string {
	if query := clone(v).Encode(); query != "" {
		return path + "?" + query
	}
	return path
}

func typed(c *web.Context) views.Filter {
	f := views.Filter{Actor: c.QueryParam("actor"), Action: c.QueryParam("action"), Target: c.QueryParam("target"), Via: c.QueryParam("via"),
		From: c.QueryParam("from"), To: c.QueryParam("to"), Text: c.QueryParam("text"), Doors: []ui.Option{{Value: "", Label: "Any"}}}
	f.Active = f.Actor+f.Action+f.Target+f.Via+f.From+f.To+f.Text != ""
	for _, d := range org.Doors {
		f.Doors = append(f.Doors, ui.Option{Value: string(d), Label: door(d)})
	}
	return f
}

// door is the name of a door in words.
func door(v org.Via) string {
	switch v {
	case org.ViaWeb:
		return "Dashboard"
	case org.ViaAPI:
		return "API"
	case org.ViaCLI:
		return "Command line"
	case org.ViaSCIM:
		return "Directory (SCIM)"
	case org.ViaMail:
		return "Link in a mail"
	case org.ViaOperator:
		return "Operator console"
	case org.ViaJob:
		return "Installation"
	}
	return ""
}

func row(c *web.Context, r audit.Record) views.Row {
	thing, what, _ := strings.Cut(r.Action, ".")
	return views.Row{ID: r.ID.String(), At: c.When(r.At), Actor: r.Actor, Role: role(r), Action: sentence(thing, what), Word: r.Action,
		Target: r.TargetName, TargetID: r.Target, Via: door(r.Via), Changes: len(r.Changes()), IP: r.IP}
}

// sentence is an action for people: "key.created" is "Key created".
func sentence(thing, what string) string {
	text := strings.ReplaceAll(thing+" "+what, "_", " ")
	return strings.ToUpper(text[:1]) + text[1:]
}

func (h *Handlers) show(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParseAudit, error(audit.Missing()))
	if err != nil {
		return err
	}
	r, err := h.log.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	page := views.ShowPage{Shell: c.Shell("Audit entry", "audit"), Row: row(c, r)}
	when := c.When(r.At)
	page.Facts = []ui.Fact{
		{Label: "When", Value: when.Full, Title: when.ISO}, {Label: "Who", Value: r.Actor}, {Label: "Role then", Value: role(r)}, {Label: "Via", Value: door(r.Via)},
		{Label: "Action", Value: r.Action, Mono: true}, {Label: "Target", Value: r.TargetName}, {Label: "Target id", Value: r.Target, Mono: true, Copy: true},
		{Label: "Address", Value: r.IP, Mono: true}, {Label: "Program", Value: r.UserAgent}, {Label: "Request id", Value: r.RequestID, Mono: true, Copy: true},
		{Label: "Entry", Value: "No. " + strconv.FormatInt(r.Seq, 10)}, {Label: "Entry id", Value: r.ID.String(), Mono: true, Copy: true},
	}
	for _, x := range r.Changes() {
		page.Changes = append(page.Changes, views.Change{Field: x.Field, Before: plain(x.Before), After: plain(x.After)})
	}
	return c.Render(views.Show(page))
}

func role(r audit.Record) string {
	if r.Role == "" {
		return ""
	}
	return r.Role.Title()
}

// plain is a JSON value as people read it: text without quotes.
func plain(value string) string {
	if text, err := strconv.Unquote(value); err == nil {
		return text
	}
	return value
}

// retain sets how long entries are kept. A refusal shows the list again with what was typed.
func (h *Handlers) retain(c *web.Context) error {
	text := strings.TrimSpace(c.FormValue("keep_days"))
	days, err := strconv.Atoi(text)
	if err != nil {
		days = -1
	}
	err = h.log.SetRetention(c.Ctx(), c.Actor(), days)
	if r, ok := web.Refused(err); ok {
		page, err := h.page(c)
		if err != nil {
			return err
		}
		page.KeepDays, page.KeepError = text, r.Fields["keep_days"]
		return c.Invalid(views.List(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. Older entries go with the next nightly run.")
	return c.See(root)
}
