// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// AuditAPI is what the API can do with audit.
type AuditAPI struct{ c *Client }

// Audit is what the API can do with audit.
func (c *Client) Audit() AuditAPI { return AuditAPI{c} }

// List: List audit entries, newest first. Organization admins see all of them, others their own acts.
func (a AuditAPI) List(ctx context.Context, query url.Values, calls ...Call) (out AuditEntryList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a AuditAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[AuditEntry, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (AuditEntryList, error) {
		return a.List(ctx, query, calls...)
	}, func(p AuditEntryList) ([]AuditEntry, string) { return p.Data, p.Next })
}

// Export: Download audit entries, newest first.
// The caller closes the body.
func (a AuditAPI) Export(ctx context.Context, query url.Values, calls ...Call) (body io.ReadCloser, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/export", query, nil, &body, calls)
	return body, err
}

// Verify: Prove that the organization's chain of entries is whole.
func (a AuditAPI) Verify(ctx context.Context, query url.Values, calls ...Call) (out Verification, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/verification", query, nil, &out, calls)
	return out, err
}

// Retention: Show how long entries are kept.
func (a AuditAPI) Retention(ctx context.Context, query url.Values, calls ...Call) (out Retention, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/retention", query, nil, &out, calls)
	return out, err
}

// Retain: Set how long entries are kept.
func (a AuditAPI) Retain(ctx context.Context, in Retention, calls ...Call) (out Retention, err error) {
	err = a.c.do(ctx, http.MethodPut, "/audit/retention", nil, in, &out, calls)
	return out, err
}

// Show: Show an audit entry with what it changed.
func (a AuditAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out AuditEntry, err error) {
	err = a.c.do(ctx, http.MethodGet, "/audit/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// AuditEntry is an audit entry in the management API. Secrets are masked before they are stored.
type AuditEntry struct {
	ID         string          `json:"id"`
	Seq        int64           `json:"seq"` // counts the organization's entries without gaps
	At         time.Time       `json:"at"`
	Actor      string          `json:"actor"`            // an e-mail address, a token's name, or what of the installation itself
	Role       string          `json:"role"`             // the actor's, at that time
	Member     string          `json:"member,omitempty"` // none for tokens of the organization and the installation
	Via        string          `json:"via"`              // web, api, cli, scim, mail, job or operator
	Action     string          `json:"action"`           // "key.created"
	Target     string          `json:"target"`           // the changed thing's id
	TargetName string          `json:"target_name"`      // its name at that time
	Before     json.RawMessage `json:"before"`           // changed fields; null where there was nothing before
	After      json.RawMessage `json:"after"`            // changed fields; null where there is nothing after
	IP         string          `json:"ip"`               // where the request came from
	UserAgent  string          `json:"user_agent"`       // what it called itself
	RequestID  string          `json:"request_id"`       // ties the entry to log lines
}

// AuditEntryList is a page of entries, newest first.
type AuditEntryList struct {
	Data    []AuditEntry `json:"data"`
	HasMore bool         `json:"has_more"`
	Next    string       `json:"next,omitempty"` // give it as ?after=
}

// Retention is how long entries are kept.
type Retention struct {
	KeepDays int `json:"keep_days"` // 30 to 3650, or 0 for ever
}

// Verification is what walking the chain found.
type Verification struct {
	OK      bool   `json:"ok"`
	Entries int64  `json:"entries"` // proven ones
	Problem string `json:"problem"` // where the chain stops being true, and how
}
