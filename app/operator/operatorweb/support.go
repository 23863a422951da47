package operatorweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/operator"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const supportPath = "/settings/support"

// Routes are those of the organizations' admins.
func (h *Handlers) Routes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	return append([]web.Route{
		{Method: get, Path: supportPath, Name: "support.show", Guard: web.Person, Floor: org.Admin, Handle: h.supportShow},
		{Method: post, Path: supportPath, Name: "support.allow", Guard: web.Person, Floor: org.Admin, Audit: "support.allowed", Handle: h.supportAllow},
		{Method: post, Path: supportPath + "/end", Name: "support.end", Guard: web.Person, Floor: org.Admin, Audit: "support.ended", Handle: h.supportEnd},
	}, h.apiRoutes()...)
}

func (h *Handlers) supportPage(c *web.Context) (views.SupportPage, error) {
	all, err := h.Service.Accesses(c.Ctx(), c.Actor())
	if err != nil {
		return views.SupportPage{}, err
	}
	p := views.SupportPage{Shell: c.Shell("Support access", "settings"), Sees: h.Sees, Form: views.SupportForm{Stay: (24 * time.Hour).String(), Errors: map[string]string{}}}
	for _, d := range operator.Stays {
		p.Form.Stays = append(p.Form.Stays, ui.Option{Value: d.String(), Label: stay(d)})
	}
	for _, a := range all {
		line := views.Access{Reason: a.Reason, By: a.By, At: c.When(a.At), Until: c.When(a.Until), Status: ui.StatusProps{Tone: ui.Neutral, Label: "Over"}}
		switch {
		case a.Open(c.Now()):
			line.Status = ui.StatusProps{Tone: ui.Good, Label: "Open"}
			p.Open, p.Until, p.Reason, p.By = true, line.Until, a.Reason, a.By
		case !a.EndedAt.IsZero():
			line.Status, line.Until = ui.StatusProps{Tone: ui.Neutral, Label: "Ended", Title: "by " + a.EndedBy}, c.When(a.EndedAt)
		}
		p.Rows = append(p.Rows, line)
	}
	return p, nil
}

func (h *Handlers) supportShow(c *web.Context) error {
	p, err := h.supportPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Support(p))
}

func (h *Handlers) supportAllow(c *web.Context) error {
	d, _ := time.ParseDuration(c.FormValue("stay")) // none is refused as too short
	_, err := h.Service.Allow(c.Ctx(), c.Actor(), c.FormValue("reason"), d)
	if r, ok := web.Refused(err); ok {
		p, err := h.supportPage(c)
		if err != nil {
			return err
		}
		p.Form.Reason, p.Form.Stay, p.Form.Errors = c.FormValue("reason"), c.FormValue("stay"), r.Fields
		return c.Invalid(views.Support(p))
	}
	if err != nil {
		return err
	}
	c.Flash("Support may look now. End it here at any time.")
	return c.See(supportPath)
}

func (h *Handlers) supportEnd(c *web.Context) error {
	if err := h.Service.Disallow(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	c.Flash("Support has no access any more.")
	return c.See(supportPath)
}

// looking asks for one page, and keeps why it was refused: the page's own answer would say less.
type looking struct {
	h       *Handlers
	who     operator.Who
	org     id.Org
	refused error
}

func lookAs(h *Handlers, c *web.Context, o id.Org) *looking {
	return &looking{h: h, who: c.Operator(), org: o}
}

func (l *looking) at(ctx context.Context, page string) error {
	l.refused = l.h.Service.Look(ctx, l.who, l.org, page)
	return l.refused
}
