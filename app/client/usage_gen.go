// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// UsageAPI is what the API can do with usage.
type UsageAPI struct{ c *Client }

// Usage is what the API can do with usage.
func (c *Client) Usage() UsageAPI { return UsageAPI{c} }

// List: Add up usage by a dimension.
func (a UsageAPI) List(ctx context.Context, query url.Values, calls ...Call) (out UsageList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a UsageAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Usage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (UsageList, error) { return a.List(ctx, query, calls...) }, func(p UsageList) ([]Usage, string) { return p.Data, p.Next })
}

// Allocation: Share costs out over a tag or a part of the tree.
func (a UsageAPI) Allocation(ctx context.Context, query url.Values, calls ...Call) (out Allocation, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/allocation", query, nil, &out, calls)
	return out, err
}

// AllAllocation is Allocation over all pages.
func (a UsageAPI) AllAllocation(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Usage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (Allocation, error) {
		return a.Allocation(ctx, query, calls...)
	}, func(p Allocation) ([]Usage, string) { return p.Data, p.Next })
}

// Savings: Tell what providers' prompt caches saved, by connection and model. from, to and filters are those of a report; each day is priced at its own price.
func (a UsageAPI) Savings(ctx context.Context, query url.Values, calls ...Call) (out Savings, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/savings", query, nil, &out, calls)
	return out, err
}

// AllSavings is Savings over all pages.
func (a UsageAPI) AllSavings(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Saving, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (Savings, error) { return a.Savings(ctx, query, calls...) }, func(p Savings) ([]Saving, string) { return p.Data, p.Next })
}

// Report: Ask for usage by up to two dimensions, with filters, steps of time and a comparison. from and to are days of the organization's calendar, both included, or moments; grain is hour, day, week or month; by and every filter may be repeated; filters and divisions are department, team, member, key, client, asked, model, connection, endpoint, cache, outcome and tag:NAME; compare is previous or year; sort is cost, requests, tokens or errors; top is how many rows come before the others.
func (a UsageAPI) Report(ctx context.Context, query url.Values, calls ...Call) (out Report, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/report", query, nil, &out, calls)
	return out, err
}

// Export: Download usage as a file: format is csv (the default), json, or focus for the columns of FOCUS 1.2 by day, team, model and provider. from and to are days of the organization's calendar, both included, or moments; grain is hour, day, week or month; by and every filter may be repeated; filters and divisions are department, team, member, key, client, asked, model, connection, endpoint, cache, outcome and tag:NAME; compare is previous or year; sort is cost, requests, tokens or errors; top is how many rows come before the others.
// The caller closes the body.
func (a UsageAPI) Export(ctx context.Context, query url.Values, calls ...Call) (body io.ReadCloser, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/export", query, nil, &body, calls)
	return body, err
}

// Speed: Show how fast attempts were that a provider answered, by department, model or connection: percentiles within one percent. Takes from, to, by, top and filters on these as a report does.
func (a UsageAPI) Speed(ctx context.Context, query url.Values, calls ...Call) (out Speeds, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/speed", query, nil, &out, calls)
	return out, err
}

// Retention: Show how long single requests are kept.
func (a UsageAPI) Retention(ctx context.Context, query url.Values, calls ...Call) (out UsageKept, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/retention", query, nil, &out, calls)
	return out, err
}

// Retain: Set how long single requests are kept. Older ones are deleted within the hour; sums stay for good.
func (a UsageAPI) Retain(ctx context.Context, in UsageKept, calls ...Call) (out UsageKept, err error) {
	err = a.c.do(ctx, http.MethodPut, "/usage/retention", nil, in, &out, calls)
	return out, err
}

// Allocation is GET /api/v1/usage/allocation: lines and rest make total, to the nano-dollar.
type Allocation struct {
	By      string    `json:"by"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Zone    string    `json:"zone"`
	Total   Usage     `json:"total"`
	Rest    Usage     `json:"rest"` // what no line claims: untagged, outside departments
	Data    []Usage   `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// Report answers a question about usage. Rows add up to the total, and series to their rows, to the nano-dollar.
type Report struct {
	From         time.Time   `json:"from"`
	To           time.Time   `json:"to"`
	Zone         string      `json:"zone"`
	Grain        string      `json:"grain"`
	By           []string    `json:"by"`
	Steps        []UsageStep `json:"steps"`
	Total        UsageSum    `json:"total"`
	Compared     *UsageStep  `json:"compared"` // the span that before is about
	Before       *UsageSum   `json:"before"`
	Rows         []UsageRow  `json:"rows"`
	Series       []UsageSum  `json:"series"`
	SeriesBefore []UsageSum  `json:"series_before"`
	Facts        bool        `json:"facts"` // Facts says that single requests were added up, which are kept for a shorter time than sums.
}

// Saving is what caches saved on one model of one provider.
type Saving struct {
	Connection     string `json:"connection"`
	Model          string `json:"model"`
	InputTokens    int64  `json:"input_tokens"`
	CachedTokens   int64  `json:"cached_tokens"`
	UnpricedTokens int64  `json:"unpriced_tokens"` // UnpricedTokens are cached tokens whose price is not known: they are not in saved_usd.
	FullUSD        string `json:"full_usd"`        // what the cached input would have cost as new input
	SavedUSD       string `json:"saved_usd"`
	CostUSD        string `json:"cost_usd"`
}

// Savings answers GET /api/v1/usage/savings.
type Savings struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Zone     string    `json:"zone"`
	SavedUSD string    `json:"saved_usd"`
	CostUSD  string    `json:"cost_usd"`
	Data     []Saving  `json:"data"`
	HasMore  bool      `json:"has_more"`       // whether there are more pages
	Next     string    `json:"next,omitempty"` // give it as after
}

// Speed is how fast one value of the dimensions asked for was.
type Speed struct {
	Values   []UsageValue     `json:"values"`            // one for each of by
	Attempts int64            `json:"attempts"`          // that a provider answered
	Duration UsagePercentiles `json:"duration_seconds"`  // until the last byte
	First    UsagePercentiles `json:"first_seconds"`     // until the first byte
	Rate     UsagePercentiles `json:"tokens_per_second"` // of output, from the first byte on
}

// Speeds is an answer about speed, the busiest first.
type Speeds struct {
	Rows []Speed `json:"rows"`
}

// Usage is what one value of a dimension comes to.
type Usage struct {
	ID           string   `json:"id"`
	Name         string   `json:"name,omitempty"`
	Requests     int64    `json:"requests"`
	Errors       int64    `json:"errors"`
	InputTokens  int64    `json:"input_tokens"`
	CachedTokens int64    `json:"cached_tokens"` // of the input, read from the providers' prompt caches
	OutputTokens int64    `json:"output_tokens"`
	CostUSD      string   `json:"cost_usd"`
	CacheHitRate *float64 `json:"cache_hit_rate"` // CacheHitRate is cached_tokens ÷ input_tokens; null without input.
}

// UsageKept is how long single requests are kept.
type UsageKept struct {
	KeepDays int `json:"keep_days"` // 7 to 3650, or 0 for ever
}

// UsageList is a body of the API.
type UsageList struct {
	By      string    `json:"by"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Data    []Usage   `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// UsagePercentiles are percentiles, each within one percent of the true one; zeros where there was nothing to measure.
type UsagePercentiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// UsageRow is a row of a report.
type UsageRow struct {
	Values       []UsageValue `json:"values"` // one for each of by
	Others       int          `json:"others"` // how many rows this is the sum of; 0 = it is one
	Requests     int64        `json:"requests"`
	Refused      int64        `json:"refused"` // by a rule, before a provider was asked
	Failed       int64        `json:"failed"`
	Attempts     int64        `json:"attempts"` // at providers
	InputTokens  int64        `json:"input_tokens"`
	CachedTokens int64        `json:"cached_tokens"` // of the input, read from the providers' prompt caches
	OutputTokens int64        `json:"output_tokens"`
	CostUSD      string       `json:"cost_usd"`
	Before       *UsageSum    `json:"before"` // null without a comparison
	Series       []UsageSum   `json:"series"` // one for each step
}

// UsageStep is a step of a report's time.
type UsageStep struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// UsageSum is what something comes to. Amounts are exact decimal strings.
type UsageSum struct {
	Requests     int64  `json:"requests"`
	Refused      int64  `json:"refused"` // by a rule, before a provider was asked
	Failed       int64  `json:"failed"`
	Attempts     int64  `json:"attempts"` // at providers
	InputTokens  int64  `json:"input_tokens"`
	CachedTokens int64  `json:"cached_tokens"` // of the input, read from the providers' prompt caches
	OutputTokens int64  `json:"output_tokens"`
	CostUSD      string `json:"cost_usd"`
}

// UsageValue is a value of a dimension.
type UsageValue struct {
	ID   string `json:"id"` // as filters take it; "" where there is none
	Name string `json:"name"`
}
