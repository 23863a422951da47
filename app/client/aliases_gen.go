// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// AliasesAPI is what the API can do with aliases.
type AliasesAPI struct{ c *Client }

// Aliases is what the API can do with aliases.
func (c *Client) Aliases() AliasesAPI { return AliasesAPI{c} }

// List: List aliases.
func (a AliasesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out AliasList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/aliases", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a AliasesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Alias, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (AliasList, error) { return a.List(ctx, query, calls...) }, func(p AliasList) ([]Alias, string) { return p.Data, p.Next })
}

// Create: Create an alias.
func (a AliasesAPI) Create(ctx context.Context, in AliasInput, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodPost, "/aliases", nil, in, &out, calls)
	return out, err
}

// Show: Show an alias.
func (a AliasesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodGet, "/aliases/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Candidates: Show the candidates of an alias.
func (a AliasesAPI) Candidates(ctx context.Context, id string, query url.Values, calls ...Call) (out CandidateList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/aliases/"+url.PathEscape(id)+"/candidates", query, nil, &out, calls)
	return out, err
}

// AllCandidates is Candidates over all pages.
func (a AliasesAPI) AllCandidates(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Candidate, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (CandidateList, error) {
		return a.Candidates(ctx, id, query, calls...)
	}, func(p CandidateList) ([]Candidate, string) { return p.Data, p.Next })
}

// Switch: Switch an alias.
func (a AliasesAPI) Switch(ctx context.Context, id string, in SwitchInput, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodPost, "/aliases/"+url.PathEscape(id)+"/switch", nil, in, &out, calls)
	return out, err
}

// Update: Update an alias.
func (a AliasesAPI) Update(ctx context.Context, id string, in AliasInput, calls ...Call) (out Alias, err error) {
	err = a.c.do(ctx, http.MethodPut, "/aliases/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete an alias.
func (a AliasesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/aliases/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Alias is an alias in the management API; targets are "connection/model", in fallback order.
type Alias struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Targets   []string  `json:"targets"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// AliasInput is a body of the API.
type AliasInput struct {
	Name    string   `json:"name,omitempty"`
	Targets []string `json:"targets,omitempty"`
}

// AliasList is a body of the API.
type AliasList struct {
	Data    []Alias `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Candidate is a target that an alias could have. CostUSD is what the alias's answered requests of the last 30 days come to there at today's prices, recomputed by class of usage; absent where a price is unknown.
type Candidate struct {
	Target        string `json:"target"`
	Present       bool   `json:"present"` // where requests go first now
	ContextWindow int64  `json:"context_window,omitempty"`
	CostUSD       string `json:"cost_usd,omitempty"`
}

// CandidateList holds what was booked too, at the prices of its time.
type CandidateList struct {
	Days      int         `json:"days"`
	Requests  int64       `json:"requests"`
	BookedUSD string      `json:"booked_usd"`
	Data      []Candidate `json:"data"`
	HasMore   bool        `json:"has_more"`       // whether there are more pages
	Next      string      `json:"next,omitempty"` // give it as after
}

// SwitchInput names the target to send requests to first. Keep tries the present one next.
type SwitchInput struct {
	Target string `json:"target,omitempty"`
	Keep   bool   `json:"keep,omitempty"`
}
