// Package approval holds the pages of approvals: the inbox of requests, the form that asks, and the page of a mailed link.
package approval

import (
	"maps"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// InboxPage is all requests that the reader made or that are of their part of the organization.
type InboxPage struct {
	Shell layout.Shell
	Tabs  []ui.Tab
	Items []Item
	None  ui.EmptyProps
	Error string // what was wrong with a decision
}

// Item is one request, for what a policy refuses, for more of a budget or for a higher rate limit.
type Item struct {
	ID, Icon string
	What     string // "Model gpt-5-pro", "$50.00 more"
	For      string // "key ci, team Search"
	Href     string // of the budget or the limit; "" without
	Reason   string
	Against  string // what policies have against it
	By       string
	At       ui.When
	Bounds   string // "Until 3 Dec. $5.00 in all."
	Used     string // of what was granted
	State    ui.StatusProps
	Decided  string // by whom, with what note
	// Decide is the form that decides; nil where the reader may not. Revoke ends it.
	Decide *Decision
	Revoke *ui.ConfirmProps
}

// Decision is the form under a request. What it says grants; empty is what was asked for.
type Decision struct {
	Approve, Deny       string // where it posts to
	Amount, Unit        string
	Times, Until        string // only with Policy
	Policy              bool
	AmountHint, MaxDate string // AmountHint and TimesHint say what an empty field grants
	TimesHint           string
}

// VerdictPage is one request again after a mistake of its decider; the Decision holds what was typed.
type VerdictPage struct {
	Decision
	Shell     layout.Shell
	Who, What string
	Facts     []ui.Fact
	Note      string
	Form      string
	Errors    map[string]string
}

// error is what is wrong beside the fields that the page has: other names are of the management API.
func (p VerdictPage) error() string {
	out := []string{p.Form}
	for _, name := range slices.Sorted(maps.Keys(p.Errors)) {
		if shown := name == "amount" || name == "note" || p.Policy && (name == "times" || name == "until"); !shown {
			out = append(out, p.Errors[name])
		}
	}
	return strings.TrimSpace(strings.Join(out, " "))
}

// AskPage asks for what policies refuse.
type AskPage struct {
	Shell layout.Shell
	// Key and Model are what was refused; Cost is what one request may cost, "" if it was not that.
	Key, KeyName, Team, Model, Cost string
	Against                         []string
	// Keys are the reader's, where none was named.
	Keys                         []ui.Option
	Known                        bool // key and model are settled: the rest is asked
	Reason, Amount, Times, Until string
	Until7                       string // the day that an empty Until means
	AmountRequired               bool
	Form                         string
	Errors                       map[string]string
	None                         *ui.EmptyProps // why there is nothing to ask for
}

// DecidePage is the page of a mailed link.
type DecidePage struct {
	Shell              layout.Shell
	Token              string
	Organization       string
	Who, What, Manager string
	Facts              []ui.Fact
	Note, Error        string
	Done               string // what was decided; "" before
}
