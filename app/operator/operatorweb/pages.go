// Package operatorweb serves the operator console under /operator, and the page on which an organization lets support in.
package operatorweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/operator"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Finding is what a check of the installation found: State is "ok", "warn" or "fail".
type Finding struct{ What, State, Says string }

// Parts are what the pages show and work with.
type Parts struct {
	Service *operator.Service
	// Checks are what bodhi doctor finds from this node, without asking providers.
	Checks func(ctx context.Context) []Finding
	// Jobs are the queue's own pages, under /operator/jobs.
	Jobs http.Handler
	// Given is what the configuration says, Program which program this is: facts for people, never a secret.
	Given, Program []ui.Fact
	// Mail sends a test letter.
	Mail func(ctx context.Context, to string) error
	// Sees names what support may look at.
	Sees []string
}

// Handlers are the pages.
type Handlers struct{ Parts }

// New makes them.
func New(p Parts) *Handlers { return &Handlers{p} }

// pageSize is how many lines a list has.
const pageSize = 50

const root = web.OperatorRoot

// Console are the operators' routes.
func (h *Handlers) Console() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	route := func(method, path, name, audit string, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: root + path, Name: "operator." + name, Guard: web.Operator, Audit: audit, Handle: handle}
	}
	door, enter := route(get, "/enter", "door", "", h.door), route(post, "/enter", "enter", "console.entered", h.enter)
	door.Door, enter.Door = true, true
	out := []web.Route{door, enter,
		route(post, "/leave", "leave", "console.left", h.leave),
		route(get, "", "tenants", "", h.tenants),
		route(get, "/tenants/:id", "tenant", "", h.tenant),
		route(post, "/tenants/:id/suspend", "suspend", "organization.suspended", h.suspend),
		route(post, "/tenants/:id/resume", "resume", "organization.resumed", h.resume),
		route(post, "/tenants/:id/delete", "delete", "organization.deleted", h.delete),
		route(get, "/tenants/:id/pages/*", "view", "", h.view),
		route(get, "/health", "health", "", h.health),
		route(get, "/settings", "settings", "", h.settings),
		route(post, "/settings", "set", "installation.changed", h.set),
		route(post, "/settings/mail", "mail", "none: a letter that says nothing", h.mail),
		route(get, "/backups", "backups", "", h.backups),
		route(get, "/log", "log", "", h.log),
	}
	if h.Jobs != nil {
		out = append(out, h.jobRoutes()...)
	}
	return out
}

func (h *Handlers) door(c *web.Context) error {
	return c.Render(views.Enter(views.EnterPage{Shell: c.ConsoleShell("Operator console", ""), Link: c.QueryParam("link")}))
}

func (h *Handlers) enter(c *web.Context) error {
	session, err := h.Service.Enter(c.Ctx(), c.From(), secret.New(c.FormValue("link")))
	if r, ok := web.Refused(err); ok || fault.Is(err, fault.Forbidden) {
		text := r.Form
		if f := fault.From(err); text == "" {
			text = f.Public
		}
		return c.Invalid(views.Enter(views.EnterPage{Shell: c.ConsoleShell("Operator console", ""), Error: text}))
	}
	if err != nil {
		return err
	}
	c.GiveOperatorCookie(session)
	return c.See(root)
}

func (h *Handlers) leave(c *web.Context) error {
	if err := h.Service.Leave(c.Ctx(), c.Operator()); err != nil {
		return err
	}
	c.TakeOperatorCookie()
	return c.See(web.DoorPath)
}

func (h *Handlers) tenants(c *web.Context) error {
	q := operator.Query{Text: c.QueryParam("q"), State: c.QueryParam("state"), Limit: pageSize + 1}
	if text := c.QueryParam("before"); text != "" {
		before, err := id.ParseOrg(text)
		if err != nil {
			return fault.New(fault.Invalid, "invalid_request", "This page of the list does not exist. Begin at the first one.")
		}
		q.Before = before
	}
	all, err := h.Service.Tenants(c.Ctx(), c.Operator(), q)
	if err != nil {
		return err
	}
	p := views.TenantsPage{Shell: c.ConsoleShell("Organizations", "tenants"), Text: q.Text, State: q.State, Narrowed: q.Text != "" || q.State != "" || !q.Before.IsZero()}
	if len(all) > pageSize {
		all = all[:pageSize]
		p.Older = root + "?" + url.Values{"q": {q.Text}, "state": {q.State}, "before": {all[pageSize-1].ID.String()}}.Encode()
	}
	for _, t := range all {
		p.Rows = append(p.Rows, row(c, t))
	}
	return c.Render(views.Tenants(p))
}

func row(c *web.Context, t operator.Tenant) views.Tenant {
	short, exact := web.Dollars(t.Spent)
	return views.Tenant{Href: tenantPath(t.ID), Name: t.Name, Slug: t.Slug, Status: status(t), Plan: plan(t, c.Now()), People: web.Count(t.People),
		Spent: short, SpentExact: exact, Used: c.When(t.Used), Health: health(t)}
}

func tenantPath(o id.Org) string { return root + "/tenants/" + o.String() }

func status(t operator.Tenant) ui.StatusProps {
	switch t.State() {
	case "suspended":
		return ui.StatusProps{Tone: ui.Warn, Label: "Suspended", Title: t.SuspendedWhy}
	case "deleted":
		return ui.StatusProps{Tone: ui.Neutral, Label: "Deleted"}
	}
	return ui.StatusProps{Tone: ui.Good, Label: "Active"}
}

func plan(t operator.Tenant, now time.Time) string {
	switch {
	case t.Plan != "" && t.PlanStatus != "" && t.PlanStatus != "active":
		return t.Plan + ", " + t.PlanStatus
	case t.Plan != "":
		return t.Plan
	case t.TrialEnds.After(now):
		return "trial"
	}
	return "none"
}

// health is how the last day's requests went. A few failures say little, so shares begin at 20 requests.
func health(t operator.Tenant) ui.StatusProps {
	const few = 20
	if t.Recent == 0 {
		return ui.StatusProps{Tone: ui.Neutral, Label: "No requests"}
	}
	share := t.Failed * 100 / t.Recent
	label := strconv.FormatInt(share, 10) + " % failed"
	switch {
	case t.Recent >= few && share >= 25:
		return ui.StatusProps{Tone: ui.Bad, Label: label}
	case t.Recent >= few && share >= 5:
		return ui.StatusProps{Tone: ui.Warn, Label: label}
	}
	return ui.StatusProps{Tone: ui.Good, Label: label}
}

// which is the organization that the path names.
func which(c *web.Context) (id.Org, error) { return web.Param(c, "id", id.ParseOrg, org.Missing()) }
