// Package route holds the pages of models and aliases: what apps can ask for, where it goes and what it costs.
package route

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ModelsPage is all aliases and all models on offer.
type ModelsPage struct {
	Shell   layout.Shell
	Aliases []Alias
	Offers  []Offer
	Policy  Policy
	Query   string
	// Shown says how many of how many: "100 of 412, narrow it down by searching". "" when all are shown.
	Shown string
	// CanChange shows what adds and deletes. HasConnections tells two empty states apart.
	CanChange      bool
	HasConnections bool
	// Rules is how many the organization has of its own.
	Rules int
}

func (p ModelsPage) generally() string {
	switch p.Rules {
	case 0:
		return "None yet"
	case 1:
		return "One rule"
	}
	return strconv.Itoa(p.Rules) + " rules"
}

// Alias is one alias in the list.
type Alias struct {
	ID, Name string
	Targets  []Target
	Delete   ui.ConfirmProps
	Ruled    string // "2 rules and a canary of 5 % are asked first"
}

func (a Alias) href() string { return "/aliases/" + a.ID }

// Policy is what becomes of parameters that a provider does not have.
type Policy struct {
	Value     string
	Words     string // the chosen option, for those who only read it
	Options   []ui.Option
	Error     string
	CanChange bool
}

// Target is one target of an alias, in order.
type Target struct {
	Name string // connection/model
	// Down says why it takes no traffic; "" when it does.
	Down string
}

// Offer is one model of one connection.
type Offer struct {
	Model      string
	Name       string // connection/model, what apps can ask for
	Connection string
	Context    string // "128K"
	// The prices, per million tokens.
	Input, Cached, Output Price
	// Unpriced replaces them.
	Unpriced   bool
	Deprecated bool
}

// Price is one price, for reading and exact. Zero prints a dash.
type Price struct{ Short, Exact string }

// CatalogPage is the catalogue of models with its filters; all of them are in the URL.
type CatalogPage struct {
	Shell                                 layout.Shell
	Query, Provider, Context, Input, Sort string
	Offered, Old, Unpriced                bool
	Needs                                 []Need
	Suppliers                             []ui.Option
	Error                                 string // what of the filter could not be read
	Entries                               []Entry
	Shown                                 string // which of how many
	Before, After                         string // URLs; "" at the ends
}

// Need is a box of the filter.
type Need struct {
	Name, Label string
	On          bool
}

// Entry is one model of the catalogue.
type Entry struct {
	Key, ID, Name, Provider, Context, Takes string
	Input, Cached, Output                   string // per million tokens
	Offered                                 []string
	Unpriced, Tiered, Dated, Deprecated     bool
}

// ComparePage is models side by side; empty with less than two.
type ComparePage struct {
	Shell  layout.Shell
	Models []Compared
	Rows   []Line
}

// Compared is a column.
type Compared struct {
	Name, Key string
	Offered   []string
}

// Line is a fact, with a cell for each model; "" is not known, or not so.
type Line struct {
	Label string
	Cells []string
}

// SwitchPage compares what an alias's traffic would cost elsewhere.
type SwitchPage struct {
	Shell               layout.Shell
	Alias, Href, Query  string
	Requests            int64
	Days                int
	Booked, BookedExact string // what the traffic was booked at
	Candidates          []Candidate
	Shown               string // "30 of 412"; "" when all are shown
	Error               string
}

// Candidate is a target that the alias could have.
type Candidate struct {
	Name, Context, Takes string
	First, Other, Down   bool
	Cost, Exact          string
	Against              string // "38 % less" than the present target
	Dearer               bool
	Unpriced             bool
}

// AliasPage adds or changes one alias.
type AliasPage struct {
	Shell  layout.Shell
	Title  string
	Action string
	Submit string
	// Name and Targets are what was typed; Targets ends with empty rows to fill.
	Name    string
	Targets []string
	Errors  AliasErrors
	// Suggest are targets on offer.
	Suggest []string
	Delete  *ui.ConfirmProps // nil for a new one
	Version string           // of the alias that the form was filled from; "" for a new one
}

// AliasErrors are what is wrong with each field, and with the form as a whole.
type AliasErrors struct{ Form, Name, Targets string }
