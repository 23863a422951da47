// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// InboxAPI is what the API can do with inbox.
type InboxAPI struct{ c *Client }

// Inbox is what the API can do with inbox.
func (c *Client) Inbox() InboxAPI { return InboxAPI{c} }

// List: List inbox.
func (a InboxAPI) List(ctx context.Context, query url.Values, calls ...Call) (out NotifyNoticeList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/inbox", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a InboxAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[NotifyNotice, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (NotifyNoticeList, error) {
		return a.List(ctx, query, calls...)
	}, func(p NotifyNoticeList) ([]NotifyNotice, string) { return p.Data, p.Next })
}

// ReadAll: Mark everything in one's inbox as read.
func (a InboxAPI) ReadAll(ctx context.Context, calls ...Call) (out Read, err error) {
	err = a.c.do(ctx, http.MethodPost, "/inbox/read", nil, nil, &out, calls)
	return out, err
}

// Read: Mark a line of one's inbox as read.
func (a InboxAPI) Read(ctx context.Context, id string, calls ...Call) (out NotifyNotice, err error) {
	err = a.c.do(ctx, http.MethodPost, "/inbox/"+url.PathEscape(id)+"/read", nil, nil, &out, calls)
	return out, err
}

// Preferences: Show how one wants to be told.
func (a InboxAPI) Preferences(ctx context.Context, query url.Values, calls ...Call) (out Preferences, err error) {
	err = a.c.do(ctx, http.MethodGet, "/inbox/preferences", query, nil, &out, calls)
	return out, err
}

// Prefer: Say how one wants to be told.
func (a InboxAPI) Prefer(ctx context.Context, in Preferences, calls ...Call) (out Preferences, err error) {
	err = a.c.do(ctx, http.MethodPut, "/inbox/preferences", nil, in, &out, calls)
	return out, err
}

// NotifyNotice is one line of an inbox in the management API.
type NotifyNotice struct {
	ID     string     `json:"id"`
	Kind   string     `json:"kind"`  // budget_threshold, approval_asked, key_expiring, …
	Title  string     `json:"title"` // one sentence
	Path   string     `json:"path"`  // the page of the dashboard that it leads to
	At     time.Time  `json:"at"`
	ReadAt *time.Time `json:"read_at"` // null = unread
}

// NotifyNoticeList is a page of an inbox, newest first.
type NotifyNoticeList struct {
	Data    []NotifyNotice `json:"data"`
	Next    string         `json:"next,omitempty"` // give it as ?after=
	HasMore bool           `json:"has_more"`       // whether there are more pages
}

// Preferences is how a person wants to be told.
type Preferences struct {
	NoMail          []string `json:"no_mail"`           // kinds of events without a letter
	NoInbox         []string `json:"no_inbox"`          // kinds of events that do not stand in the inbox
	Zone            string   `json:"zone"`              // IANA; "" = the organization's
	QuietFrom       string   `json:"quiet_from"`        // "22:00"; "" = letters at any time
	QuietTo         string   `json:"quiet_to"`          // "07:00"
	Digest          string   `json:"digest"`            // "", hourly or daily
	CoolDownMinutes int      `json:"cool_down_minutes"` // between two letters of a kind; 0 = none
}

// Read is a body of the API.
type Read struct {
	Read int64 `json:"read"` // how many lines were unread
}
