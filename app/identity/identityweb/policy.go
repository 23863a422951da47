package identityweb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const policyPath = "/settings/log-in"

// policy is the page of what log-ins must show.
func (h *Handlers) policy(c *web.Context) error {
	page, err := h.policyPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Policy(page))
}

func (h *Handlers) policyPage(c *web.Context) (views.PolicyPage, error) {
	page := views.PolicyPage{Shell: c.Shell("Log-in", "settings")}
	p, err := h.people.Policy(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	page.Fields = views.PolicyFields{SecondFactor: p.SecondFactor, SSOOnly: p.SSOOnly, BreakGlass: p.BreakGlass.String(), Idle: span(p.Idle), Absolute: span(p.Absolute)}
	admins, err := h.people.FindMembers(c.Ctx(), c.Actor(), org.MemberQuery{Role: org.Admin, Limit: identity.MaxMembers})
	if err != nil {
		return page, err
	}
	page.Admins = []ui.Option{{Label: "Nobody chosen"}}
	for _, m := range admins.Members {
		page.Admins = append(page.Admins, ui.Option{Value: m.ID.String(), Label: m.Name + " · " + m.Email})
	}
	page.SSO, err = h.sso.Ready(c.Ctx(), c.Actor().Org)
	return page, err
}

func (h *Handlers) setPolicy(c *web.Context) error {
	fields := views.PolicyFields{SecondFactor: c.FormValue("second_factor") != "", SSOOnly: c.FormValue("sso_only") != "",
		BreakGlass: c.FormValue("break_glass"), Idle: c.FormValue("idle"), Absolute: c.FormValue("absolute")}
	p, err := readPolicy(fields)
	if err == nil {
		err = c.Lately()
	}
	if err == nil {
		err = h.people.SetPolicy(c.Ctx(), c.Actor(), p, c.Session())
	}
	if r, ok := web.Refused(err); ok {
		page, err := h.policyPage(c)
		if err != nil {
			return err
		}
		page.Fields, page.Error, page.Errors = fields, r.Form, r.Fields
		return c.Invalid(views.Policy(page))
	}
	if err != nil {
		return err
	}
	c.Flash("The log-in rules are saved.")
	return c.See(policyPath)
}

func readPolicy(f views.PolicyFields) (identity.Policy, error) {
	p := identity.Policy{SecondFactor: f.SecondFactor, SSOOnly: f.SSOOnly}
	var err error
	if p.Idle, err = readSpan("idle", f.Idle); err != nil {
		return p, err
	}
	if p.Absolute, err = readSpan("absolute", f.Absolute); err != nil {
		return p, err
	}
	if f.BreakGlass != "" && f.SSOOnly {
		if p.BreakGlass, err = id.ParseMember(f.BreakGlass); err != nil {
			return p, fault.Field("break_glass", "Choose one of the organization admins.")
		}
	}
	return p, nil
}

// readSpan reads a length of time as people write it: 30m, 12h, 7d.
func readSpan(field, text string) (time.Duration, error) {
	text = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), " ", "")
	if text == "" {
		return 0, nil
	}
	wrong := fault.Field(field, "Write a number and m, h or d: 30m, 12h, 7d.")
	unit, ok := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 16)
	if !ok || err != nil || n == 0 {
		return 0, wrong
	}
	return time.Duration(n) * unit, nil
}

// span writes one as readSpan reads it.
func span(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}
