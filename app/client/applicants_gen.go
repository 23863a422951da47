// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ApplicantsAPI is what the API can do with applicants.
type ApplicantsAPI struct{ c *Client }

// Applicants is what the API can do with applicants.
func (c *Client) Applicants() ApplicantsAPI { return ApplicantsAPI{c} }

// List: List applicants.
func (a ApplicantsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out JoinApplicantList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/join-requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ApplicantsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[JoinApplicant, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (JoinApplicantList, error) {
		return a.List(ctx, query, calls...)
	}, func(p JoinApplicantList) ([]JoinApplicant, string) { return p.Data, p.Next })
}

// Approve: Approve an applicant.
func (a ApplicantsAPI) Approve(ctx context.Context, id string, in JoinGrant, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/join-requests/"+url.PathEscape(id)+"/approve", nil, in, nil, calls)
}

// Refuse: Refuse an applicant.
func (a ApplicantsAPI) Refuse(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/join-requests/"+url.PathEscape(id)+"/refuse", nil, nil, nil, calls)
}

// JoinApplicant is a body of the API.
type JoinApplicant struct {
	ID        string     `json:"id"`
	Email     string     `json:"email"`
	Name      string     `json:"name"`
	Note      string     `json:"note"`
	State     string     `json:"state"` // waiting, approved, refused
	AskedAt   time.Time  `json:"asked_at"`
	DecidedAt *time.Time `json:"decided_at"`
	DecidedBy string     `json:"decided_by"`
}

// JoinApplicantList is a body of the API.
type JoinApplicantList struct {
	Data    []JoinApplicant `json:"data"`
	HasMore bool            `json:"has_more"`       // whether there are more pages
	Next    string          `json:"next,omitempty"` // give it as after
}

// JoinGrant is what somebody gets who comes in.
type JoinGrant struct {
	Role        string   `json:"role,omitempty"`
	Departments []string `json:"departments,omitempty"` // of managers and viewers
	Teams       []string `json:"teams,omitempty"`
}
