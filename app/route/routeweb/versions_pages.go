package routeweb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) versionsPage(c *web.Context) error { return h.showVersions(c, "") }

func (h *Handlers) showVersions(c *web.Context, wrong string) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	all, err := h.aliases.Versions(c.Ctx(), c.Actor(), s.which())
	if err != nil {
		return err
	}
	p := views.VersionsPage{RuleFrame: s.frame(c, "/versions"), Error: wrong}
	texts := make([]string, len(all))
	for i, v := range all {
		if texts[i], err = writeYAML(v.Body); err != nil {
			return err
		}
	}
	for i, v := range all {
		row := views.VersionRow{Number: v.Number, Current: v.Number == s.doc.Version, By: v.By, When: c.When(v.At), What: did(v),
			Back: ui.ConfirmProps{Label: "Roll back", Icon: "arrow-back-up", Small: true, Title: fmt.Sprintf("Go back to version %d?", v.Number), Action: s.base() + "/versions", Button: "Roll back",
				Text: "What it says becomes the newest version. The next request goes by it.", Name: "version", Value: strconv.FormatInt(v.Number, 10)}}
		before := ""
		if i+1 < len(texts) {
			before = texts[i+1]
		}
		for _, l := range web.Around(web.Differ(before, texts[i])) {
			row.Lines = append(row.Lines, views.DiffLine{Sign: l.Sign, Text: l.Line})
		}
		p.Versions = append(p.Versions, row)
	}
	if wrong != "" {
		return c.Invalid(views.Versions(p))
	}
	return c.Render(views.Versions(p))
}

// did says what made a version, and who.
func did(v route.Version) string {
	what := map[string]string{"": "As it was before versions were kept", "alias.created": "Created", "alias.updated": "Changed", "alias.switched": "Switched", "alias.rolled_back": "Rolled back",
		"routing.updated": "Changed", "routing.rolled_back": "Rolled back"}[v.Action]
	if v.By != "" {
		what += " by " + v.By
	}
	return what + ","
}

func (h *Handlers) rollbackPage(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(strings.TrimSpace(c.FormValue("version")), 10, 64)
	if err == nil {
		if s.alias == nil {
			_, err = h.aliases.RollbackGeneral(c.Ctx(), c.Actor(), number)
		} else {
			_, err = h.aliases.Rollback(c.Ctx(), c.Actor(), s.alias.ID, number)
		}
	} else {
		err = route.NotFound()
	}
	if wrong, ok := web.Refused(err); ok {
		return h.showVersions(c, "Version "+strconv.FormatInt(number, 10)+" does not fit any more. "+said(wrong))
	}
	if err != nil {
		return err
	}
	c.Flash(fmt.Sprintf("Back to version %d. The next request goes by it.", number))
	return c.See(s.base() + "/versions")
}

func (h *Handlers) rehearsalPage(c *web.Context) error { return h.showRehearsal(c, "") }

func (h *Handlers) showRehearsal(c *web.Context, wrong string) error {
	r, err := h.rehearsal(c)
	if err != nil {
		return err
	}
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	p := presentRehearsal(c, r, names)
	if p.YAML, err = writeYAML(r.Draft); err != nil {
		return err
	}
	if p.Error = wrong; wrong != "" {
		return c.Invalid(views.Rehearsal(p))
	}
	return c.Render(views.Rehearsal(p))
}

// rulesOf is the builder of what a draft is about.
func rulesOf(d route.Document, names route.Names) string {
	for _, a := range names.Aliases {
		if a.Name == d.Alias {
			return "/aliases/" + a.ID.String() + "/rules"
		}
	}
	if d.Alias == "" {
		return "/models/rules"
	}
	return root
}

func presentRehearsal(c *web.Context, r route.Rehearsal, names route.Names) views.RehearsalPage {
	o, of := r.Outcome, "any model"
	if r.Draft.Alias != "" {
		of = r.Draft.Alias
	}
	href := "/models/rehearsals/" + r.ID.String()
	p := views.RehearsalPage{Shell: c.Shell("Replay", "models"), Title: "Replay for " + of, Href: href, Running: r.State == route.Running, Broken: r.State == route.Broken,
		Nothing: o.Requests == 0, Requests: grouped(o.Requests), Judged: grouped(o.Judged), Changed: grouped(o.Changed), Unjudged: grouped(o.Unjudged), Lost: grouped(o.Lost), Unpriced: grouped(o.Unpriced),
		Done: int64(o.Requests), Max: route.MaxRehearsed, Missing: strings.Join(o.Missing, ", "), More: o.More,
		About: fmt.Sprintf("The answered requests of the last %s, against a draft of %s that is not saved.", days(r.Days), of)}
	p.Before, _ = web.Dollars(o.Before)
	p.After, _ = web.Dollars(o.After)
	p.Booked, _ = web.Dollars(o.Booked)
	p.Difference = signedDollars(o.After, o.Before)
	if p.Back = rulesOf(r.Draft, names); p.Back != root {
		p.Back += "?draft=" + r.ID.String()
	}
	p.Apply = ui.ConfirmProps{Label: "Apply the draft", Icon: "check", Kind: ui.Primary, Title: "Make the draft be the rules of " + of + "?", Text: "The next request goes by it. The version before stays under Versions.",
		Action: href, Button: "Apply"}
	for _, m := range o.Moves {
		row := views.MoveRow{From: m.From, To: m.To, Requests: grouped(m.Requests), Wait: waits(m)}
		row.Before, _ = web.Dollars(m.Before)
		row.After, _ = web.Dollars(m.After)
		if m.Unpriced == m.Requests {
			row.Before, row.After = "", ""
		}
		p.Moves = append(p.Moves, row)
	}
	for _, t := range o.Routes {
		p.Routes = append(p.Routes, views.TallyRow{Route: t.Route, Requests: grouped(t.Requests)})
	}
	return p
}

func days(n int) string {
	if n == 1 {
		return "day"
	}
	return fmt.Sprintf("%d days", n)
}

// waits are the medians on both sides: "1,200 → 400 ms".
func waits(m route.Move) string {
	side := func(ms int64) string {
		if ms == 0 {
			return "not observed"
		}
		return grouped(int(ms)) + " ms"
	}
	return side(m.WaitBefore) + " → " + side(m.WaitAfter)
}

func signedDollars(after, before money.USD) string {
	sign, d := "+", after-before
	if d < 0 {
		sign, d = "−", -d
	}
	s, _ := web.Dollars(d)
	if d == 0 {
		return s
	}
	return sign + s
}

// applyRehearsal makes a replay's draft be the rules.
func (h *Handlers) applyRehearsal(c *web.Context) error {
	r, err := h.rehearsal(c)
	if err != nil {
		return err
	}
	if r.Draft.Alias == "" {
		_, err = h.aliases.SetGeneral(c.Ctx(), c.Actor(), r.Draft)
	} else {
		_, _, err = h.aliases.Apply(c.Ctx(), c.Actor(), r.Draft)
	}
	if wrong, ok := web.Refused(err); ok {
		return h.showRehearsal(c, said(wrong))
	}
	if err != nil {
		return err
	}
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	c.Flash("Saved. The next request goes by these rules.")
	return c.See(rulesOf(r.Draft, names))
}

// grouped writes a whole number with its thousands apart: 12,345.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
