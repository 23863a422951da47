package healthweb

import (
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/health"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// The page shows as much history as is read, and the API ten times that.
const (
	shownEvents = 50
	mostEvents  = 500
)

func (h *Handlers) list(c *web.Context) error {
	all, err := h.health.Status(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	events, err := h.health.Events(c.Ctx(), c.Actor(), shownEvents)
	if err != nil {
		return err
	}
	page := views.Page{Shell: c.Shell("Health", "health"), CanChange: c.Actor().Role.AtLeast(health.MayChange), CanRead: c.Actor().Role.AtLeast(provider.MayRead)}
	names, err := h.names(c)
	if err != nil {
		return err
	}
	outages, err := h.health.Outages(c.Ctx(), c.Actor(), shownOutages)
	if err != nil {
		return err
	}
	for _, x := range outages {
		page.Outages = append(page.Outages, outageRow(c, x, names, h.health.Clock.Now()))
	}
	var good, bad int
	for _, s := range all {
		r := row(c, s)
		if r.Status.Tone == ui.Bad {
			bad++
		} else if r.Status.Tone != ui.Neutral {
			good++
		}
		page.Rows = append(page.Rows, r)
	}
	page.Summary = summary(good, bad)
	for _, e := range events {
		page.Events = append(page.Events, event(c, e, names))
	}
	return c.Render(views.List(page))
}

func summary(good, bad int) string {
	if bad == 0 {
		return "Every target takes requests."
	}
	return strconv.Itoa(bad) + " of " + strconv.Itoa(good+bad) + " targets take no requests."
}

// row is a target. It is red where nothing is sent to it, yellow where it is being looked at or one in a hundred attempts
// failed, green otherwise, and grey where nobody asked it.
func row(c *web.Context, s health.Status) views.Row {
	r := views.Row{Connection: s.Connection, ID: s.Target.Connection.String(), Model: s.Target.Model, Attempts: strconv.FormatInt(s.Attempts, 10), Open: s.Standing.State != health.Closed}
	share, asked := s.PerMille()
	if asked {
		r.Availability = strconv.FormatInt(share/10, 10) + "." + strconv.FormatInt(share%10, 10) + " %"
	}
	switch st := s.Standing; {
	case st.State == health.Open && st.Cause == health.ByHand:
		r.Status = ui.StatusProps{Tone: ui.Bad, Icon: "player-pause", Label: "Out of service"}
		r.Why = "by hand"
		if s.Held != nil && s.Held.Reason != "" {
			r.Why = "by hand: " + s.Held.Reason
		}
	case st.State == health.Open:
		r.Status, r.Why = ui.StatusProps{Tone: ui.Bad, Label: "Open"}, causes[st.Cause]
	case st.State == health.HalfOpen:
		r.Status, r.Why = ui.StatusProps{Tone: ui.Warn, Label: "Being probed"}, causes[st.Cause]
	case st.Cause == health.RateLimit:
		r.Status, r.Why = ui.StatusProps{Tone: ui.Warn, Label: "Pausing"}, causes[st.Cause]
	case !asked:
		r.Status = ui.StatusProps{Tone: ui.Neutral, Icon: "circle-dashed", Label: "Not asked"}
	case share < 990:
		r.Status = ui.StatusProps{Tone: ui.Warn, Label: "Failing at times"}
	default:
		r.Status = ui.StatusProps{Tone: ui.Good, Label: "Healthy"}
	}
	if r.Open || s.Standing.Cause == health.RateLimit {
		r.Since, r.Until = c.When(s.Standing.Since), c.When(s.Standing.Until)
	}
	if s.Last > 0 {
		r.FirstByte = millis(s.Last)
		for _, d := range s.FirstByte {
			r.Trend = append(r.Trend, d.Microseconds())
		}
	}
	if x := s.Check; x != nil {
		r.Checked, r.CheckedAt = checked[x.Outcome], c.When(x.At)
		if x.Note != "" {
			r.Checked += ": " + x.Note
		} else if x.Outcome == health.Good {
			r.Checked += " in " + millis(x.Took)
		}
	}
	label := s.Connection
	if r.Model != "" {
		label += "/" + r.Model
	}
	r.Ask = ui.ConfirmProps{Label: "Take out", Icon: "player-pause", Small: true, Title: "Take " + label + " out of service?", Text: "No request is sent to it until somebody puts it back. Requests that have another target go there; the others are refused.",
		Action: root + "/open", Button: "Take out of service", Kind: ui.Destructive}
	return r
}

func millis(d time.Duration) string {
	if d < time.Millisecond {
		return "< 1 ms"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
}

var checked = map[health.Outcome]string{
	health.Good: "answered", health.Bad: "failed", health.Limited: "asked for a pause", health.Locked: "refused the credential", health.Spent: "has no credit left", health.Neutral: "told nothing of its state",
}

var causes = map[health.Cause]string{
	health.Failures: "too many attempts failed", health.Credential: "the provider refuses its credential", health.Quota: "its account has no credit left",
	health.RateLimit: "the provider asked for a pause", health.ByHand: "by hand",
}

var states = map[health.State]ui.StatusProps{
	health.Open: {Tone: ui.Bad, Label: "Open"}, health.HalfOpen: {Tone: ui.Warn, Label: "Being probed"}, health.Closed: {Tone: ui.Good, Label: "Closed"},
}

func event(c *web.Context, e health.Event, names map[id.Connection]string) views.Event {
	out := views.Event{When: c.When(e.At), Target: names[e.Target.Connection], Status: states[e.To], Why: causes[e.Cause], By: e.Node}
	if out.Target == "" {
		out.Target = "a connection that is gone"
	}
	if e.Target.Model != "" {
		out.Target += "/" + e.Target.Model
	}
	return out
}

func (h *Handlers) open(c *web.Context) error {
	which, err := id.ParseConnection(c.FormValue("connection_id"))
	if err != nil {
		return health.NotFound()
	}
	if err := h.health.Open(c.Ctx(), c.Actor(), which, c.FormValue("model"), c.FormValue("reason")); err != nil {
		return err
	}
	c.Flash("Taken out of service, on every node within a second.")
	return c.See(root)
}

func (h *Handlers) close(c *web.Context) error {
	which, err := id.ParseConnection(c.FormValue("connection_id"))
	if err != nil {
		return health.NotFound()
	}
	if err := h.health.Close(c.Ctx(), c.Actor(), which, c.FormValue("model")); err != nil {
		return err
	}
	c.Flash("Back in service. It stays so as long as its attempts succeed.")
	return c.See(root)
}
