// Package budget holds the pages of budgets: where each limit of the tree stands, and the form that sets one.
package budget

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all budgets that the reader may see.
type ListPage struct {
	Shell layout.Shell
	Rows  []Row
	// CanCreate shows what sets a limit; Zone is where days and months begin.
	CanCreate bool
	Zone      string
}

// Row is one budget, or a team without one above its members and keys.
type Row struct {
	ID    string
	Depth int    // 0 for the organization, then teams, then members and keys
	Icon  string // of the scope's kind
	Label string // "Team Search"
	Sub   string // name, if it has one of its own
	// Bare rows only group what is below them.
	Bare bool

	Progress          ui.ProgressProps
	Period            string // "monthly"
	Hard              bool
	Spent, Held, Left Amount
	Resets            ui.When
	// CanChange shows the row's buttons.
	CanChange bool
	Delete    ui.ConfirmProps
}

func (r Row) href() string { return "/budgets/" + r.ID }

// Amount is a figure, rounded and exact.
type Amount struct{ Short, Exact string }

// EditPage sets or changes a limit.
type EditPage struct {
	Shell  layout.Shell
	Title  string
	Action string
	Submit string
	// Scopes are where it can sit; empty when it sits somewhere already, then Where says it in words.
	Scopes []ui.Option
	Where  string
	Fields Fields
	Errors Errors
	Zone   string
	// Standing is where it stands, and Delete the question before it goes; nil for a new one.
	Standing *Row
	Delete   *ui.ConfirmProps
	// Suspended is what lost nodes may have spent of it.
	Suspended []Suspended
}

// Fields are what was typed.
type Fields struct{ Scope, Name, Limit, Period, Enforce string }

// Errors are what is wrong with each field, and with the form as a whole.
type Errors struct{ Form, Scope, Name, Limit, Period, Enforce string }
