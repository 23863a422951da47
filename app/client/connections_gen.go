// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ConnectionsAPI is what the API can do with connections.
type ConnectionsAPI struct{ c *Client }

// Connections is what the API can do with connections.
func (c *Client) Connections() ConnectionsAPI { return ConnectionsAPI{c} }

// List: List connections.
func (a ConnectionsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ConnectionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ConnectionsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Connection, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ConnectionList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ConnectionList) ([]Connection, string) { return p.Data, p.Next })
}

// Create: Create a connection.
func (a ConnectionsAPI) Create(ctx context.Context, in ConnectionInput, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodPost, "/connections", nil, in, &out, calls)
	return out, err
}

// Found: Show the found of a connection.
func (a ConnectionsAPI) Found(ctx context.Context, query url.Values, calls ...Call) (out FoundList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections/found", query, nil, &out, calls)
	return out, err
}

// AllFound is Found over all pages.
func (a ConnectionsAPI) AllFound(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Found, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (FoundList, error) { return a.Found(ctx, query, calls...) }, func(p FoundList) ([]Found, string) { return p.Data, p.Next })
}

// Health: Show the health of a connection.
func (a ConnectionsAPI) Health(ctx context.Context, id string, query url.Values, calls ...Call) (out Health, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections/"+url.PathEscape(id)+"/health", query, nil, &out, calls)
	return out, err
}

// Show: Show a connection.
func (a ConnectionsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodGet, "/connections/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a connection.
func (a ConnectionsAPI) Update(ctx context.Context, id string, in ConnectionChange, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/connections/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Rotate: Replace a connection's credential.
func (a ConnectionsAPI) Rotate(ctx context.Context, id string, in CredentialInput, calls ...Call) (out Connection, err error) {
	err = a.c.do(ctx, http.MethodPost, "/connections/"+url.PathEscape(id)+"/credential", nil, in, &out, calls)
	return out, err
}

// Test: Test a connection.
func (a ConnectionsAPI) Test(ctx context.Context, id string, calls ...Call) (out Check, err error) {
	err = a.c.do(ctx, http.MethodPost, "/connections/"+url.PathEscape(id)+"/test", nil, nil, &out, calls)
	return out, err
}

// Delete: Delete a connection.
func (a ConnectionsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/connections/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Check is a live test's result.
type Check struct {
	At        time.Time `json:"at"`
	OK        bool      `json:"ok"`
	Blame     string    `json:"blame,omitempty"` // key, url, region, model, network, provider, missing
	Message   string    `json:"message,omitempty"`
	Models    int       `json:"models"`
	LatencyMS int64     `json:"latency_ms"`
}

// Connection is a connection in the management API. The credential is never in it.
type Connection struct {
	ID            string              `json:"id"`
	Name          string              `json:"name"`
	Kind          string              `json:"kind"`
	BaseURL       string              `json:"base_url,omitempty"`
	Service       string              `json:"service,omitempty"`  // Service is the known service that a compatible server is: by its address, or by what was said.
	Settings      map[string]string   `json:"settings,omitempty"` // Settings are the parts of the address that have names, such as a project.
	HasCredential bool                `json:"has_credential"`
	KeyHint       string              `json:"key_hint,omitempty"` // last four characters
	Disabled      bool                `json:"disabled"`
	Residency     string              `json:"residency,omitempty"` // Residency is where the provider keeps and processes data: as declared, else the region that its address names. ZeroRetention says that it keeps nothing. Routes may ask for both.
	ZeroRetention bool                `json:"zero_retention"`
	NoTraining    bool                `json:"no_training"` // it trains no models with requests and answers
	Models        []string            `json:"models"`
	ListReadAt    *time.Time          `json:"list_read_at,omitempty"`
	ListChange    *ProviderListChange `json:"last_list_change,omitempty"`
	Check         *Check              `json:"last_check"`
	CreatedAt     time.Time           `json:"created_at"`
	UpdatedAt     time.Time           `json:"updated_at"`
}

// ConnectionChange changes what it names and leaves the rest.
type ConnectionChange struct {
	Name          *string           `json:"name,omitempty"`
	BaseURL       *string           `json:"base_url,omitempty"`
	Service       *string           `json:"service,omitempty"`
	Settings      map[string]string `json:"settings,omitempty"`
	Credential    *string           `json:"credential,omitempty"`
	Disabled      *bool             `json:"disabled,omitempty"`
	Residency     *string           `json:"residency,omitempty"`
	ZeroRetention *bool             `json:"zero_retention,omitempty"`
	NoTraining    *bool             `json:"no_training,omitempty"`
}

// ConnectionInput makes a connection. Credential is written, never read.
type ConnectionInput struct {
	Name          string            `json:"name,omitempty"`
	Kind          string            `json:"kind,omitempty"`
	BaseURL       string            `json:"base_url,omitempty"`
	Service       string            `json:"service,omitempty"`  // Service is a known service's name (GET /api/v1/providers); it gives the base URL where none is given.
	Settings      map[string]string `json:"settings,omitempty"` // Settings are written into the base URL; Vertex has project and location.
	Credential    string            `json:"credential,omitempty"`
	Disabled      bool              `json:"disabled,omitempty"`
	Residency     string            `json:"residency,omitempty"` // Residency and ZeroRetention are what the contract with the provider says.
	ZeroRetention bool              `json:"zero_retention,omitempty"`
	NoTraining    bool              `json:"no_training,omitempty"`
}

// ConnectionList is a body of the API.
type ConnectionList struct {
	Data    []Connection `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// CredentialInput is a new credential. It is tried before it takes the old one's place, unless Untested says not to.
type CredentialInput struct {
	Credential string `json:"credential,omitempty"`
	Untested   bool   `json:"untested,omitempty"`
}

// Found is a server on the gateway's own machine that is not connected yet; connect it like any other.
type Found struct {
	Kind    string   `json:"kind"`
	BaseURL string   `json:"base_url"`
	Models  []string `json:"models"`
}

// FoundList is a body of the API.
type FoundList struct {
	Data    []Found `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Health is how a connection's attempts of the last 24 hours went, at most the newest 2,000, and its spend this month under the name that it has now.
type Health struct {
	Attempts    int              `json:"attempts"`
	Failed      int              `json:"failed"`
	P50MS       int64            `json:"p50_ms"` // of whole answers; 0 without any
	P95MS       int64            `json:"p95_ms"`
	LastAt      *time.Time       `json:"last_at"`
	LastFailure *ProviderFailure `json:"last_failure"`
	SpentUSD    string           `json:"spent_this_month_usd"`
}

// ProviderFailure is a body of the API.
type ProviderFailure struct {
	At     time.Time `json:"at"`
	Class  string    `json:"class"`
	Status int       `json:"status,omitempty"`
	Note   string    `json:"note,omitempty"` // for admins
}

// ProviderListChange is how a list of models last differed from the time before.
type ProviderListChange struct {
	At      time.Time `json:"at"`
	Added   []string  `json:"added"`
	Removed []string  `json:"removed"`
	More    int       `json:"more,omitempty"` // changes that are not named here
}
