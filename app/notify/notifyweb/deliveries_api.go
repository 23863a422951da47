package notifyweb

import (
	"net/http"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// deliveryJSON is one event on its way to one recipient.
type deliveryJSON struct {
	ID        string     `json:"id"`      // the message's, in webhook-id; a letter's is the first event's in it
	Message   string     `json:"message"` // whose id the message carries: several events may go in one letter
	Event     string     `json:"event"`
	Kind      string     `json:"kind"`
	Title     string     `json:"title"`
	To        string     `json:"to"`      // an address, or a channel's name
	Channel   string     `json:"channel"` // "" for people
	State     string     `json:"state"`   // waiting, sent, dead or moot
	Tries     int64      `json:"tries"`
	Problem   string     `json:"problem"`
	DueAt     time.Time  `json:"due_at"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

// deliveryList is a page of deliveries, newest first.
type deliveryList struct {
	Data []deliveryJSON `json:"data"`
	Next string         `json:"next,omitempty"` // give it as ?after=
}

func deliveryOut(d notify.Listed) deliveryJSON {
	x := deliveryJSON{ID: d.ID.String(), Event: d.Event.String(), Kind: string(d.Kind), Title: d.Title, To: d.To, State: string(d.State), Tries: d.Tries, Problem: d.Problem, DueAt: d.DueAt, CreatedAt: d.CreatedAt}
	if !d.Bundle.IsZero() {
		x.Message = d.Bundle.String()
	}
	if !d.Channel.IsZero() {
		x.Channel = d.Channel.String()
	}
	if !d.EndedAt.IsZero() {
		x.EndedAt = &d.EndedAt
	}
	return x
}

func (h *Alerts) apiDeliveries(c *web.Context) error {
	limit, err := c.Limit()
	if err != nil {
		return err
	}
	q := notify.DeliveryQuery{Limit: limit, State: notify.State(c.QueryParam("state"))}
	if q.State != "" && !slices.Contains(notify.States, q.State) {
		return fault.Field("state", "A state is waiting, sent, dead or moot.")
	}
	if text := c.QueryParam("channel"); text != "" {
		if q.Channel, err = id.ParseChannel(text); err != nil {
			return fault.Field("channel", "channel is the id of a channel.")
		}
	}
	if text := c.QueryParam("after"); text != "" {
		if q.Before, err = id.ParseDelivery(text); err != nil {
			return fault.Field("after", "after is the next of the page before.")
		}
	}
	found, more, err := h.channels.Deliveries(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	list := deliveryList{Data: make([]deliveryJSON, len(found))}
	for i, d := range found {
		list.Data[i] = deliveryOut(d)
	}
	if more {
		list.Next = found[len(found)-1].ID.String()
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Alerts) apiRetry(c *web.Context) error {
	which, err := deliveryID(c)
	if err != nil {
		return err
	}
	d, err := h.channels.Again(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, deliveryOut(d))
}
