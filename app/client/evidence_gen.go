// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"
)

// EvidenceAPI is what the API can do with evidence.
type EvidenceAPI struct{ c *Client }

// Evidence is what the API can do with evidence.
func (c *Client) Evidence() EvidenceAPI { return EvidenceAPI{c} }

// Show: Show a month's evidence on a topic: what was processed where, who has access, whose the costs are.
func (a EvidenceAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Evidence, err error) {
	err = a.c.do(ctx, http.MethodGet, "/evidence", query, nil, &out, calls)
	return out, err
}

// File: Download a month's evidence as a document or as a table.
// The caller closes the body.
func (a EvidenceAPI) File(ctx context.Context, query url.Values, calls ...Call) (body io.ReadCloser, err error) {
	err = a.c.do(ctx, http.MethodGet, "/evidence/file", query, nil, &body, calls)
	return body, err
}

// ComplianceSheet is one table of it.
type ComplianceSheet struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// Evidence is one month's evidence on a topic.
type Evidence struct {
	Topic  string            `json:"topic"`
	Lead   string            `json:"lead"`
	From   time.Time         `json:"from"` // the month, in the organization's zone
	To     time.Time         `json:"to"`
	MadeAt time.Time         `json:"made_at"`
	Sheets []ComplianceSheet `json:"sheets"`
}
