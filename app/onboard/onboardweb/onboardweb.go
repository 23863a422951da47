// Package onboardweb is the guided set-up in the dashboard: one page a step, each of which can be left, come back to, and done elsewhere.
package onboardweb

import (
	"fmt"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/onboard"
)

// Parts are what Handlers work with. All are required but DevMail.
type Parts struct {
	Wizard      *onboard.Wizard
	Connections *provider.Service
	Aliases     *route.Service
	Budgets     *budget.Service
	People      *identity.Service
	Joining     *join.Service
	Keys        *key.Service
	// DevMail says that letters land in the mailbox of this installation.
	DevMail bool
}

// Handlers answer for the guided set-up.
type Handlers struct{ Parts }

// New makes the handlers.
func New(p Parts) *Handlers { return &Handlers{p} }

// Root is where the set-up begins, or goes on.
const Root = "/start"

// Routes are all URLs of the guided set-up.
func (h *Handlers) Routes() []web.Route {
	const who = onboard.MayWalk
	step := func(s onboard.Step) string { return Root + "/" + string(s) }
	return []web.Route{
		{Method: http.MethodGet, Path: Root, Name: "start.begin", Guard: web.Person, Floor: who, Handle: h.begin},
		{Method: http.MethodGet, Path: step(onboard.Provider), Name: "start.provider", Guard: web.Person, Floor: who, Handle: h.provider},
		{Method: http.MethodPost, Path: step(onboard.Provider), Name: "start.connect", Guard: web.Person, Floor: who, Audit: "connection.created", Handle: h.connect},
		{Method: http.MethodPost, Path: Root + "/found", Name: "start.found", Guard: web.Person, Floor: who, Audit: "connection.created", Handle: h.found},
		{Method: http.MethodPost, Path: Root + "/models", Name: "start.models", Guard: web.Person, Floor: who, Audit: "alias.switched", Handle: h.models},
		{Method: http.MethodGet, Path: step(onboard.Template), Name: "start.template", Guard: web.Person, Floor: who, Handle: h.template},
		{Method: http.MethodGet, Path: step(onboard.Budget), Name: "start.budget", Guard: web.Person, Floor: who, Handle: h.budget},
		{Method: http.MethodPost, Path: step(onboard.Budget), Name: "start.limit", Guard: web.Person, Floor: who, Audit: "budget.created", Handle: h.setBudget},
		{Method: http.MethodGet, Path: step(onboard.Invite), Name: "start.invite", Guard: web.Person, Floor: who, Handle: h.invite},
		{Method: http.MethodPost, Path: step(onboard.Invite), Name: "start.ask", Guard: web.Person, Floor: who, Audit: "invitation.created", Handle: h.ask},
		{Method: http.MethodGet, Path: step(onboard.Key), Name: "start.key", Guard: web.Person, Floor: who, Handle: h.key},
		{Method: http.MethodPost, Path: step(onboard.Key), Name: "start.make", Guard: web.Person, Floor: who, Audit: "key.created", Handle: h.makeKey},
		{Method: http.MethodGet, Path: step(onboard.Request), Name: "start.request", Guard: web.Person, Floor: who, Handle: h.request},
		{Method: http.MethodGet, Path: Root + "/events", Name: "start.events", Guard: web.Person, Floor: who, Streams: true, Handle: h.events},
		{Method: http.MethodGet, Path: Root + "/done", Name: "start.done", Guard: web.Person, Floor: who, Handle: h.done},
		{Method: http.MethodPost, Path: Root + "/skip", Name: "start.skip", Guard: web.Person, Floor: who, Audit: "onboarding.step_skipped", Handle: h.skip},
	}
}

var titles = map[onboard.Step]string{onboard.Provider: "Provider", onboard.Template: "Template", onboard.Budget: "Budget", onboard.Invite: "People", onboard.Key: "First key", onboard.Request: "First request"}

var skips = map[onboard.Step]string{onboard.Provider: "Go on with the sandbox", onboard.Template: "Without a template", onboard.Budget: "Without a budget", onboard.Invite: "Nobody else yet", onboard.Key: "Without a key"}

func href(s onboard.Step) string { return Root + "/" + string(s) }

// begin goes on where the organization stands.
func (h *Handlers) begin(c *web.Context) error {
	p, err := h.Wizard.Progress(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if !p.Open() {
		return c.See(Root + "/done")
	}
	return c.See(href(p.Next))
}

// page is what every step has around it.
func (h *Handlers) page(c *web.Context, s onboard.Step, wrong web.Refusal) (views.Page, onboard.Progress, error) {
	p, err := h.Wizard.Progress(c.Ctx(), c.Actor())
	if err != nil {
		return views.Page{}, p, err
	}
	out := views.Page{Shell: c.Shell("Set-up", "start"), Step: string(s), Error: wrong.Form, Errors: wrong.Fields, Next: Root + "/done", Prev: href(onboard.Request)}
	for i, x := range onboard.Steps {
		line := views.Step{Name: string(x), Title: titles[x], Href: href(x)}
		switch {
		case p.Done[x]:
			line.State = "done"
		case p.Skipped[x]:
			line.State = "skipped"
		}
		out.Steps = append(out.Steps, line)
		if x != s {
			continue
		}
		out.Skipped, out.SkipLabel = p.Skipped[x], skips[x]
		out.CanSkip = out.SkipLabel != "" && !p.Done[x] && !p.Skipped[x]
		out.Prev = ""
		if i > 0 {
			out.Prev = href(onboard.Steps[i-1])
		}
		if i+1 < len(onboard.Steps) {
			out.Next = href(onboard.Steps[i+1])
		}
	}
	return out, p, nil
}

func after(s onboard.Step) string {
	for i, x := range onboard.Steps[:len(onboard.Steps)-1] {
		if x == s {
			return href(onboard.Steps[i+1])
		}
	}
	return Root + "/done"
}

func (h *Handlers) skip(c *web.Context) error {
	s := onboard.Step(c.FormValue("step"))
	if err := h.Wizard.Skip(c.Ctx(), c.Actor(), s, false); err != nil {
		return err
	}
	return c.See(after(s))
}

func (h *Handlers) done(c *web.Context) error {
	page, p, err := h.page(c, "", web.Refusal{})
	if err != nil {
		return err
	}
	page.Next = ""
	out := views.DonePage{Page: page, Wait: wait(p)}
	for _, s := range page.Steps {
		if s.State != "done" && s.Name != string(onboard.Request) {
			out.Left = append(out.Left, s)
		}
	}
	return c.Render(views.Done(out))
}

func wait(p onboard.Progress) views.Wait {
	return views.Wait{Arrived: p.Done[onboard.Request], Took: spell(p.Took)}
}

// spell is a length of time as people say it.
func spell(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}
