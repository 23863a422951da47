package notifyweb

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/notify"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// stateLabels are how states look. A colour alone says nothing.
var stateLabels = map[notify.State]ui.StatusProps{
	notify.Waiting: {Tone: ui.Info, Label: "Waiting"}, notify.Sent: {Tone: ui.Good, Label: "Sent"}, notify.Dead: {Tone: ui.Bad, Label: "Given up"}, notify.Moot: {Tone: ui.Neutral, Label: "Not needed"},
}

func (h *Alerts) deliveries(c *web.Context) error {
	var q notify.DeliveryQuery
	if s := notify.State(c.QueryParam("state")); slices.Contains(notify.States, s) {
		q.State = s
	}
	q.Channel, _ = id.ParseChannel(c.QueryParam("channel")) // what is none narrows nothing
	q.Before, _ = id.ParseDelivery(c.QueryParam("before"))
	list, more, err := h.channels.Deliveries(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	here := func(s notify.State, before string) string {
		v := url.Values{}
		for name, text := range map[string]string{"state": string(s), "before": before, "channel": c.QueryParam("channel")} {
			if text != "" {
				v.Set(name, text)
			}
		}
		if len(v) == 0 {
			return deliveries
		}
		return deliveries + "?" + v.Encode()
	}
	p := views.DeliveriesPage{Shell: c.Shell("Deliveries", "channels"), Back: c.Request().URL.RequestURI(), States: []ui.Tab{{Label: "All", Href: here("", ""), Active: q.State == ""}}}
	for _, s := range notify.States {
		p.States = append(p.States, ui.Tab{Label: stateLabels[s].Label, Href: here(s, ""), Active: q.State == s})
	}
	p.None = ui.EmptyProps{Kind: ui.NeverAny, Icon: "send", Title: "Nothing was sent yet", Text: "Here stands what goes to people by mail and to channels, and what did not arrive."}
	if q.State != "" || !q.Channel.IsZero() || !q.Before.IsZero() {
		p.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "None of these", Label: "Show everything", Href: deliveries}
	}
	if !q.Before.IsZero() {
		p.Pager.Newer = here(q.State, "")
	}
	if more {
		p.Pager.Older = here(q.State, list[len(list)-1].ID.String())
	}
	p.Pager.Note = "Newest first. Deliveries are kept for 90 days."
	for _, d := range list {
		p.Rows = append(p.Rows, deliveryRow(c, d))
	}
	return c.Render(views.Deliveries(p))
}

func deliveryRow(c *web.Context, d notify.Listed) views.DeliveryRow {
	r := views.DeliveryRow{Title: d.Title, Kind: d.Kind.Label(), To: d.To, Problem: d.Problem, Tries: strconv.FormatInt(d.Tries, 10), State: stateLabels[d.State], When: c.When(d.CreatedAt)}
	if r.To == "" {
		r.To = "somebody who is gone"
	}
	switch again := deliveries + "/" + d.ID.String() + "/retry"; d.State {
	case notify.Dead:
		r.Again, r.Button = again, "Try again"
	case notify.Sent:
		if !d.Channel.IsZero() {
			r.Again, r.Button = again, "Send again"
		}
	}
	return r
}

func deliveryID(c *web.Context) (id.Delivery, error) {
	return web.Param(c, "id", id.ParseDelivery, error(notify.MissingDelivery()))
}

func (h *Alerts) retry(c *web.Context) error {
	which, err := deliveryID(c)
	if err != nil {
		return err
	}
	d, err := h.channels.Again(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	c.Flash("It is on its way to " + d.To + " again, as the same message.")
	return c.See(web.Local(c.FormValue("back"), deliveries))
}
