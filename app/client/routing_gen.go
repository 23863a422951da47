// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// RoutingAPI is what the API can do with routing.
type RoutingAPI struct{ c *Client }

// Routing is what the API can do with routing.
func (c *Client) Routing() RoutingAPI { return RoutingAPI{c} }

// DryRun: Dry run a routing.
func (a RoutingAPI) DryRun(ctx context.Context, in RouteDryInput, calls ...Call) (out RouteDry, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/dry-run", nil, in, &out, calls)
	return out, err
}

// Export: Show the export of a routing.
func (a RoutingAPI) Export(ctx context.Context, query url.Values, calls ...Call) (out RouteYaml, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/export", query, nil, &out, calls)
	return out, err
}

// Import: Import a routing.
func (a RoutingAPI) Import(ctx context.Context, in RouteYaml, calls ...Call) (out Import, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/import", nil, in, &out, calls)
	return out, err
}

// Show: Show a routing.
func (a RoutingAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out RoutePolicy, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing", query, nil, &out, calls)
	return out, err
}

// Update: Update a routing.
func (a RoutingAPI) Update(ctx context.Context, in RoutePolicy, calls ...Call) (out RoutePolicy, err error) {
	err = a.c.do(ctx, http.MethodPut, "/routing", nil, in, &out, calls)
	return out, err
}

// Import tells what a file changed, by alias; "" is the organization's own rules.
type Import struct {
	Applied []string `json:"applied"`
}

// RouteDry is where the request would go, in order, and what each rule said.
type RouteDry struct {
	Route      string           `json:"route"`
	Strategy   string           `json:"strategy"`
	Targets    []RouteDryTarget `json:"targets"`
	Rules      []RouteStep      `json:"rules"`
	Fallback   *RouteFallback   `json:"fallback,omitempty"` // Fallback is what follows a failure, and FallbackOf who says so; left out where nobody does. Demands are what targets must fulfil.
	FallbackOf string           `json:"fallback_of,omitempty"`
	Demands    []string         `json:"demands,omitempty"`
}

// RouteDryInput is a request that might be made: what conditions of rules ask about it. What is left out is empty, no or 0; of a member the role and attributes, and of a team the department, are filled in.
type RouteDryInput struct {
	Model          string            `json:"model,omitempty"`
	Team           string            `json:"team,omitempty"`
	Department     string            `json:"department,omitempty"`
	Member         string            `json:"member,omitempty"`
	Role           string            `json:"role,omitempty"`
	Attributes     map[string]string `json:"attributes,omitempty"`
	Key            string            `json:"key,omitempty"`
	ServiceAccount bool              `json:"service_account,omitempty"`
	Endpoint       string            `json:"endpoint,omitempty"` // chat if left out
	Dialect        string            `json:"dialect,omitempty"`
	Client         string            `json:"client,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
	Priority       string            `json:"priority,omitempty"`
	EndUser        string            `json:"end_user,omitempty"`
	Session        string            `json:"session,omitempty"`
	Purpose        string            `json:"purpose,omitempty"`
	InputTokens    int               `json:"input_tokens,omitempty"`
	MaxTokens      int               `json:"max_tokens,omitempty"`
	Messages       int               `json:"messages,omitempty"`
	Stream         bool              `json:"stream,omitempty"`
	Tools          bool              `json:"tools,omitempty"`
	Images         bool              `json:"images,omitempty"`
	Audio          bool              `json:"audio,omitempty"`
	Files          bool              `json:"files,omitempty"`
	JSONSchema     bool              `json:"json_schema,omitempty"`
	Reasoning      bool              `json:"reasoning,omitempty"`
	BudgetUsed     int               `json:"budget_used,omitempty"` // percent
	At             *time.Time        `json:"at,omitempty"`          // now if left out
	Draft          *RouteDocument    `json:"draft,omitempty"`       // Draft is a route to be asked as if it were saved.
}

// RouteDryTarget is a body of the API.
type RouteDryTarget struct {
	Target string `json:"target"`
	Why    string `json:"why"`
	Weight int    `json:"weight"`
}

// RoutePart is a body of the API.
type RoutePart struct {
	Text    string `json:"text"`
	Value   string `json:"value"`
	Holds   bool   `json:"holds"`
	Unknown bool   `json:"unknown,omitempty"`
}

// RoutePolicy is the organization's routing policy in the management API.
type RoutePolicy struct {
	Unsupported string `json:"unsupported_parameters"` // Unsupported is what becomes of a parameter that the serving provider does not have: warn, drop or reject.
}

// RouteStep is a body of the API.
type RouteStep struct {
	Of      string      `json:"of"`
	Rule    string      `json:"rule"`
	When    string      `json:"when"`
	Matched bool        `json:"matched"`
	Decided bool        `json:"decided"`
	Why     string      `json:"why,omitempty"`
	Parts   []RoutePart `json:"parts,omitempty"`
}

// RouteYaml is a file of routes: YAML documents, one for each alias, and one without an alias for the organization's rules.
type RouteYaml struct {
	YAML string `json:"yaml"`
}
