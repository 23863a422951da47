package notifyweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// channelJSON is a channel in the management API. Its address and secret are never in it.
type channelJSON struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`     // webhook, slack, slack_app or teams
	Address   string     `json:"address"`  // without its secret part
	Room      string     `json:"room"`     // the Slack channel of a slack_app; "" for others
	Events    []string   `json:"events"`   // empty = everything that channels hear of
	Team      string     `json:"team"`     // "" = the whole organization's events
	Disabled  bool       `json:"disabled"` // takes nothing
	Problem   string     `json:"problem"`  // what the last message met; "" = it arrived
	OldUntil  *time.Time `json:"old_secret_until"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

type channelList struct {
	Data []channelJSON `json:"data"`
}

// channelInput makes a channel.
type channelInput struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Address string   `json:"address"` // where messages are posted; of a slack_app its bot token
	Room    string   `json:"room"`    // of a slack_app: the Slack channel's id, or #name
	Events  []string `json:"events"`
	Team    string   `json:"team"`
}

// channelChange changes what it names.
type channelChange struct {
	Name     *string   `json:"name"`
	Address  *string   `json:"address"`
	Room     *string   `json:"room"`
	Events   *[]string `json:"events"`
	Team     *string   `json:"team"`
	Disabled *bool     `json:"disabled"`
}

// channelMade has a webhook's secret, which is shown this once; "" for other kinds.
type channelMade struct {
	Channel channelJSON `json:"channel"`
	Secret  string      `json:"secret"`
}

func channelOut(ch notify.Channel) channelJSON {
	x := channelJSON{ID: ch.ID.String(), Name: ch.Name, Kind: string(ch.Kind), Address: ch.Shown, Room: ch.Room, Events: words(ch.Kinds), Disabled: ch.Disabled, Problem: ch.Problem, CreatedAt: ch.CreatedAt, UpdatedAt: ch.UpdatedAt}
	if !ch.Team.IsZero() {
		x.Team = ch.Team.String()
	}
	if !ch.FormerUntil.IsZero() {
		x.OldUntil = &ch.FormerUntil
	}
	return x
}

func (h *Alerts) apiList(c *web.Context) error {
	all, err := h.channels.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	list := channelList{Data: make([]channelJSON, len(all))}
	for i, ch := range all {
		list.Data[i] = channelOut(ch)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Alerts) apiCreate(c *web.Context) error {
	in, err := web.Decode[channelInput](c)
	if err != nil {
		return err
	}
	t, err := team(in.Team)
	if err != nil {
		return err
	}
	ch, key, err := h.channels.Create(c.Ctx(), c.Actor(), notify.ChannelInput{Name: in.Name, Kind: notify.ChannelKind(in.Kind), Address: secret.New(in.Address), Room: in.Room, Kinds: kindsOf(in.Events), Team: t})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, channelMade{channelOut(ch), key.Reveal()})
}

func (h *Alerts) apiShow(c *web.Context) error {
	ch, err := h.channel(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, channelOut(ch))
}

func (h *Alerts) apiUpdate(c *web.Context) error {
	ch, err := h.channel(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[channelChange](c)
	if err != nil {
		return err
	}
	in := notify.ChannelInput{Name: ch.Name, Kinds: ch.Kinds, Team: ch.Team, Disabled: ch.Disabled}
	if change.Name != nil {
		in.Name = *change.Name
	}
	if change.Address != nil {
		in.Address = secret.New(*change.Address)
	}
	if change.Room != nil {
		in.Room = *change.Room
	}
	if change.Events != nil {
		in.Kinds = kindsOf(*change.Events)
	}
	if change.Team != nil {
		if in.Team, err = team(*change.Team); err != nil {
			return err
		}
	}
	if change.Disabled != nil {
		in.Disabled = *change.Disabled
	}
	in.Seen = ch.UpdatedAt
	if ch, err = h.channels.Update(c.Ctx(), c.Actor(), ch.ID, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, channelOut(ch))
}

func (h *Alerts) apiDelete(c *web.Context) error {
	which, err := channelID(c)
	if err != nil {
		return err
	}
	if err := h.channels.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Alerts) apiRotate(c *web.Context) error {
	which, err := channelID(c)
	if err != nil {
		return err
	}
	ch, key, err := h.channels.Rotate(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, channelMade{channelOut(ch), key.Reveal()})
}

func (h *Alerts) apiTest(c *web.Context) error {
	which, err := channelID(c)
	if err != nil {
		return err
	}
	if err := h.channels.Test(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
