// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// LegalHoldsAPI is what the API can do with legal holds.
type LegalHoldsAPI struct{ c *Client }

// LegalHolds is what the API can do with legal holds.
func (c *Client) LegalHolds() LegalHoldsAPI { return LegalHoldsAPI{c} }

// List: List legal holds, those in force first.
func (a LegalHoldsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ComplianceHoldList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/legal-holds", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a LegalHoldsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[ComplianceHold, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ComplianceHoldList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ComplianceHoldList) ([]ComplianceHold, string) { return p.Data, p.Next })
}

// Set: Set a legal hold: while it is in force nothing goes by age, and the organization and the person it names cannot be deleted.
func (a LegalHoldsAPI) Set(ctx context.Context, in ComplianceHoldInput, calls ...Call) (out ComplianceHold, err error) {
	err = a.c.do(ctx, http.MethodPost, "/legal-holds", nil, in, &out, calls)
	return out, err
}

// End: End a legal hold.
func (a LegalHoldsAPI) End(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/legal-holds/"+url.PathEscape(id)+"/end", nil, nil, nil, calls)
}

// ComplianceHold is a legal hold in the management API.
type ComplianceHold struct {
	ID      string     `json:"id"`
	Member  string     `json:"member"` // whose data it keeps; "" = everybody's
	Reason  string     `json:"reason"`
	SetBy   string     `json:"set_by"`
	SetAt   time.Time  `json:"set_at"`
	EndedBy string     `json:"ended_by"`
	EndedAt *time.Time `json:"ended_at"` // null while it is in force
}

// ComplianceHoldInput sets a legal hold.
type ComplianceHoldInput struct {
	Member string `json:"member,omitempty"` // id; everybody without
	Reason string `json:"reason,omitempty"`
}

// ComplianceHoldList is a body of the API.
type ComplianceHoldList struct {
	Data    []ComplianceHold `json:"data"`
	HasMore bool             `json:"has_more"`       // whether there are more pages
	Next    string           `json:"next,omitempty"` // give it as after
}
