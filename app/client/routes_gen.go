// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// RoutesAPI is what the API can do with routes.
type RoutesAPI struct{ c *Client }

// Routes is what the API can do with routes.
func (c *Client) Routes() RoutesAPI { return RoutesAPI{c} }

// List: List routes.
func (a RoutesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out RouteList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routes", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a RoutesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Route, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RouteList, error) { return a.List(ctx, query, calls...) }, func(p RouteList) ([]Route, string) { return p.Data, p.Next })
}

// Show: Show a route.
func (a RoutesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routes/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Apply: Apply a route.
func (a RoutesAPI) Apply(ctx context.Context, in RouteDocument, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routes", nil, in, &out, calls)
	return out, err
}

// Update: Update a route.
func (a RoutesAPI) Update(ctx context.Context, id string, in RouteDocument, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPut, "/routes/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Versions: Show the versions of a route.
func (a RoutesAPI) Versions(ctx context.Context, id string, query url.Values, calls ...Call) (out VersionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routes/"+url.PathEscape(id)+"/versions", query, nil, &out, calls)
	return out, err
}

// AllVersions is Versions over all pages.
func (a RoutesAPI) AllVersions(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Version, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (VersionList, error) {
		return a.Versions(ctx, id, query, calls...)
	}, func(p VersionList) ([]Version, string) { return p.Data, p.Next })
}

// Rollback: Rollback a route.
func (a RoutesAPI) Rollback(ctx context.Context, id string, in RollbackInput, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routes/"+url.PathEscape(id)+"/rollback", nil, in, &out, calls)
	return out, err
}

// Targets: Show the targets of a route.
func (a RoutesAPI) Targets(ctx context.Context, id string, query url.Values, calls ...Call) (out RouteLanes, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routes/"+url.PathEscape(id)+"/targets", query, nil, &out, calls)
	return out, err
}

// BalanceMix is a body of the API.
type BalanceMix struct {
	Latency  int `json:"latency"`
	Cost     int `json:"cost"`
	Failures int `json:"failures"`
	Feedback int `json:"feedback,omitempty"`
}

// BalanceWeights is a body of the API.
type BalanceWeights struct {
	Error    int `json:"error"`
	Cost     int `json:"cost"`
	Priority int `json:"priority"`
	Hours    int `json:"hours"`
	Success  int `json:"success"`
}

// RollbackInput names the version to go back to. What it says becomes the newest version.
type RollbackInput struct {
	Version int64 `json:"version,omitempty"`
}

// Route is a route: an alias with its rules, or the organization's own rules, which have neither id nor alias.
type Route struct {
	ID          string           `json:"id,omitempty"`
	Alias       string           `json:"alias,omitempty"`
	Strategy    string           `json:"strategy,omitempty"`
	Targets     []RouteToTarget  `json:"targets,omitempty"`
	Rules       []RuleText       `json:"rules,omitempty"`
	Canary      *RouteCanaryText `json:"canary,omitempty"`
	Unsupported string           `json:"unsupported_parameters,omitempty"`
	Fallback    *RouteFallback   `json:"fallback,omitempty"`
	Only        *RouteOnly       `json:"only,omitempty"`
	Adaptive    *BalanceMix      `json:"adaptive,omitempty"`
	Holidays    []string         `json:"holidays,omitempty"`
	Version     int64            `json:"version,omitempty"`
	UpdatedAt   time.Time        `json:"updated_at"`
}

// RouteCanaryText is a body of the API.
type RouteCanaryText struct {
	Percent int             `json:"percent"`
	Targets []RouteToTarget `json:"targets"`
	Sticky  string          `json:"sticky,omitempty"`
}

// RouteDocument is a body of the API.
type RouteDocument struct {
	Alias       string           `json:"alias,omitempty"`
	Strategy    string           `json:"strategy,omitempty"`
	Targets     []RouteToTarget  `json:"targets,omitempty"`
	Rules       []RuleText       `json:"rules,omitempty"`
	Canary      *RouteCanaryText `json:"canary,omitempty"`
	Unsupported string           `json:"unsupported_parameters,omitempty"`
	Fallback    *RouteFallback   `json:"fallback,omitempty"`
	Only        *RouteOnly       `json:"only,omitempty"`
	Adaptive    *BalanceMix      `json:"adaptive,omitempty"`
	Holidays    []string         `json:"holidays,omitempty"`
	Version     int64            `json:"version,omitempty"`
}

// RouteFallback is a body of the API.
type RouteFallback struct {
	Order         string          `json:"order,omitempty"`
	Weights       *BalanceWeights `json:"weights,omitempty"`
	ContextWindow bool            `json:"context_window,omitempty"`
	ContentPolicy bool            `json:"content_policy,omitempty"`
	KeepTier      bool            `json:"keep_tier,omitempty"`
	CachedAnswer  string          `json:"cached_answer,omitempty"`
	DefaultAnswer string          `json:"default_answer,omitempty"`
	WhenShort     string          `json:"when_short,omitempty"`
	Own           bool            `json:"own,omitempty"`
}

// RouteLane is a body of the API.
type RouteLane struct {
	Connection string   `json:"connection"`
	Model      string   `json:"model"`
	Share      *float64 `json:"share"`
	InFlight   int      `json:"in_flight"`
	Measured   bool     `json:"measured"`
	LatencyMS  int64    `json:"latency_ms"`
	PeakMS     int64    `json:"peak_ms"`
	Failed     float64  `json:"failed"`
	Success    float64  `json:"success"`
	Cost       *string  `json:"cost_usd"` // of 1,000 tokens in and 500 out
	Hours      string   `json:"hours,omitempty"`
	After      []string `json:"after,omitempty"`
	Out        string   `json:"out,omitempty"` // what the route demands and it does not fulfil: it takes no request
}

// RouteLanes is how an alias's targets do now on this node, and who follows a failure of the first. Shares are parts of 1; null where the strategy decides only when a request is there.
type RouteLanes struct {
	Strategy string          `json:"strategy"`
	Adaptive BalanceMix      `json:"adaptive"`
	Order    string          `json:"order"`
	Weights  *BalanceWeights `json:"weights,omitempty"`
	Targets  []RouteLane     `json:"targets"`
	After    string          `json:"after"`
	Priority string          `json:"priority"`
	Next     []RouteNext     `json:"next"`
}

// RouteList is a body of the API.
type RouteList struct {
	Data    []Route `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// RouteNext is a body of the API.
type RouteNext struct {
	Connection string             `json:"connection"`
	Model      string             `json:"model"`
	Score      *float64           `json:"score"`
	Parts      map[string]float64 `json:"parts,omitempty"`
	Why        string             `json:"why"`
}

// RouteOnly is a body of the API.
type RouteOnly struct {
	Regions       []string `json:"regions,omitempty"`
	ZeroRetention bool     `json:"zero_retention,omitempty"`
	NoTraining    bool     `json:"no_training,omitempty"`
	MaxInput      string   `json:"max_input_usd,omitempty"`
	MaxOutput     string   `json:"max_output_usd,omitempty"`
	MinContext    int64    `json:"min_context,omitempty"`
	Needs         []string `json:"needs,omitempty"`
	Capable       bool     `json:"capable,omitempty"`
	Extract       bool     `json:"extract,omitempty"`
}

// RouteToTarget is a body of the API.
type RouteToTarget struct {
	To      string   `json:"to"`
	Weight  int      `json:"weight,omitempty"`
	Quality int      `json:"quality,omitempty"`
	Hours   string   `json:"hours,omitempty"`
	After   []string `json:"after,omitempty"`
}

// RuleText is a body of the API.
type RuleText struct {
	Name     string          `json:"name"`
	When     string          `json:"when"`
	Targets  []RouteToTarget `json:"targets"`
	Strategy string          `json:"strategy,omitempty"`
}

// Version is what a route said once. Action is empty for what was there before versions were kept.
type Version struct {
	Number int64         `json:"number"`
	Action string        `json:"action,omitempty"`
	By     string        `json:"by,omitempty"`
	At     time.Time     `json:"at"`
	Route  RouteDocument `json:"route"`
}

// VersionList is a body of the API.
type VersionList struct {
	Data    []Version `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}
