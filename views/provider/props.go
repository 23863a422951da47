// Package provider holds the pages of provider connections: the list, the form of each kind, and one connection with
// what its last live test found.
package provider

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all connections.
type ListPage struct {
	Shell layout.Shell
	Rows  []Row
	// Since is the day that the column of spend begins on.
	Since string
	// Found says what a server on the gateway's own machine offers that is not connected yet; "" if there is none.
	Found string
	// CanChange shows what adds, tests and deletes.
	CanChange bool
}

// Row is one connection in the list.
type Row struct {
	ID      string
	Name    string
	Kind    string
	Address string // host, or "in this process"; "" where the reader may not see it
	Key     string // "…abcd", "none"
	State   ui.StatusProps
	Note    string // what the last live test said
	Checked ui.When
	Tested  bool
	Models  string // how many
	// Health is how recent attempts went, with its figures: "99.2 % of 120", "0.8 s, 2.1 s". Rate is "" without attempts.
	Health            ui.StatusProps
	Rate, Took        string
	Spent, SpentExact string // this month
	Delete            ui.ConfirmProps
	// CanRead links to the connection's page, CanChange shows what changes it.
	CanRead, CanChange bool
}

// Href is the connection's page.
func (r Row) Href() string { return "/connections/" + r.ID }

func (r Row) part() string { return "connection-" + r.ID }

// NewPage adds a connection.
type NewPage struct {
	Shell layout.Shell
	Kinds []Kind // one of them Active
	// Services are known servers of the kind; nil where the kind has none. One of them is Active.
	Services []Kind
	Form     Form
}

// Kind is one kind to choose.
type Kind struct {
	Value, Title, About string
	Active              bool
}

// Form is the settings of a connection, with what was typed and what is wrong with it.
type Form struct {
	Action string
	Error  string // about the form as a whole
	Kind   string
	Fields Fields
	Errors Errors
	// ShowURL and ShowKey leave out what the kind does not have.
	ShowURL, ShowKey         bool
	ShowTerms                bool // where the provider is somebody else
	URLRequired, KeyRequired bool
	URLPlaceholder, URLHint  string
	KeyPlaceholder, KeyHint  string
	KeyLabel                 string    // "API key" where it is empty
	KeyFrom                  string    // where a key is made; "" says nothing
	Service                  string    // of a compatible server
	Settings                 []Setting // what the kind's address is made of
	Submit                   string
	// Existing adds the switch that takes a connection out of service.
	Existing bool
	Version  string // of the connection that the form was filled from
}

// Setting is a part of the address that has a name of its own, such as a project.
type Setting struct{ Name, Label, Value, Error, Placeholder, Hint string }

// Fields are what was typed. A key is never sent back.
type Fields struct {
	Name, BaseURL, Residency string
	Disabled, ZeroRetention  bool
	NoTraining               bool
}

// Errors are what is wrong with each field; "" is nothing.
type Errors struct{ Name, Kind, BaseURL, Credential, Residency string }

// EditPage is one connection.
type EditPage struct {
	Shell  layout.Shell
	Row    Row
	Check  Check
	Form   Form
	Models []string // a few of what it offers
	// Read is when the list of models was read; Changed, Added and Removed are how it last changed, "" if it never did.
	Read           ui.When
	Changed        ui.When
	Added, Removed []string
	MoreChanges    int
	Facts          []ui.Fact
	// Figures are recent attempts and spend; Failure is the last attempt that failed, nil if none did.
	Figures []ui.StatProps
	Failure *Failure
	Health  ui.StatusProps
	// CanRotate offers to replace the key.
	CanRotate bool
}

// Failure is an attempt that failed.
type Failure struct {
	At   ui.When
	What string // "Rate limit (status 429)"
	Note string
}

// RotatePage replaces a connection's key.
type RotatePage struct {
	Shell         layout.Shell
	Row           Row
	KeyLabel      string
	Error         string
	Form          string // about the form as a whole
	Untested      bool   // what was typed
	OfferUntested bool   // the new key could not be shown to work
}

// Check is the last live test.
type Check struct {
	Tone  ui.Tone
	Title string // "It works", "The key was refused", "Not tested yet"
	Text  string
	Note  string // "tested 3 min ago, answered in 120 ms"
}
