// Package key holds the pages of virtual keys: the list, the form, the one moment a secret is shown, and one key.
package key

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is the keys one may see.
type ListPage struct {
	Shell layout.Shell
	Rows  []Row
	// CanCreate shows the way to a new key.
	CanCreate bool
}

// Row is one key in the list.
type Row struct {
	ID      string
	Name    string
	Hint    string // bdh_live_…abcd
	Owner   string // a member's name, or a service account
	Team    string
	State   ui.StatusProps
	Used    ui.When
	Created ui.When
}

// Href is the key's page.
func (r Row) Href() string { return "/keys/" + r.ID }

// NewPage makes a key.
type NewPage struct {
	Shell  layout.Shell
	Error  string
	Fields Fields
	Errors map[string]string // by field name
	// Teams and Owners are what may be chosen; an owner is a member's id, or "" for a service account.
	Teams, Owners []ui.Option
	// CanAccount shows the field of a service account's name.
	CanAccount bool
}

// Fields are what was typed.
type Fields struct{ Name, Team, Owner, Account, Expires, Models, Networks string }

// CreatedPage shows a new key's secret, once.
type CreatedPage struct {
	Shell    layout.Shell
	Row      Row
	Secret   string
	BaseURL  string
	Snippets []ui.Snippet
}

// ShowPage is one key.
type ShowPage struct {
	Shell    layout.Shell
	Row      Row
	Disabled bool
	// CanChange shows what disables, enables and deletes.
	CanChange bool
	Facts     []ui.Fact
	Snippets  []ui.Snippet
}
