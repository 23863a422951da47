// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// HealthAPI is what the API can do with health.
type HealthAPI struct{ c *Client }

// Health is what the API can do with health.
func (c *Client) Health() HealthAPI { return HealthAPI{c} }

// List: List targets with their breakers, availability and latency of 24 hours.
func (a HealthAPI) List(ctx context.Context, query url.Values, calls ...Call) (out HealthTargetList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a HealthAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[HealthTarget, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (HealthTargetList, error) {
		return a.List(ctx, query, calls...)
	}, func(p HealthTargetList) ([]HealthTarget, string) { return p.Data, p.Next })
}

// Events: List what breakers did within 30 days, newest first.
func (a HealthAPI) Events(ctx context.Context, query url.Values, calls ...Call) (out EventList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/events", query, nil, &out, calls)
	return out, err
}

// AllEvents is Events over all pages.
func (a HealthAPI) AllEvents(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Event, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (EventList, error) { return a.Events(ctx, query, calls...) }, func(p EventList) ([]Event, string) { return p.Data, p.Next })
}

// Open: Take a target out of service.
func (a HealthAPI) Open(ctx context.Context, in HealthTargetInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/open", nil, in, nil, calls)
}

// Close: Put a target back into service.
func (a HealthAPI) Close(ctx context.Context, in HealthTargetInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/close", nil, in, nil, calls)
}

// ListRules: List when breakers open and close.
func (a HealthAPI) ListRules(ctx context.Context, query url.Values, calls ...Call) (out HealthRuleList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/rules", query, nil, &out, calls)
	return out, err
}

// AllListRules is ListRules over all pages.
func (a HealthAPI) AllListRules(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[HealthRule, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (HealthRuleList, error) {
		return a.ListRules(ctx, query, calls...)
	}, func(p HealthRuleList) ([]HealthRule, string) { return p.Data, p.Next })
}

// SetRules: Set when the breakers of a connection, or of all, open and close.
func (a HealthAPI) SetRules(ctx context.Context, in HealthRuleInput, calls ...Call) (out HealthRule, err error) {
	err = a.c.do(ctx, http.MethodPut, "/health/rules", nil, in, &out, calls)
	return out, err
}

// RemoveRules: Take a setting back; the wider one counts again.
func (a HealthAPI) RemoveRules(ctx context.Context, in RuleName, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/rules/remove", nil, in, nil, calls)
}

// Outages: List outages of targets within 30 days, newest first.
func (a HealthAPI) Outages(ctx context.Context, query url.Values, calls ...Call) (out OutageList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/outages", query, nil, &out, calls)
	return out, err
}

// AllOutages is Outages over all pages.
func (a HealthAPI) AllOutages(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Outage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (OutageList, error) {
		return a.Outages(ctx, query, calls...)
	}, func(p OutageList) ([]Outage, string) { return p.Data, p.Next })
}

// Outage: Show an outage with its notes.
func (a HealthAPI) Outage(ctx context.Context, id string, query url.Values, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/outages/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Acknowledge: Say that you look after an outage.
func (a HealthAPI) Acknowledge(ctx context.Context, id string, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodPost, "/health/outages/"+url.PathEscape(id)+"/acknowledge", nil, nil, &out, calls)
	return out, err
}

// Resolve: Say that an outage that is over has been dealt with.
func (a HealthAPI) Resolve(ctx context.Context, id string, in HealthRemarkInput, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodPost, "/health/outages/"+url.PathEscape(id)+"/resolve", nil, in, &out, calls)
	return out, err
}

// Note: Note something about an outage.
func (a HealthAPI) Note(ctx context.Context, id string, in HealthRemarkInput, calls ...Call) (out Outage, err error) {
	err = a.c.do(ctx, http.MethodPost, "/health/outages/"+url.PathEscape(id)+"/notes", nil, in, &out, calls)
	return out, err
}

// Event is a change of state.
type Event struct {
	ID           string     `json:"id"`
	ConnectionID string     `json:"connection_id"`
	Model        string     `json:"model"`
	At           time.Time  `json:"at"`
	State        string     `json:"state"`
	Cause        string     `json:"cause"`
	Until        *time.Time `json:"until"`
	By           string     `json:"by"` // the node that found out, or the person
}

// EventList is what breakers did.
type EventList struct {
	Data    []Event `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// HealthRemark is what a person noted.
type HealthRemark struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// HealthRemarkInput is a note.
type HealthRemarkInput struct {
	Text string `json:"text,omitempty"` // at most 2000 characters
}

// HealthRule is what a connection's breakers go by.
type HealthRule struct {
	ConnectionID string          `json:"connection_id"` // "" = all connections
	Connection   string          `json:"connection"`
	Set          bool            `json:"set"`      // it has rules of its own
	Own          HealthRuleInput `json:"own"`      // which are these
	Holds        HealthRuleInput `json:"holds"`    // what counts, with what comes from wider settings
	LookUSD      *string         `json:"look_usd"` // LookUSD is the most that one look costs and DayUSD a day of them; null where looks cost nothing, and without a price.
	DayUSD       *string         `json:"day_usd"`
}

// HealthRuleInput says when the breakers of a connection, or of all, open and close; what is empty or 0 comes from the wider setting, in the end from the defaults.
type HealthRuleInput struct {
	ConnectionID string `json:"connection_id"` // "" = all connections
	Window       string `json:"window"`        // how long a failure counts: "30s"
	Failures     int    `json:"failures"`      // that open it, in the window
	Percent      int    `json:"percent"`       // if they are this share of attempts
	Row          int    `json:"row"`           // or this many, one after the other
	CoolDown     string `json:"cool_down"`     // how long it stays open at first
	MaxCoolDown  string `json:"max_cool_down"` // and after many relapses
	Successes    int    `json:"successes"`     // probes that close it
	Check        string `json:"check"`         // how often a connection is asked for its models; "" = never
	Ask          string `json:"ask"`           // the model that is asked for a word instead, for money; "" = none
}

// HealthRuleList is all rules.
type HealthRuleList struct {
	Data    []HealthRule `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// HealthTarget is one target.
type HealthTarget struct {
	ConnectionID string     `json:"connection_id"`
	Connection   string     `json:"connection"`
	Model        string     `json:"model"`         // "" = the connection as a whole
	State        string     `json:"state"`         // closed (takes requests), open or half_open
	Cause        string     `json:"cause"`         // failures, credential, quota, rate_limit, by_hand, or ""
	Since        *time.Time `json:"since"`         // of the state, where it is known
	Until        *time.Time `json:"until"`         // when it is looked at again
	Attempts     int64      `json:"attempts"`      // of 24 hours, without those that were the client's mistake
	Failed       int64      `json:"failed"`        // of 24 hours
	Availability int64      `json:"availability"`  // thousandths of the attempts; 1000 without any
	FirstByteMS  int64      `json:"first_byte_ms"` // on average in the newest hour with a success
	Checked      *time.Time `json:"checked"`       // when the connection was last looked at although nobody asked it
	Check        string     `json:"check"`         // what that found: good, bad, locked, spent, neutral (it said nothing), or ""
}

// HealthTargetInput names a target.
type HealthTargetInput struct {
	ConnectionID string `json:"connection_id,omitempty"`
	Model        string `json:"model,omitempty"`  // "" = the connection as a whole
	Reason       string `json:"reason,omitempty"` // when it is taken out of service
}

// HealthTargetList is all targets.
type HealthTargetList struct {
	Data    []HealthTarget `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// Outage is a time in which a target was left alone.
type Outage struct {
	ID             string         `json:"id"`
	ConnectionID   string         `json:"connection_id"`
	Model          string         `json:"model"` // "" = the connection as a whole
	Cause          string         `json:"cause"`
	Openings       int            `json:"openings"` // of its breaker, failed probes included
	Began          time.Time      `json:"began"`
	Ended          *time.Time     `json:"ended"` // null = it goes on
	Acknowledged   *time.Time     `json:"acknowledged"`
	AcknowledgedBy string         `json:"acknowledged_by"`
	Resolved       *time.Time     `json:"resolved"`
	ResolvedBy     string         `json:"resolved_by"`
	Notes          []HealthRemark `json:"notes"` // only where one outage is shown
}

// OutageList is all outages.
type OutageList struct {
	Data    []Outage `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// RuleName says whose rules.
type RuleName struct {
	ConnectionID string `json:"connection_id,omitempty"` // "" = all connections
}
