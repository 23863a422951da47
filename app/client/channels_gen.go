// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ChannelsAPI is what the API can do with channels.
type ChannelsAPI struct{ c *Client }

// Channels is what the API can do with channels.
func (c *Client) Channels() ChannelsAPI { return ChannelsAPI{c} }

// List: List channels.
func (a ChannelsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ChannelList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/channels", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ChannelsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Channel, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ChannelList, error) { return a.List(ctx, query, calls...) }, func(p ChannelList) ([]Channel, string) { return p.Data, p.Next })
}

// Create: Add a channel; a webhook's secret is in this answer alone.
func (a ChannelsAPI) Create(ctx context.Context, in ChannelInput, calls ...Call) (out ChannelMade, err error) {
	err = a.c.do(ctx, http.MethodPost, "/channels", nil, in, &out, calls)
	return out, err
}

// Show: Show a channel.
func (a ChannelsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Channel, err error) {
	err = a.c.do(ctx, http.MethodGet, "/channels/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a channel.
func (a ChannelsAPI) Update(ctx context.Context, id string, in ChannelChange, calls ...Call) (out Channel, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/channels/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a channel.
func (a ChannelsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/channels/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Rotate: Give a webhook a new secret; the old one signs too for a day.
func (a ChannelsAPI) Rotate(ctx context.Context, id string, calls ...Call) (out ChannelMade, err error) {
	err = a.c.do(ctx, http.MethodPost, "/channels/"+url.PathEscape(id)+"/rotate", nil, nil, &out, calls)
	return out, err
}

// Test: Send a test message to a channel.
func (a ChannelsAPI) Test(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/channels/"+url.PathEscape(id)+"/test", nil, nil, nil, calls)
}

// Channel is a channel in the management API. Its address and secret are never in it.
type Channel struct {
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

// ChannelChange changes what it names.
type ChannelChange struct {
	Name     *string   `json:"name,omitempty"`
	Address  *string   `json:"address,omitempty"`
	Room     *string   `json:"room,omitempty"`
	Events   *[]string `json:"events,omitempty"`
	Team     *string   `json:"team,omitempty"`
	Disabled *bool     `json:"disabled,omitempty"`
}

// ChannelInput makes a channel.
type ChannelInput struct {
	Name    string   `json:"name,omitempty"`
	Kind    string   `json:"kind,omitempty"`
	Address string   `json:"address,omitempty"` // where messages are posted; of a slack_app its bot token
	Room    string   `json:"room,omitempty"`    // of a slack_app: the Slack channel's id, or #name
	Events  []string `json:"events,omitempty"`
	Team    string   `json:"team,omitempty"`
}

// ChannelList is a body of the API.
type ChannelList struct {
	Data    []Channel `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// ChannelMade has a webhook's secret, which is shown this once; "" for other kinds.
type ChannelMade struct {
	Channel Channel `json:"channel"`
	Secret  string  `json:"secret"`
}
