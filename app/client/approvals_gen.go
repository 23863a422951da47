// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ApprovalsAPI is what the API can do with approvals.
type ApprovalsAPI struct{ c *Client }

// Approvals is what the API can do with approvals.
func (c *Client) Approvals() ApprovalsAPI { return ApprovalsAPI{c} }

// List: List approvals.
func (a ApprovalsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ApprovalList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/approvals", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ApprovalsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Approval, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ApprovalList, error) { return a.List(ctx, query, calls...) }, func(p ApprovalList) ([]Approval, string) { return p.Data, p.Next })
}

// Ask: Ask for what a policy refuses to a key.
func (a ApprovalsAPI) Ask(ctx context.Context, in ApprovalAskInput, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals", nil, in, &out, calls)
	return out, err
}

// Show: Show an approval.
func (a ApprovalsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodGet, "/approvals/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Approve: Approve an approval.
func (a ApprovalsAPI) Approve(ctx context.Context, id string, in ApprovalVerdictInput, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals/"+url.PathEscape(id)+"/approve", nil, in, &out, calls)
	return out, err
}

// Deny: Deny an approval.
func (a ApprovalsAPI) Deny(ctx context.Context, id string, in ApprovalDenialInput, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals/"+url.PathEscape(id)+"/deny", nil, in, &out, calls)
	return out, err
}

// Revoke: End an approval at once, or withdraw a request of one's own.
func (a ApprovalsAPI) Revoke(ctx context.Context, id string, calls ...Call) (out Approval, err error) {
	err = a.c.do(ctx, http.MethodPost, "/approvals/"+url.PathEscape(id)+"/revoke", nil, nil, &out, calls)
	return out, err
}

// Approval is a request for what policies refuse to a key and, once it is approved, the grant.
type Approval struct {
	ID        string     `json:"id"`
	Key       string     `json:"key"`
	KeyName   string     `json:"key_name"`
	Model     string     `json:"model"`
	CostUSD   string     `json:"cost_usd"` // of one request, as it was refused; "" if it was not for its cost
	Reason    string     `json:"reason"`
	Against   []string   `json:"against"`    // what policies have against it
	AmountUSD string     `json:"amount_usd"` // the most that its requests may cost together; "" = any
	Times     int64      `json:"times"`      // 0 = any number
	Until     time.Time  `json:"until"`
	SpentUSD  string     `json:"spent_usd"` // of the grant; requests under way count with the most they can cost
	Used      int64      `json:"used"`
	State     string     `json:"state"` // pending, approved, denied, expired, withdrawn, revoked, over
	AskedBy   string     `json:"asked_by"`
	AskedAt   time.Time  `json:"asked_at"`
	ExpiresAt time.Time  `json:"expires_at"` // when it is too late to decide
	DecidedBy string     `json:"decided_by"`
	DecidedAt *time.Time `json:"decided_at"`
	Note      string     `json:"note"`
	CanDecide bool       `json:"can_decide"`
	CanRevoke bool       `json:"can_revoke"`
}

// ApprovalAskInput asks for what policies refuse to a key.
type ApprovalAskInput struct {
	Key       string `json:"key,omitempty"`
	Model     string `json:"model,omitempty"`      // as the client asks for it
	CostUSD   string `json:"cost_usd,omitempty"`   // what one request may cost, as it was refused; "" if it was not for its cost
	AmountUSD string `json:"amount_usd,omitempty"` // the most that the requests may cost together; needed with cost_usd
	Times     int64  `json:"times,omitempty"`      // 0 = any number
	Until     string `json:"until,omitempty"`      // empty = 7 days from now
	Reason    string `json:"reason,omitempty"`
}

// ApprovalDenialInput refuses.
type ApprovalDenialInput struct {
	Note string `json:"note,omitempty"`
}

// ApprovalList is a body of the API.
type ApprovalList struct {
	Data    []Approval `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}

// ApprovalVerdictInput approves. Empty fields grant what was asked for.
type ApprovalVerdictInput struct {
	AmountUSD string `json:"amount_usd,omitempty"`
	Times     int64  `json:"times,omitempty"`
	Until     string `json:"until,omitempty"`
	Note      string `json:"note,omitempty"`
}
