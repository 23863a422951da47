// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// DataRulesAPI is what the API can do with data rules.
type DataRulesAPI struct{ c *Client }

// DataRules is what the API can do with data rules.
func (c *Client) DataRules() DataRulesAPI { return DataRulesAPI{c} }

// List: List data rules.
func (a DataRulesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out RuleList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/data-rules", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DataRulesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Rule, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RuleList, error) { return a.List(ctx, query, calls...) }, func(p RuleList) ([]Rule, string) { return p.Data, p.Next })
}

// Create: Create a data rule.
func (a DataRulesAPI) Create(ctx context.Context, in RuleInput, calls ...Call) (out Rule, err error) {
	err = a.c.do(ctx, http.MethodPost, "/data-rules", nil, in, &out, calls)
	return out, err
}

// Try: Say what the rules would do with a text; nothing of it is kept.
func (a DataRulesAPI) Try(ctx context.Context, in TryInput, calls ...Call) (out Try, err error) {
	err = a.c.do(ctx, http.MethodPost, "/data-rules/try", nil, in, &out, calls)
	return out, err
}

// Cap: Show what looking for names and addresses may cost the organization a day, and has cost it today.
func (a DataRulesAPI) Cap(ctx context.Context, query url.Values, calls ...Call) (out PiiCap, err error) {
	err = a.c.do(ctx, http.MethodGet, "/data-rules/recognition", query, nil, &out, calls)
	return out, err
}

// SetCap: Bound what looking for names and addresses costs the organization a day. When it is used up, requests are refused or let pass as their rule's on_failure says.
func (a DataRulesAPI) SetCap(ctx context.Context, in PiiCapInput, calls ...Call) (out PiiCap, err error) {
	err = a.c.do(ctx, http.MethodPut, "/data-rules/recognition", nil, in, &out, calls)
	return out, err
}

// Show: Show a data rule.
func (a DataRulesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Rule, err error) {
	err = a.c.do(ctx, http.MethodGet, "/data-rules/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a data rule.
func (a DataRulesAPI) Update(ctx context.Context, id string, in RuleChange, calls ...Call) (out Rule, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/data-rules/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a data rule.
func (a DataRulesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/data-rules/"+url.PathEscape(id), nil, nil, nil, calls)
}

// PiiActions is what each built-in detector does: off, log, warn, mask or block.
type PiiActions struct {
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	SSN      string `json:"ssn"`
	Card     string `json:"card"`
	IBAN     string `json:"iban"`
	Secret   string `json:"secret"`
	IP       string `json:"ip"`
	Passport string `json:"passport"`
	Licence  string `json:"driver_license"`
	Person   string `json:"name"`    // names of people; a recognizer finds them, in requests only
	Address  string `json:"address"` // postal addresses; likewise
}

// PiiCap is what looking for names and addresses may cost the organization a day, and has cost it today.
type PiiCap struct {
	Most   string     `json:"max_cost_usd_per_day"` // "" = nobody bounded it
	Spent  string     `json:"spent_usd"`            // of the present day; "" where nobody bounded it
	Resets *time.Time `json:"resets_at"`            // when the next one begins
}

// PiiCapInput sets it.
type PiiCapInput struct {
	Most string `json:"max_cost_usd_per_day,omitempty"` // "" takes the bound away
}

// PiiFound is what one detector found. The value itself is kept nowhere.
type PiiFound struct {
	Detector string `json:"detector"` // email, phone, ssn, card, iban, secret, ip, passport, driver_license, unreadable, or a pattern's name
	Pattern  bool   `json:"pattern"`  // it is one of the organization's own
	Action   string `json:"action"`
	Count    int    `json:"count"` // 0: the pattern could not be checked in time
	Place    string `json:"place"` // messages, system, tools, prompt, metadata, settings, form or answer; "" if it was not noted
}

// PiiPattern is one of the organization's own detectors.
type PiiPattern struct {
	Name   string   `json:"name"`
	Expr   string   `json:"expr"`   // RE2, at most 512 bytes
	Action string   `json:"action"` // off, log, warn, mask or block, in requests
	Answer string   `json:"answer"` // the same in answers; "" is off
	Near   []string `json:"near"`   // Near are words of which one must stand within 64 bytes before a match, or in the name of its field; empty = none need to.
}

// PiiRecognizer is the model that looks for names and addresses in requests.
type PiiRecognizer struct {
	Model   string `json:"model"`        // an alias or a model; "" = nobody looks
	Failing string `json:"on_failure"`   // block, allow, or "" for what the actions ask, where the model cannot be asked
	Most    string `json:"max_cost_usd"` // what one look may cost; "" = what the chain pays
}

// Rule is a data rule in the management API.
type Rule struct {
	ID         string        `json:"id"`
	Scope      string        `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string        `json:"scope_kind"`
	ScopeLabel string        `json:"scope_label"`
	Actions    PiiActions    `json:"actions"`
	Patterns   []PiiPattern  `json:"patterns"`
	Allow      []string      `json:"allow"`      // values that are no finding; @acme.com for a domain
	Answers    PiiActions    `json:"answers"`    // what each detector does in answers
	OneWay     bool          `json:"one_way"`    // answers keep placeholders; otherwise values are put back
	Confidence string        `json:"confidence"` // high, or low: what only has the form counts, too
	Files      bool          `json:"scan_files"` // the text of attached files is looked into; what would be masked there is blocked
	Recognizer PiiRecognizer `json:"recognizer"`
	Unreadable bool          `json:"block_unreadable"` // pictures, sound and files without text are refused
	CreatedAt  time.Time     `json:"created_at"`
	UpdatedAt  time.Time     `json:"updated_at"`
}

// RuleChange changes what it names and leaves the rest; of actions, too.
type RuleChange struct {
	Actions    PiiActions     `json:"actions,omitempty"`
	Patterns   *[]PiiPattern  `json:"patterns,omitempty"`
	Allow      *[]string      `json:"allow,omitempty"`
	Answers    PiiActions     `json:"answers,omitempty"`
	OneWay     *bool          `json:"one_way,omitempty"`
	Confidence *string        `json:"confidence,omitempty"`
	Files      *bool          `json:"scan_files,omitempty"`
	Recognizer *PiiRecognizer `json:"recognizer,omitempty"`
	Unreadable *bool          `json:"block_unreadable,omitempty"`
}

// RuleInput sets a rule. Without a scope it is the organization's. A detector that is left out is off.
type RuleInput struct {
	Scope      string        `json:"scope,omitempty"`
	Actions    PiiActions    `json:"actions,omitempty"`
	Patterns   []PiiPattern  `json:"patterns,omitempty"`
	Allow      []string      `json:"allow,omitempty"`
	Answers    PiiActions    `json:"answers,omitempty"`
	OneWay     bool          `json:"one_way,omitempty"`
	Confidence string        `json:"confidence,omitempty"` // high or low; "" is high
	Files      bool          `json:"scan_files,omitempty"`
	Recognizer PiiRecognizer `json:"recognizer,omitempty"`
	Unreadable bool          `json:"block_unreadable,omitempty"`
}

// RuleList is a body of the API.
type RuleList struct {
	Data    []Rule `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}

// Try is what would become of it. The text is not repeated.
type Try struct {
	Action string     `json:"action"`
	Reason string     `json:"reason"` // of a refusal
	Found  []PiiFound `json:"found"`  // with action off: detectors that no rule wants
}

// TryInput is a text to be tried.
type TryInput struct {
	Scope string `json:"scope,omitempty"` // the place it would be sent below; the organization by default
	Text  string `json:"text,omitempty"`  // at most 64 KiB
	Way   string `json:"way,omitempty"`   // request, the default, or answer
}
