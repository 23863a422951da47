package transcriptweb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/transcript"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) home(c *web.Context) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(views.Home(p))
}

func (h *Handlers) page(c *web.Context) (views.HomePage, error) {
	p := views.HomePage{Shell: c.Shell("Kept texts", "transcripts")}
	o, err := h.texts.Overview(c.Ctx(), c.Actor())
	if err != nil {
		return p, err
	}
	p.State, p.Held = state(o), o.Held
	p.Hint = fmt.Sprintf("1 to %d, as your organization allows.", o.Bound.MostDays)
	for _, t := range o.Teams {
		p.Teams = append(p.Teams, row(t, o.Bound))
		if t.MaySet && !o.Bound.Forbidden {
			p.Choices = append(p.Choices, ui.Option{Value: t.ID.String(), Label: t.Name})
		}
	}
	if o.MayBound {
		p.Bound = &views.BoundForm{Allowed: !o.Bound.Forbidden, Most: strconv.Itoa(o.Bound.MostDays)}
	}
	return p, nil
}

func state(o transcript.Overview) string {
	on := 0
	for _, t := range o.Teams {
		if t.Days > 0 {
			on++
		}
	}
	switch {
	case o.Bound.Forbidden:
		return "Your organization keeps no texts"
	case on == 0:
		return "None of your teams keeps texts"
	case on == 1:
		return "One of your teams keeps texts"
	}
	return fmt.Sprintf("%d of your teams keep texts", on)
}

func row(t transcript.Team, b transcript.Bound) views.Team {
	r := views.Team{ID: t.ID.String(), Name: t.Name, State: ui.StatusProps{Tone: ui.Neutral, Label: "Not kept"}, Kept: web.Count(t.Kept)}
	switch {
	case t.Days > 0:
		r.State, r.Days = ui.StatusProps{Tone: ui.Info, Label: "Kept"}, days(t.Days)
	case t.Wanted > 0 && b.Forbidden:
		r.State.Label, r.State.Title = "Not allowed", "The team wants its texts kept for "+days(t.Wanted)+". The organization does not allow it."
	}
	if t.MaySet && t.Wanted > 0 {
		r.Off = &ui.ConfirmProps{Label: "Stop", Small: true, Title: "Keep no texts of " + t.Name + "?", Text: "What is kept of this team goes within the hour, and nobody can read it from now on.", Action: root + "/teams",
			Name: "days", Value: "0", Button: "Keep none", Kind: ui.Destructive}
	}
	return r
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return strconv.Itoa(n) + " days"
}

func (h *Handlers) bound(c *web.Context) error {
	typed := views.BoundForm{Allowed: c.FormValue("allowed") != "", Most: strings.TrimSpace(c.FormValue("most_days"))}
	most, _ := strconv.Atoi(typed.Most) // what is no number is out of bounds
	err := h.texts.SetBound(c.Ctx(), c.Actor(), transcript.Bound{Forbidden: !typed.Allowed, MostDays: most})
	if err == nil {
		c.Flash("Saved. It counts for what is kept already, too.")
		return c.See(root)
	}
	wrong, ok := web.Refused(err)
	if !ok {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	typed.MostError = wrong.Fields["most_days"]
	p.Bound = &typed
	return c.Invalid(views.Home(p))
}

func (h *Handlers) set(c *web.Context) error {
	typed := views.SetForm{Team: c.FormValue("team"), Days: strings.TrimSpace(c.FormValue("days"))}
	team, _ := id.ParseTeam(typed.Team) // a malformed id is as unknown as any
	err := h.setDays(c, team, typed.Days)
	if err == nil {
		if typed.Days == "0" {
			c.Flash("No texts of this team are kept any more.")
		} else {
			c.Flash("Texts of this team's requests are kept from now on.")
		}
		return c.See(root)
	}
	wrong, ok := web.Refused(err)
	if fault.Is(err, fault.Conflict) {
		wrong, ok = web.Refusal{Form: fault.From(err).Public}, true
	}
	if !ok {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	typed.Error, typed.DaysError, typed.TeamError = wrong.Form, wrong.Fields["days"], wrong.Fields["team"]
	p.Set = typed
	return c.Invalid(views.Home(p))
}

func (h *Handlers) setDays(c *web.Context, t id.Team, typed string) error {
	n, err := strconv.Atoi(typed)
	if err != nil {
		return fault.Field("days", fmt.Sprintf("Texts are kept for %d to %d days.", transcript.LeastDays, transcript.MostDays))
	}
	return h.texts.Set(c.Ctx(), c.Actor(), t, n)
}

func (h *Handlers) read(c *web.Context) error {
	which, err := requestID(c)
	if err != nil {
		return err
	}
	t, k, err := h.texts.Read(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	p := views.ShowPage{Shell: c.Shell("Text of a request", "requests"), ID: which.String(), Marks: marks(t), Answer: t.Answer, NoAnswer: "Nothing was answered.", CanTry: !t.Body && c.Actor().Role.AtLeast(org.Developer)}
	if !k.Until.IsZero() {
		p.Until = k.Until.In(c.Zone()).Format("2 January 2006, 15:04 MST")
	}
	for _, m := range t.Messages {
		p.Messages = append(p.Messages, views.Message{Role: strings.ToUpper(m.Role[:1]) + m.Role[1:], Text: m.Text})
	}
	return c.Render(views.Show(p))
}

// marks say what of a text is not here, in words.
func marks(t transcript.Text) (out []string) {
	for _, m := range []struct {
		is   bool
		text string
	}{
		{t.Masked, "Placeholders stand for what a data rule found."},
		{t.Media, "Of pictures, sound and files only kind and size are kept."},
		{t.AskedCut, "The request was longer than the 256 KiB that are kept."},
		{t.AnswerCut, "The answer was longer than what is kept."},
		{t.Broken, "The answer did not come to its end."},
	} {
		if m.is {
			out = append(out, m.text)
		}
	}
	return out
}
