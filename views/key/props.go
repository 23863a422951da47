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
	// Search is what was searched for.
	Search string
	// After is the key before the first one of this page, "" on the first page.
	After string
	Pager ui.PagerProps
	// CanCreate shows the way to a new key.
	CanCreate bool
	// All and Idle count the keys one may see, and those of them that lie unused; Unused lists only these.
	All, Idle int
	Unused    bool
	CanRevoke bool   // some of them, in bulk
	Error     string // why those that were ticked are still there
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
	Agent   bool // the log-in of a coding agent
	// Playground is what its member asks in the playground.
	Playground bool
	// CanRevoke offers it to be ticked; Ticked is what was.
	CanRevoke, Ticked bool
}

// Href is the key's page.
func (r Row) Href() string { return "/keys/" + r.ID }

// NewPage makes a key.
type NewPage struct {
	Shell  layout.Shell
	Error  string
	Fields Fields
	Errors map[string]string // by field name
	Teams  []ui.Option
	Owner  ui.PickProps // a member's id, or "" for a service account
	// CanAccount shows the field of a service account's name.
	CanAccount bool
	Endpoints  []Tick
	Periods    []ui.Option // of its own budget
}

// Tick is one box to tick.
type Tick struct {
	Value, Label, Hint string
	Checked            bool
}

// EditPage changes a key.
type EditPage struct {
	Shell     layout.Shell
	Row       Row
	Error     string
	Fields    Fields
	Errors    map[string]string
	Endpoints []Tick
}

// Fields are what was typed.
type Fields struct {
	Name, Team, Owner, Account, Expires, Models, Networks, Tags string
	Budget, Period, Requests, Tokens                            string // its own budget and limits, when it is made
	Endpoints                                                   []string
	Version                                                     string // of the key that an edit was made on
}

// ownOpen and narrowed unfold what somebody filled in, or what is wrong.
func (p NewPage) ownOpen() bool {
	f, e := p.Fields, p.Errors
	return f.Budget+f.Requests+f.Tokens+e["budget_usd"]+e["budget_period"]+e["requests_per_minute"]+e["tokens_per_minute"] != ""
}

func narrowed(f Fields, e map[string]string) bool {
	return len(f.Endpoints) > 0 || f.Models+f.Networks+f.Tags+e["models"]+e["networks"]+e["tags"]+e["endpoints"] != ""
}

// CreatedPage shows a new key's secret, once.
type CreatedPage struct {
	Shell    layout.Shell
	Title    string
	Note     string // what became of the secret before
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
	// Active keys can be rotated; Public tells the secret that is replaced from the next.
	Active bool
	Public string
	// Agent is the log-in of a coding agent, which has no secret: nothing to rotate, nothing to copy.
	Agent bool
	// CanChange shows what edits, rotates, disables and deletes, CanEnable what enables.
	CanChange, CanEnable bool
	Facts                []ui.Fact
	Snippets             []ui.Snippet
}
