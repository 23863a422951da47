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
	Holidays    []string         `json:"holidays,omitempty"`
	Version     int64            `json:"version,omitempty"`
}

// RouteList is a body of the API.
type RouteList struct {
	Data    []Route `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// RouteToTarget is a body of the API.
type RouteToTarget struct {
	To     string `json:"to"`
	Weight int    `json:"weight,omitempty"`
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
