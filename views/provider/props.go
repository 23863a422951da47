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
	Models  string // how many
	Delete  ui.ConfirmProps
	// CanChange shows the row's buttons.
	CanChange bool
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
}

// Setting is a part of the address that has a name of its own, such as a project.
type Setting struct{ Name, Label, Value, Error, Placeholder, Hint string }

// Fields are what was typed. A key is never sent back.
type Fields struct {
	Name, BaseURL string
	Disabled      bool
}

// Errors are what is wrong with each field; "" is nothing.
type Errors struct{ Name, Kind, BaseURL, Credential string }

// EditPage is one connection.
type EditPage struct {
	Shell  layout.Shell
	Row    Row
	Check  Check
	Form   Form
	Models []string // a few of what it offers
	More   string   // "and 40 more"
	Facts  []ui.Fact
}

// Check is the last live test.
type Check struct {
	Tone  ui.Tone
	Title string // "It works", "The key was refused", "Not tested yet"
	Text  string
	Note  string // "tested 3 min ago, answered in 120 ms"
}
