// Package policy holds the pages of policies on models: the list, the form that sets one, and what one leaves.
package policy

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all policies that the reader may see.
type ListPage struct {
	Shell     layout.Shell
	Rows      []Row
	CanCreate bool // shows what sets a policy
}

// Row is one policy.
type Row struct {
	ID        string
	Icon      string // of the scope's kind
	Label     string // "Team Search"
	Allow     string // "openai/*, smart and 3 more"
	Deny      string
	Tier      string // the highest: "standard", "any"
	MaxCost   string // "$0.50", "any"
	AskAbove  string // "asks above $1", ""
	CanChange bool
	Delete    ui.ConfirmProps
}

func (r Row) href() string { return "/policies/" + r.ID }

// EditPage sets or changes a policy.
type EditPage struct {
	Shell                       layout.Shell
	Title, Action, Submit, Back string
	// Place is where it can sit; nil when it sits somewhere already, then Where says it in words.
	Place *ui.PickProps
	Where string
	Tiers []ui.Option
	// Approvers are the roles that can be the lowest to approve.
	Approvers []ui.Option
	Fields    Fields
	// Form is what is wrong with the form as a whole, Errors with each field by its name.
	Form   string
	Errors map[string]string
}

// Fields are what was typed; Allow and Deny have a pattern on each line.
type Fields struct {
	Scope, Allow, Deny         string
	MayAsk                     bool
	Highest, MaxCost, AskAbove string
	Approver                   string
	Regions                    string // one on each line, or with commas
	ZeroRetention, NoTraining  bool
	Version                    string // of the policy that the form was filled from; "" for a new one
}

// TiersPage is of which tier models are: by price, and where the organization says otherwise.
type TiersPage struct {
	Shell   layout.Shell
	Tiers   []ui.Option
	Rows    []TierRow
	CanSet  bool
	Pattern string // as typed
	Tier    string
	Form    string
	Errors  map[string]string
}

// TierRow is one rule.
type TierRow struct {
	ID, Pattern, Tier string
	Delete            ui.ConfirmProps
}

// ShowPage is one policy, and what it and those above it leave.
type ShowPage struct {
	Shell  layout.Shell
	Title  string
	Row    Row
	Action string // the policy's own URL
	Facts  []ui.Fact
	Delete ui.ConfirmProps
	Models []Model
	Remain string // "3 of 12 models remain"
	Note   string // what the preview leaves open
}

// Model is one that the organization offers.
type Model struct {
	Name    string
	Refused string // which policy denies it; "" = it may be used
	Ask     bool   // somebody may approve it
}
