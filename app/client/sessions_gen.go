// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// SessionsAPI is what the API can do with sessions.
type SessionsAPI struct{ c *Client }

// Sessions is what the API can do with sessions.
func (c *Client) Sessions() SessionsAPI { return SessionsAPI{c} }

// List: List sessions.
func (a SessionsAPI) List(ctx context.Context, id string, query url.Values, calls ...Call) (out SessionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members/"+url.PathEscape(id)+"/sessions", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a SessionsAPI) All(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Session, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (SessionList, error) {
		return a.List(ctx, id, query, calls...)
	}, func(p SessionList) ([]Session, string) { return p.Data, p.Next })
}

// EndAll: End all a session.
func (a SessionsAPI) EndAll(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id)+"/sessions", nil, nil, nil, calls)
}

// End: End a session.
func (a SessionsAPI) End(ctx context.Context, id string, session string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id)+"/sessions/"+url.PathEscape(session), nil, nil, nil, calls)
}

// Session is a body of the API.
type Session struct {
	ID         string    `json:"id"`
	Method     string    `json:"method"`
	IP         string    `json:"ip"`
	UserAgent  string    `json:"user_agent"`
	BeganAt    time.Time `json:"began_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// SessionList is a body of the API.
type SessionList struct {
	Data    []Session `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}
