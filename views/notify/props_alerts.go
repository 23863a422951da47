package notify

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ChannelsPage lists channels.
type ChannelsPage struct {
	layout.Shell
	Rows []ChannelRow
}

// ChannelRow is one channel.
type ChannelRow struct {
	Href, Name, Address, Kind, Hears string
	State                            ui.StatusProps
	Changed                          ui.When
	Off                              bool
}

// ChannelPage is the form of a channel.
type ChannelPage struct {
	layout.Shell
	Title, Sub, Action, Button string
	ID, Address, Problem       string // of one that is there
	Fresh, Signed, App, Off    bool
	Fields                     ChannelFields
	Teams                      []ui.Option
	Kinds                      []Tick
	Form                       string
	Errors                     map[string]string
}

// ChannelFields are what was typed.
type ChannelFields struct {
	Name, Kind, Address, Room, Team string
	Off                             bool
	Version                         string // of the channel that the form was filled from; "" for a new one
}

// Tick is a choice of several.
type Tick struct {
	Value, Label string
	Checked      bool
}

// MadePage shows a secret.
type MadePage struct {
	layout.Shell
	Name, Secret, Next string
}

// DeliveriesPage lists deliveries.
type DeliveriesPage struct {
	layout.Shell
	States []ui.Tab
	Rows   []DeliveryRow
	None   ui.EmptyProps
	Pager  ui.PagerProps
	Back   string // this page, where its forms lead back to
}

// DeliveryRow is one event on its way to one recipient.
type DeliveryRow struct {
	Title, Kind, To, Problem, Tries string
	State                           ui.StatusProps
	When                            ui.When
	Again, Button                   string // where its form goes, and what it does; "" = it cannot be sent again
}

// SettingsPage is how a person wants to be told.
type SettingsPage struct {
	layout.Shell
	Kinds  []Choice
	Fields SettingsFields
	Home   string // the organization's zone
	Form   string
	Errors map[string]string
}

// Choice is one kind of event, and by which ways one is told.
type Choice struct {
	Value, Label, Note string
	Inbox, Mail        bool
}

// SettingsFields are what was typed.
type SettingsFields struct{ From, To, Zone, Digest, CoolDown string }

// StopPage is the page of a letter's link.
type StopPage struct {
	layout.Shell
	Email, Action string
	Kinds         []string
	Done          bool
}

var channelKinds = []ui.Option{
	{Value: "slack", Label: "Slack (incoming webhook)"},
	{Value: "slack_app", Label: "Slack (app, by its bot token)"},
	{Value: "teams", Label: "Microsoft Teams (workflow)"},
	{Value: "webhook", Label: "Webhook of your own, signed"},
}

var digests = []ui.Option{
	{Value: "", Label: "No: each by itself, at once"},
	{Value: "hourly", Label: "Hourly, at the full hour"},
	{Value: "daily", Label: "Daily, at 8:00"},
}
