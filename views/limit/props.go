// Package limit holds the pages of rate limits: where each one stands, the form that sets one, and the page where one is
// raised for a while.
package limit

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all rate limits that the reader may see.
type ListPage struct {
	Shell layout.Shell
	Rows  []Row
	// CanCreate shows what sets a limit.
	CanCreate bool
}

// Row is one limit.
type Row struct {
	ID       string
	Icon     string // of the scope's kind
	Label    string // "Team Search, project=apollo"
	Sub      string // name, if it has one of its own
	Progress ui.ProgressProps
	Burst    string // "× 1.5 for 15m, once a day"; "" for none
	Soft     bool
	Bursting bool
	Raised   bool // an increase is in force
	// CanChange shows the row's buttons.
	CanChange bool
	Delete    ui.ConfirmProps
}

func (r Row) href() string { return "/limits/" + r.ID }

// EditPage sets or changes a limit.
type EditPage struct {
	Shell  layout.Shell
	Title  string
	Action string
	Submit string
	Back   string
	// Place is where it can sit; nil when it sits somewhere already, then Where says it in words.
	Place  *ui.PickProps
	Where  string
	Fields Fields
	// Form is what is wrong with the form as a whole, Errors with each field by its name.
	Form   string
	Errors map[string]string
}

// Fields are what was typed.
type Fields struct {
	Scope, Tag, Model, Endpoint, Name, Unit, Amount, Window, Enforce string
	Burst, BurstDuration, BurstCooldown                              string
	Version                                                          string // of the limit that the form was filled from; "" for a new one
}

// ShowPage is one limit, with the form that raises it for a while.
type ShowPage struct {
	Shell     layout.Shell
	Title     string
	Row       Row
	Action    string // the limit's own URL
	Facts     []ui.Fact
	Delete    ui.ConfirmProps
	Increases []Increase
	Unit      string
	Cost      bool   // Unit is money
	Zone      string // in which Until is typed
	Fields    Rise
	Form      string
	Errors    map[string]string
}

// AskPage is where somebody asks that a limit be raised.
type AskPage struct {
	Shell    layout.Shell
	Name     string
	Back     string // the limit's own URL
	Progress ui.ProgressProps
	Unit     string
	Cost     bool
	Zone     string
	Fields   Rise // without Factor
	Form     string
	Errors   map[string]string
}

// Increase is a temporary increase in force.
type Increase struct {
	What   string // "× 1.5", "+ 100 requests"
	Until  ui.When
	By     string
	Reason string
	End    ui.ConfirmProps
}

// Rise is what was typed to raise a limit.
type Rise struct{ Add, Factor, Until, Reason, ID string }
