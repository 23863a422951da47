// Package reconcile is the pages that hold our books against the providers' reports.
package reconcile

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all accounts and the last days.
type ListPage struct {
	Shell     layout.Shell
	Accounts  []Account
	Days      []Day
	CanChange bool
	Ready     bool // a credential is set somewhere
}

// Account is a connection whose provider has a cost report.
type Account struct {
	ID, Name, Kind, Key string
	State               ui.StatusProps
	Read                ui.When
}

// Href is the account's page.
func (a Account) Href() string { return "/reconcile/" + a.ID }

// Day is one connection's day in both books.
type Day struct {
	Date, Connection, Href   string
	Ours, Theirs, Difference Amount
	Captured                 string // "98.4 %"
	State                    ui.StatusProps
	Attempts                 string
}

// Amount is money for reading and, as its tooltip, the exact figure.
type Amount struct{ Short, Exact string }

// ShowPage is one account.
type ShowPage struct {
	Shell     layout.Shell
	Account   Account
	Trouble   string
	Days      []Day
	Day       *Detail // the day that was chosen
	CanChange bool
	Form      Form
	Remove    *ui.ConfirmProps
}

// Detail is a day with both sides' lines.
type Detail struct {
	Day          Day
	Ours, Theirs []Line
	Facts        []ui.Fact
}

// Line is a part of a day.
type Line struct {
	Item string
	Cost Amount
}

// Form sets the credential.
type Form struct {
	Action, KeyTitle, NarrowBy, Narrow, KeyHint, Placeholder string
	Errors                                                   Errors
}

// Errors are what is wrong with each field; "" is nothing.
type Errors struct{ Form, Credential, Narrow string }
