// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// DomainsAPI is what the API can do with domains.
type DomainsAPI struct{ c *Client }

// Domains is what the API can do with domains.
func (c *Client) Domains() DomainsAPI { return DomainsAPI{c} }

// List: List domains.
func (a DomainsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out DomainList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/domains", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DomainsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Domain, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (DomainList, error) { return a.List(ctx, query, calls...) }, func(p DomainList) ([]Domain, string) { return p.Data, p.Next })
}

// Claim: Claim a domain.
func (a DomainsAPI) Claim(ctx context.Context, in DomainInput, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodPost, "/domains", nil, in, &out, calls)
	return out, err
}

// Show: Show a domain.
func (a DomainsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodGet, "/domains/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a domain.
func (a DomainsAPI) Update(ctx context.Context, id string, in JoinAdmission, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/domains/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Check: Check a domain.
func (a DomainsAPI) Check(ctx context.Context, id string, calls ...Call) (out Domain, err error) {
	err = a.c.do(ctx, http.MethodPost, "/domains/"+url.PathEscape(id)+"/check", nil, nil, &out, calls)
	return out, err
}

// Release: Release a domain.
func (a DomainsAPI) Release(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/domains/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Domain is a body of the API.
type Domain struct {
	ID           string        `json:"id"`
	Domain       string        `json:"domain"`
	RecordName   string        `json:"record_name"`
	RecordValue  string        `json:"record_value"`
	VerifiedAt   *time.Time    `json:"verified_at"`
	CheckedAt    *time.Time    `json:"checked_at"`
	FailingSince *time.Time    `json:"failing_since"`
	Admission    JoinAdmission `json:"admission"`
}

// DomainInput is a body of the API.
type DomainInput struct {
	Domain string `json:"domain,omitempty"`
}

// DomainList is a body of the API.
type DomainList struct {
	Data    []Domain `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// JoinAdmission is what happens with people who have an address in a domain.
type JoinAdmission struct {
	Requests    bool     `json:"requests"`
	Auto        bool     `json:"auto"`
	Role        string   `json:"role"`
	Departments []string `json:"departments"` // of managers and viewers
	Teams       []string `json:"teams"`
}
