package healthweb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/health"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	rulesRoot  = root + "/rules"
	rulesTitle = "Breaker rules"
)

func (h *Handlers) rules(c *web.Context) error {
	all, err := h.health.Rulings(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.RulesPage{Shell: c.Shell(rulesTitle, "health"), CanChange: c.Actor().Role.AtLeast(health.MayChange)}
	for _, r := range all {
		page.Rows = append(page.Rows, ruleRow(r))
	}
	return c.Render(views.Rules(page))
}

func ruleRow(r health.Ruling) views.Rule {
	now := r.Holds
	out := views.Rule{ID: r.Connection.String(), Label: label(r), Set: r.Has, Looked: "never",
		Opens:  fmt.Sprintf("%d in a row, or %d in %s if %d %%", now.Row, now.Failures, health.Spell(now.Window), now.Percent),
		Stays:  health.Spell(now.CoolDown) + ", up to " + health.Spell(now.MaxCoolDown),
		Closes: strconv.Itoa(now.Successes) + " probes"}
	if now.Successes == 1 {
		out.Closes = "1 probe"
	}
	switch {
	case r.Connection.IsZero():
		out.Label, out.Looked = "All connections", ""
	case r.Said.Check > 0:
		out.Looked = "every " + health.Spell(r.Said.Check)
		if r.Said.Ask != "" {
			out.Looked += " by asking " + r.Said.Ask + ": " + price(r)
		}
	}
	out.Remove = ui.ConfirmProps{Label: "Remove", Icon: "trash", Small: true, Title: "Remove the rules of " + label(r) + "?", Text: "The wider ones, in the end the defaults, count again. Regular looks end.",
		Action: rulesRoot + "/remove", Button: "Remove rules", Kind: ui.Destructive}
	return out
}

// price says what looks cost at most.
func price(r health.Ruling) string {
	if r.Unpriced {
		return "no price is known, so a hard budget refuses them"
	}
	return fmt.Sprintf("at most $%s each, $%s a day", r.Cost, r.Day())
}

func label(r health.Ruling) string {
	if r.Connection.IsZero() {
		return "all connections"
	}
	return r.Name
}

// which reads the connection of a form or a query: "" is all of them.
func which(text string) (id.Connection, error) {
	if text == "" {
		return id.Connection{}, nil
	}
	c, err := id.ParseConnection(text)
	if err != nil || c.IsZero() {
		return c, health.NotFound()
	}
	return c, nil
}

func (h *Handlers) editRules(c *web.Context) error {
	at, err := which(c.QueryParam("connection_id"))
	if err != nil {
		return err
	}
	r, err := h.health.Ruling(c.Ctx(), c.Actor(), at)
	if err != nil {
		return err
	}
	return c.Render(rulesForm(c, r, fieldsOf(r.Said.Rules, health.Spell(r.Said.Check), r.Said.Ask), web.Refusal{}))
}

func rulesForm(c *web.Context, r health.Ruling, typed views.RuleFields, wrong web.Refusal) templ.Component {
	return views.EditRules(views.RulesForm{Shell: c.Shell(rulesTitle, "health"), ID: r.Connection.String(), For: label(r), Fields: typed, Now: fieldsOf(r.Holds, "", ""), Form: wrong.Form, Errors: wrong.Fields})
}

func fieldsOf(r health.Rules, check, ask string) views.RuleFields {
	count := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return views.RuleFields{Row: count(r.Row), Failures: count(r.Failures), Percent: count(r.Percent), Successes: count(r.Successes), Window: health.Spell(r.Window), CoolDown: health.Spell(r.CoolDown), MaxCoolDown: health.Spell(r.MaxCoolDown), Check: check, Ask: ask}
}

func (h *Handlers) setRules(c *web.Context) error {
	at, err := which(c.FormValue("connection_id"))
	if err != nil {
		return err
	}
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	f := views.RuleFields{Row: v("row"), Failures: v("failures"), Percent: v("percent"), Successes: v("successes"), Window: v("window"), CoolDown: v("cool_down"), MaxCoolDown: v("max_cool_down"), Check: v("check"), Ask: v("ask")}
	in := health.Input{Window: f.Window, CoolDown: f.CoolDown, MaxCoolDown: f.MaxCoolDown, Check: f.Check, Ask: f.Ask}
	for _, x := range []struct {
		field, text string
		into        *int
	}{{"row", f.Row, &in.Row}, {"failures", f.Failures, &in.Failures}, {"percent", f.Percent, &in.Percent}, {"successes", f.Successes, &in.Successes}} {
		n, wrong := strconv.Atoi(x.text)
		switch {
		case x.text == "":
		case wrong != nil || n < 1:
			err = fault.Field(x.field, "Enter a whole number from 1 on, or leave it empty.")
		default:
			*x.into = n
		}
	}
	var set health.Ruling
	if err == nil {
		set, err = h.health.SetRules(c.Ctx(), c.Actor(), at, in)
	}
	if wrong, ok := web.Refused(err); ok {
		r, err := h.health.Ruling(c.Ctx(), c.Actor(), at)
		if err != nil {
			return err
		}
		return c.Invalid(rulesForm(c, r, f, wrong))
	}
	if err != nil {
		return err
	}
	said := "Saved. The rules hold within a second, on every node."
	if set.Said.Ask != "" {
		said += " Looks cost money: " + price(set) + "."
	}
	c.Flash(said)
	return c.See(rulesRoot)
}

func (h *Handlers) removeRules(c *web.Context) error {
	at, err := which(c.FormValue("connection_id"))
	if err != nil {
		return err
	}
	if err := h.health.RemoveRules(c.Ctx(), c.Actor(), at); err != nil {
		return err
	}
	c.Flash("Removed. The wider rules count again.")
	return c.See(rulesRoot)
}
