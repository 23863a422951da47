package operatorweb

import (
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/operator"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) tenant(c *web.Context) error {
	p, err := h.tenantPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.TenantView(p))
}

// linesHere are how many of the operators' acts an organization's page shows.
const linesHere = 20

func (h *Handlers) tenantPage(c *web.Context) (views.TenantPage, error) {
	o, err := which(c)
	if err != nil {
		return views.TenantPage{}, err
	}
	t, err := h.Service.Tenant(c.Ctx(), c.Operator(), o)
	if err != nil {
		return views.TenantPage{}, err
	}
	access, err := h.Service.Access(c.Ctx(), c.Operator(), o)
	if err != nil {
		return views.TenantPage{}, err
	}
	lines, err := h.Service.Entries(c.Ctx(), c.Operator(), o, id.Audit{}, linesHere)
	if err != nil {
		return views.TenantPage{}, err
	}
	short, exact := web.Dollars(t.Spent)
	p := views.TenantPage{Shell: c.ConsoleShell(t.Name, "tenants"), Path: tenantPath(o), Name: t.Name, Status: status(t), Suspended: t.State() == "suspended", Deleted: t.State() == "deleted", Why: t.SuspendedWhy,
		Stats: []ui.StatProps{
			{Label: "Spent this month", Value: short, Exact: exact, Against: web.Plural(t.Requests, "request") + ", by UTC"},
			{Label: "People", Value: web.Count(t.People), Against: "active members"},
			{Label: "Requests in 24 hours", Value: web.Count(t.Recent), Against: web.Count(t.Failed) + " failed"},
		},
		Facts: []ui.Fact{{Label: "Id", Value: o.String(), Mono: true, Copy: true}, {Label: "Short name", Value: t.Slug, Mono: true}, {Label: "Plan", Value: plan(t, c.Now())}, {Label: "Founded", Body: ui.Time(c.When(t.CreatedAt))}},
	}
	if !t.Used.IsZero() {
		p.Facts = append(p.Facts, ui.Fact{Label: "Last request", Body: ui.Time(c.When(t.Used))})
	}
	if !t.SuspendedAt.IsZero() {
		p.Facts = append(p.Facts, ui.Fact{Label: "Suspended", Body: ui.Time(c.When(t.SuspendedAt))})
	}
	p.SupportOpen = access.Open(c.Now())
	p.Support, p.SupportText = support(c, access)
	p.Lines = entries(c, lines)
	return p, nil
}

// support says whether an organization lets operators look.
func support(c *web.Context, a operator.Access) (ui.StatusProps, string) {
	switch {
	case a.ID.IsZero():
		return ui.StatusProps{Tone: ui.Neutral, Label: "Not allowed"}, "Its admins never allowed it. They can, under Settings, Support access."
	case a.Open(c.Now()):
		return ui.StatusProps{Tone: ui.Good, Label: "Allowed"}, "Until " + c.When(a.Until).Full + ", for: " + a.Reason
	}
	return ui.StatusProps{Tone: ui.Neutral, Label: "Over"}, "It was allowed last on " + c.When(a.At).Full + "."
}

func (h *Handlers) suspend(c *web.Context) error {
	o, err := which(c)
	if err == nil {
		err = h.Service.Suspend(c.Ctx(), c.Operator(), o, c.FormValue("reason"))
	}
	return h.after(c, err, func(p *views.TenantPage, r web.Refusal) {
		p.Form = views.Form{Value: c.FormValue("reason"), Error: r.Fields["reason"], Whole: r.Form}
	})
}

func (h *Handlers) resume(c *web.Context) error {
	o, err := which(c)
	if err == nil {
		err = h.Service.Resume(c.Ctx(), c.Operator(), o)
	}
	return h.after(c, err, func(p *views.TenantPage, r web.Refusal) { p.Form.Whole = r.Form })
}

func (h *Handlers) delete(c *web.Context) error {
	o, err := which(c)
	if err == nil {
		err = h.Service.Delete(c.Ctx(), c.Operator(), o, c.FormValue("name"))
	}
	return h.after(c, err, func(p *views.TenantPage, r web.Refusal) {
		p.Delete = views.Form{Value: c.FormValue("name"), Error: r.Fields["name"], Whole: r.Form}
	})
}

// after shows the organization again: as it is now, or with what was typed and what is wrong with it.
func (h *Handlers) after(c *web.Context, err error, mend func(*views.TenantPage, web.Refusal)) error {
	r, refused := web.Refused(err)
	if err != nil && !refused {
		return err
	}
	if !refused {
		return c.See(root + "/tenants/" + c.Param("id"))
	}
	p, err := h.tenantPage(c)
	if err != nil {
		return err
	}
	mend(&p, r)
	return c.Invalid(views.TenantView(p))
}

func (h *Handlers) log(c *web.Context) error {
	var before id.Audit
	if text := c.QueryParam("before"); text != "" {
		var err error
		if before, err = id.ParseAudit(text); err != nil {
			return fault.New(fault.Invalid, "invalid_request", "This page of the log does not exist. Begin at the first one.")
		}
	}
	all, err := h.Service.Entries(c.Ctx(), c.Operator(), id.Org{}, before, pageSize+1)
	if err != nil {
		return err
	}
	p := views.LogPage{Shell: c.ConsoleShell("Log", "log")}
	if len(all) > pageSize {
		all = all[:pageSize]
		p.Older = root + "/log?before=" + all[pageSize-1].ID.String()
	}
	p.Lines = entries(c, all)
	return c.Render(views.Log(p))
}

// said are the operators' acts in words.
var said = map[string]string{
	"console.invited": "Made a link to the console", "console.entered": "Entered the console", "console.left": "Left the console",
	"organization.suspended": "Suspended the organization", "organization.resumed": "Resumed the organization", "organization.deleted": "Deleted the organization",
	"installation.changed": "Changed the installation's settings", "support.allowed": "Let support in (the organization did)", "support.ended": "Ended support's access (the organization did)",
	"support.viewed": "Looked at a page as support", "jobs.changed": "Changed the job queue",
}

func entries(c *web.Context, all []operator.Entry) (out []views.Entry) {
	for _, e := range all {
		line := views.Entry{At: c.When(e.At), Name: e.Name, Action: said[e.Action], About: e.About, Detail: e.Detail, IP: e.IP}
		if line.Action == "" {
			line.Action = e.Action
		}
		if !e.Org.IsZero() {
			line.Href = tenantPath(e.Org)
		}
		out = append(out, line)
	}
	return out
}

// view shows a page of an organization that lets support look.
func (h *Handlers) view(c *web.Context) error {
	o, err := which(c)
	if err != nil {
		return err
	}
	look := lookAs(h, c, o)
	seen, err := c.View(o, c.Param("*"), tenantPath(o)+"/pages", look.at)
	switch {
	case look.refused != nil:
		return look.refused
	case err != nil:
		return err
	case seen.Status == 0 || seen.Status >= 400:
		return fault.New(fault.Forbidden, "support_cannot_see", "Support cannot see this page: it may show prompts, kept texts or secrets, it changes something, or it is not there. Go back to the organization.")
	}
	return c.Blob(seen.Status, seen.Kind, seen.Body)
}

// stay is how long support stays, in words.
func stay(d time.Duration) string {
	switch {
	case d < 24*time.Hour:
		return strings.TrimSuffix(strconv.Itoa(int(d.Hours()))+" hours", map[bool]string{true: "s"}[d == time.Hour])
	case d == 24*time.Hour:
		return "1 day"
	}
	return strconv.Itoa(int(d.Hours())/24) + " days"
}
