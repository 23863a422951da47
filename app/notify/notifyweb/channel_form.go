package notifyweb

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/notify"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// form is the page of a channel; the zero one is new.
func (h *Alerts) form(c *web.Context, ch notify.Channel, f views.ChannelFields, kinds []string, wrong web.Refusal) (templ.Component, error) {
	p := views.ChannelPage{Shell: c.Shell("New channel", "channels"), Title: "New channel", Sub: "A place that hears of events besides the people they concern.", Action: channels, Button: "Add channel", Fresh: true,
		Fields: f, Form: wrong.Form, Errors: wrong.Fields}
	if !ch.ID.IsZero() {
		p.Shell.Title, p.Title, p.Sub, p.Action, p.Button, p.Fresh = ch.Name, ch.Name, ch.Kind.Label(), channels+"/"+ch.ID.String(), "Save", false
		p.ID, p.Address, p.Problem, p.Signed, p.App, p.Off = ch.ID.String(), ch.Shown, ch.Problem, ch.Kind == notify.Webhook, ch.Kind == notify.SlackApp, ch.Disabled
	}
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	p.Teams = []ui.Option{{Value: "", Label: "All of the organization"}}
	for _, t := range teams {
		p.Teams = append(p.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
	}
	if own := ch.Team.String(); !ch.Team.IsZero() && !slices.ContainsFunc(p.Teams, func(o ui.Option) bool { return o.Value == own }) {
		p.Teams = append(p.Teams, ui.Option{Value: own, Label: "Its team, which is archived"}) // else saving would widen it to everybody's events
	}
	for _, k := range notify.Shared() {
		p.Kinds = append(p.Kinds, views.Tick{Value: string(k), Label: k.Label(), Checked: slices.Contains(kinds, string(k))})
	}
	return views.Channel(p), nil
}

// typed reads the form.
func typed(c *web.Context) (views.ChannelFields, []string, notify.ChannelInput, error) {
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	f := views.ChannelFields{Name: v("name"), Kind: v("kind"), Address: v("address"), Room: v("room"), Team: v("team"), Off: v("disabled") != "", Version: v("version")}
	kinds := c.Request().Form["kinds"]
	in := notify.ChannelInput{Name: f.Name, Kind: notify.ChannelKind(f.Kind), Address: secret.New(f.Address), Room: f.Room, Disabled: f.Off, Kinds: kindsOf(kinds), Seen: c.Seen()}
	var err error
	in.Team, err = team(f.Team)
	return f, kinds, in, err
}

func kindsOf(list []string) []notify.Kind {
	out := make([]notify.Kind, len(list))
	for i, w := range list {
		out[i] = notify.Kind(w)
	}
	return out
}

func team(text string) (id.Team, error) {
	if text == "" {
		return id.Team{}, nil
	}
	t, err := id.ParseTeam(text)
	if err != nil {
		return t, fault.Field("team", "Choose a team of the organization, or none.")
	}
	return t, nil
}
