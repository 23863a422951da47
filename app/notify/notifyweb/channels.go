package notifyweb

import (
	"net/http"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/notify"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Alerts answer for channels and deliveries.
type Alerts struct {
	channels *notify.Channels
	people   web.PlacePeople
}

// NewAlerts makes the handlers.
func NewAlerts(channels *notify.Channels, people web.PlacePeople) *Alerts {
	return &Alerts{channels, people}
}

const (
	channels   = "/channels"
	deliveries = "/deliveries"
)

// Routes are the URLs of channels and deliveries. They carry everybody's events out of the house, so admins alone see them.
func (h *Alerts) Routes() []web.Route {
	const one, api, apiSent = channels + "/:id", web.APIRoot + "channels", web.APIRoot + "deliveries"
	const floor = notify.MayChange
	return []web.Route{
		{Method: http.MethodGet, Path: channels, Name: "channels.list", Guard: web.Person, Floor: floor, Handle: h.list},
		{Method: http.MethodGet, Path: channels + "/new", Name: "channels.new", Guard: web.Person, Floor: floor, Handle: h.new},
		{Method: http.MethodPost, Path: channels, Name: "channels.create", Guard: web.Person, Floor: floor, Audit: "channel.created", Handle: h.create},
		{Method: http.MethodGet, Path: one, Name: "channels.show", Guard: web.Person, Floor: floor, Handle: h.show},
		{Method: http.MethodPost, Path: one, Name: "channels.update", Guard: web.Person, Floor: floor, Audit: "channel.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/rotate", Name: "channels.rotate", Guard: web.Person, Floor: floor, Audit: "channel.rotated", Handle: h.rotate},
		{Method: http.MethodPost, Path: one + "/test", Name: "channels.test", Guard: web.Person, Floor: floor, Audit: "channel.tested", Handle: h.test},
		{Method: http.MethodPost, Path: one + "/delete", Name: "channels.delete", Guard: web.Person, Floor: floor, Audit: "channel.deleted", Handle: h.delete},
		{Method: http.MethodGet, Path: deliveries, Name: "deliveries.list", Guard: web.Person, Floor: floor, Handle: h.deliveries},
		{Method: http.MethodPost, Path: deliveries + "/:id/retry", Name: "deliveries.retry", Guard: web.Person, Floor: floor, Audit: "delivery.retried", Handle: h.retry},

		{Method: http.MethodGet, Path: api, Name: "api.channels.list", Guard: web.Token, Floor: floor, Handle: h.apiList, Out: channelList{}},
		{Method: http.MethodPost, Path: api, Name: "api.channels.create", Does: "Add a channel; a webhook's secret is in this answer alone.", Guard: web.Token, Floor: floor, Audit: "channel.created", Handle: h.apiCreate, In: channelInput{}, Out: channelMade{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.channels.show", Guard: web.Token, Floor: floor, Handle: h.apiShow, Out: channelJSON{}},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.channels.update", Guard: web.Token, Floor: floor, Audit: "channel.updated", Handle: h.apiUpdate, In: channelChange{}, Out: channelJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.channels.delete", Guard: web.Token, Floor: floor, Audit: "channel.deleted", Handle: h.apiDelete, Out: web.None{}},
		{Method: http.MethodPost, Path: api + "/:id/rotate", Name: "api.channels.rotate", Does: "Give a webhook a new secret; the old one signs too for a day.", Guard: web.Token, Floor: floor, Audit: "channel.rotated", Handle: h.apiRotate, In: web.None{}, Out: channelMade{}, Made: http.StatusOK},
		{Method: http.MethodPost, Path: api + "/:id/test", Name: "api.channels.test", Does: "Send a test message to a channel.", Guard: web.Token, Floor: floor, Audit: "channel.tested", Handle: h.apiTest, In: web.None{}, Out: web.None{}},
		{Method: http.MethodGet, Path: apiSent, Name: "api.deliveries.list", Does: "List what was sent to whom, newest first.", Guard: web.Token, Floor: floor, Handle: h.apiDeliveries, Out: deliveryList{},
			Query: []web.Parameter{{Name: "state", Does: "Only these.", Values: words(notify.States)}, {Name: "channel", Does: "Only to this channel."}}},
		{Method: http.MethodPost, Path: apiSent + "/:id/retry", Name: "api.deliveries.retry", Does: "Send a delivery that has ended once more, with the same message id.", Guard: web.Token, Floor: floor, Audit: "delivery.retried",
			Handle: h.apiRetry, In: web.None{}, Out: deliveryJSON{}},
	}
}

func channelID(c *web.Context) (id.Channel, error) {
	return web.Param(c, "id", id.ParseChannel, error(notify.MissingChannel()))
}

func (h *Alerts) list(c *web.Context) error {
	all, err := h.channels.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	p := views.ChannelsPage{Shell: c.Shell("Alert channels", "channels")}
	for _, ch := range all {
		r := views.ChannelRow{Href: channels + "/" + ch.ID.String(), Name: ch.Name, Address: ch.Shown, Kind: ch.Kind.Label(), Changed: c.When(ch.UpdatedAt), Off: ch.Disabled, Hears: "everything"}
		if len(ch.Kinds) > 0 {
			r.Hears = strconv.Itoa(len(ch.Kinds)) + " of " + strconv.Itoa(len(notify.Shared())) + " kinds"
		}
		switch {
		case ch.Disabled:
			r.State = ui.StatusProps{Tone: ui.Neutral, Label: "Off", Title: ch.Problem}
		case ch.Problem != "":
			r.State = ui.StatusProps{Tone: ui.Warn, Label: "Troubled", Title: ch.Problem}
		default:
			r.State = ui.StatusProps{Tone: ui.Good, Label: "On"}
		}
		p.Rows = append(p.Rows, r)
	}
	return c.Render(views.Channels(p))
}

func (h *Alerts) new(c *web.Context) error {
	page, err := h.form(c, notify.Channel{}, views.ChannelFields{Kind: string(notify.Slack)}, nil, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Alerts) create(c *web.Context) error {
	f, kinds, in, err := typed(c)
	var ch notify.Channel
	var key secret.String
	if err == nil {
		ch, key, err = h.channels.Create(c.Ctx(), c.Actor(), in)
	}
	if err != nil {
		return h.again(c, notify.Channel{}, f, kinds, err)
	}
	if !key.IsEmpty() {
		return h.made(c, ch, key)
	}
	c.Flash("The channel is there. Send it a test.")
	return c.See(channels)
}

// made shows a secret, once; a redirect would need it kept somewhere.
func (h *Alerts) made(c *web.Context, ch notify.Channel, key secret.String) error {
	return c.Render(views.Made(views.MadePage{Shell: c.Shell("The channel's secret", "channels"), Name: ch.Name, Secret: key.Reveal(), Next: channels}))
}

func (h *Alerts) again(c *web.Context, ch notify.Channel, f views.ChannelFields, kinds []string, err error) error {
	wrong, ok := web.Refused(err)
	if !ok {
		return err
	}
	page, err := h.form(c, ch, f, kinds, wrong)
	if err != nil {
		return err
	}
	return c.Invalid(page)
}

func (h *Alerts) channel(c *web.Context) (notify.Channel, error) {
	which, err := channelID(c)
	if err != nil {
		return notify.Channel{}, err
	}
	return h.channels.Get(c.Ctx(), c.Actor(), which)
}

func (h *Alerts) show(c *web.Context) error {
	ch, err := h.channel(c)
	if err != nil {
		return err
	}
	f := views.ChannelFields{Name: ch.Name, Room: ch.Room, Off: ch.Disabled, Version: web.Version(ch.UpdatedAt)}
	if !ch.Team.IsZero() {
		f.Team = ch.Team.String()
	}
	page, err := h.form(c, ch, f, words(ch.Kinds), web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Alerts) update(c *web.Context) error {
	ch, err := h.channel(c)
	if err != nil {
		return err
	}
	f, kinds, in, err := typed(c)
	if err == nil {
		_, err = h.channels.Update(c.Ctx(), c.Actor(), ch.ID, in)
	}
	if err != nil {
		return h.again(c, ch, f, kinds, err)
	}
	c.Flash("The channel is saved.")
	return c.See(channels)
}

func (h *Alerts) rotate(c *web.Context) error {
	which, err := channelID(c)
	if err != nil {
		return err
	}
	ch, key, err := h.channels.Rotate(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return h.made(c, ch, key)
}

func (h *Alerts) test(c *web.Context) error {
	which, err := channelID(c)
	if err != nil {
		return err
	}
	if err := h.channels.Test(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("A test is on its way. What came of it stands here within seconds.")
	return c.See(deliveries + "?channel=" + which.String())
}

func (h *Alerts) delete(c *web.Context) error {
	which, err := channelID(c)
	if err != nil {
		return err
	}
	if err := h.channels.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The channel is deleted.")
	return c.See(channels)
}
