// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// InvitationsAPI is what the API can do with invitations.
type InvitationsAPI struct{ c *Client }

// Invitations is what the API can do with invitations.
func (c *Client) Invitations() InvitationsAPI { return InvitationsAPI{c} }

// List: List invitations.
func (a InvitationsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out InvitationList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/invitations", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a InvitationsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Invitation, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (InvitationList, error) {
		return a.List(ctx, query, calls...)
	}, func(p InvitationList) ([]Invitation, string) { return p.Data, p.Next })
}

// Create: Create an invitation.
func (a InvitationsAPI) Create(ctx context.Context, in InvitationInput, calls ...Call) (out Invitation, err error) {
	err = a.c.do(ctx, http.MethodPost, "/invitations", nil, in, &out, calls)
	return out, err
}

// Show: Show an invitation.
func (a InvitationsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Invitation, err error) {
	err = a.c.do(ctx, http.MethodGet, "/invitations/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Resend: Resend an invitation.
func (a InvitationsAPI) Resend(ctx context.Context, id string, calls ...Call) (out Invitation, err error) {
	err = a.c.do(ctx, http.MethodPost, "/invitations/"+url.PathEscape(id)+"/resend", nil, nil, &out, calls)
	return out, err
}

// Revoke: Revoke an invitation.
func (a InvitationsAPI) Revoke(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/invitations/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Invitation is a body of the API.
type Invitation struct {
	ID          string    `json:"id"`
	Email       string    `json:"email"`
	Name        string    `json:"name"`
	State       string    `json:"state"`
	InvitedBy   string    `json:"invited_by"`
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at"`
	Link        string    `json:"link,omitempty"` // Link is there for open invitations without an address only, and only for one that was asked for by id.
	Role        string    `json:"role"`
	Departments []string  `json:"departments"` // of managers and viewers
	Teams       []string  `json:"teams"`
}

// InvitationInput writes an invitation. Without email the answer has a link to hand over.
type InvitationInput struct {
	Email       string   `json:"email,omitempty"`
	Name        string   `json:"name,omitempty"`
	Role        string   `json:"role,omitempty"`
	Departments []string `json:"departments,omitempty"` // of managers and viewers
	Teams       []string `json:"teams,omitempty"`
}

// InvitationList is a body of the API.
type InvitationList struct {
	Data    []Invitation `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}
