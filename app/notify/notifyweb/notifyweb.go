// Package notifyweb is the inbox in the dashboard and in the management API.
package notifyweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/notify"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Handlers answer for the inbox.
type Handlers struct{ inbox *notify.Service }

// New makes the handlers.
func New(inbox *notify.Service) *Handlers { return &Handlers{inbox} }

const (
	root = "/inbox"
	own  = "none: it only marks what the reader has seen of their own inbox"
)

// Routes are the room's URLs. Everybody has an inbox, and sees no other.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "inbox"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "inbox.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodPost, Path: root + "/read", Name: "inbox.read_all", Guard: web.Person, Floor: org.Viewer, Audit: own, Handle: h.readAll},
		{Method: http.MethodPost, Path: root + "/:id/read", Name: "inbox.read", Guard: web.Person, Floor: org.Viewer, Audit: own, Handle: h.read},

		{Method: http.MethodGet, Path: api, Name: "api.inbox.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: noticeList{},
			Query: []web.Parameter{{Name: "unread", Does: "Only what was not read yet.", Values: []string{"true", "false"}}}},
		{Method: http.MethodPost, Path: api + "/read", Name: "api.inbox.read_all", Does: "Mark everything in one's inbox as read.", Guard: web.Token, Floor: org.Viewer, Audit: own,
			Handle: h.apiReadAll, In: web.None{}, Out: readJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/read", Name: "api.inbox.read", Does: "Mark a line of one's inbox as read.", Guard: web.Token, Floor: org.Viewer, Audit: own,
			Handle: h.apiRead, In: web.None{}, Out: noticeJSON{}},
	}
}

// icons are how kinds look.
var icons = map[notify.Kind]string{
	notify.Asked: "hourglass", notify.Decided: "check", notify.Budget: "wallet", notify.Away: "alert-triangle", notify.Back: "circle-check", notify.Expiring: "key",
	notify.Forecast: "trending-up", notify.Escalated: "alert-triangle", notify.Anomaly: "trending-up", notify.Misused: "shield-lock",
	notify.SignIn: "login", notify.Repriced: "coin", notify.Billed: "receipt", notify.Concluded: "flask", notify.Undone: "arrow-back-up", notify.Batched: "stack-2",
}

func (h *Handlers) list(c *web.Context) error {
	q := notify.Query{UnreadOnly: c.QueryParam("show") == "unread"}
	q.Before, _ = id.ParseNotice(c.QueryParam("before")) // what is none begins at the top
	found, more, err := h.inbox.List(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	p := views.Page{Shell: c.Shell("Inbox", "inbox"), Back: c.Request().URL.RequestURI(), Tabs: []ui.Tab{{Label: "All", Href: root, Active: !q.UnreadOnly}, {Label: "Unread", Href: root + "?show=unread", Active: q.UnreadOnly}}}
	if p.Unread, err = h.inbox.Unread(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	p.None = ui.EmptyProps{Kind: ui.NeverAny, Icon: "bell", Title: "Nothing yet",
		Text: "You read here when somebody needs your decision or has decided about you, when a budget of yours runs low, when a key of yours is about to stop, and, as an admin, when a provider is away."}
	here := root
	if q.UnreadOnly {
		here += "?show=unread"
		p.None = ui.EmptyProps{Kind: ui.FilteredOut, Icon: "check", Title: "All read", Text: "There is nothing new for you.", Label: "Show everything", Href: root}
	}
	if !q.Before.IsZero() {
		p.Pager.Newer = here
	}
	if more {
		p.Pager.Older = root + "?before=" + found[len(found)-1].ID.String()
		if q.UnreadOnly {
			p.Pager.Older += "&show=unread"
		}
	}
	p.Pager.Note = "Newest first. Lines are kept for 90 days."
	for _, n := range found {
		p.Items = append(p.Items, views.Item{ID: n.ID.String(), Icon: icons[n.Kind], Title: n.Title, At: c.When(n.At), Unread: n.ReadAt.IsZero(), Read: root + "/" + n.ID.String() + "/read"})
	}
	return c.Render(views.Inbox(p))
}

// read marks a line and, with the button "Open", leads to what it is about.
func (h *Handlers) read(c *web.Context) error {
	which, err := noticeID(c)
	if err != nil {
		return err
	}
	n, err := h.inbox.Read(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	if c.FormValue("open") != "" {
		return c.See(web.Local(n.Href, root))
	}
	return c.See(web.Local(c.FormValue("back"), root))
}

func (h *Handlers) readAll(c *web.Context) error {
	if _, err := h.inbox.ReadAll(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	return c.See(web.Local(c.FormValue("back"), root))
}

func noticeID(c *web.Context) (id.Notice, error) {
	return web.Param(c, "id", id.ParseNotice, error(notify.Missing()))
}
