package healthweb

import (
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/health"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const outageRoot = root + "/outages"

// shownOutages is how many the page shows; the API ten times that.
const shownOutages = 20

func (h *Handlers) names(c *web.Context) (map[id.Connection]string, error) {
	return h.health.Connections(c.Ctx(), c.Actor())
}

func outageRow(c *web.Context, x health.Outage, names map[id.Connection]string, now time.Time) views.Outage {
	out := views.Outage{Href: outageRoot + "/" + x.ID.String(), Target: names[x.Target.Connection], Began: c.When(x.Began), Why: causes[x.Cause], Status: ui.StatusProps{Tone: ui.Bad, Label: "Going on"}}
	if out.Target == "" {
		out.Target = "a connection that is gone"
	}
	if x.Target.Model != "" {
		out.Target += "/" + x.Target.Model
	}
	until := now
	if !x.Ended.IsZero() {
		until, out.Ended, out.Status = x.Ended, c.When(x.Ended), ui.StatusProps{Tone: ui.Good, Label: "Over"}
	}
	out.Lasted = lasted(until.Sub(x.Began))
	switch {
	case !x.Resolved.IsZero():
		out.Handled = "resolved by " + x.ResolvedBy
	case !x.Acknowledged.IsZero():
		out.Handled = "acknowledged by " + x.AcknowledgedBy
	}
	return out
}

// lasted spells a duration as coarsely as it is long.
func lasted(d time.Duration) string {
	switch {
	case d < time.Second:
		return "< 1 s"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min " + strconv.Itoa(int(d%time.Minute/time.Second)) + " s"
	}
	return strconv.Itoa(int(d/time.Hour)) + " h " + strconv.Itoa(int(d%time.Hour/time.Minute)) + " min"
}

func (h *Handlers) outage(c *web.Context) error {
	page, err := h.outagePage(c, "", web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) outagePage(c *web.Context, typed string, wrong web.Refusal) (templ.Component, error) {
	at, err := outageOf(c)
	if err != nil {
		return nil, err
	}
	x, events, err := h.health.Outage(c.Ctx(), c.Actor(), at)
	if err != nil {
		return nil, err
	}
	names, err := h.names(c)
	if err != nil {
		return nil, err
	}
	may := c.Actor().Role.AtLeast(health.MayChange)
	page := views.OutagePage{Shell: c.Shell("Outage", "health"), Outage: outageRow(c, x, names, h.health.Clock.Now()), Openings: strconv.Itoa(x.Openings), CanChange: may,
		CanAcknowledge: may && x.Acknowledged.IsZero() && x.Resolved.IsZero(), CanResolve: may && x.Resolved.IsZero() && !x.Ended.IsZero(),
		Acknowledged: "not yet", Resolved: "not yet", Text: typed, Form: wrong.Form, Errors: wrong.Fields}
	if !x.Acknowledged.IsZero() {
		page.Acknowledged = c.When(x.Acknowledged).Text + " by " + x.AcknowledgedBy
	}
	if !x.Resolved.IsZero() {
		page.Resolved = c.When(x.Resolved).Text + " by " + x.ResolvedBy
	}
	for _, n := range x.Notes {
		page.Notes = append(page.Notes, views.Note{Text: n.Text, By: n.By, At: c.When(n.At)})
	}
	for _, e := range events {
		page.Events = append(page.Events, event(c, e, names))
	}
	return views.ShowOutage(page), nil
}

func outageOf(c *web.Context) (id.Outage, error) {
	which, err := id.ParseOutage(c.Param("id"))
	if err != nil {
		return which, health.NoOutage()
	}
	return which, nil
}

func (h *Handlers) acknowledge(c *web.Context) error {
	return h.mark(c, "Acknowledged: your colleagues see that you look after it.", func(which id.Outage) error { return h.health.Acknowledge(c.Ctx(), c.Actor(), which) })
}

func (h *Handlers) resolve(c *web.Context) error {
	return h.mark(c, "Resolved.", func(which id.Outage) error { return h.health.Resolve(c.Ctx(), c.Actor(), which, c.FormValue("text")) })
}

func (h *Handlers) note(c *web.Context) error {
	return h.mark(c, "Noted.", func(which id.Outage) error { return h.health.AddNote(c.Ctx(), c.Actor(), which, c.FormValue("text")) })
}

func (h *Handlers) mark(c *web.Context, done string, do func(id.Outage) error) error {
	which, err := outageOf(c)
	if err != nil {
		return err
	}
	err = do(which)
	if wrong, ok := web.Refused(err); ok {
		page, err := h.outagePage(c, c.FormValue("text"), wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.See(outageRoot + "/" + which.String())
}
