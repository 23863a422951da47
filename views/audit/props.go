// Package audit is the pages of the audit log.
package audit

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Filter is what the list is narrowed to, as it was typed.
type Filter struct {
	Actor, Action, Target, Via, From, To, Text string
	Doors                                      []ui.Option
	Active                                     bool
}

// Row is an entry in the list.
type Row struct {
	ID           string
	At           ui.When
	Actor, Role  string
	Action, Word string // "Key created", "key.created"
	Target       string
	TargetID     string
	Via          string
	IP           string
	Changes      int // fields
}

// Href is the entry's page.
func (r Row) Href() string { return "/audit/" + r.ID }

// ListPage is the log with its filters.
type ListPage struct {
	layout.Shell
	Admin      bool // sees everybody's acts, and sets how long they are kept
	Zone       string
	Filter     Filter
	Rows       []Row
	None       ui.EmptyProps
	Pager      ui.PagerProps
	CSV, JSONL string // where the exports are
	KeepDays   string
	KeepError  string
}

func (p ListPage) sub() string {
	if p.Admin {
		return "Who changed what, when and from where. Each entry is chained to the one before. Times are in " + p.Zone + "."
	}
	return "What you changed, when and from where. Organization admins see everybody's. Times are in " + p.Zone + "."
}

// Change is one field of an entry.
type Change struct{ Field, Before, After string }

// ShowPage is one entry.
type ShowPage struct {
	layout.Shell
	Row     Row
	Facts   []ui.Fact
	Changes []Change
}
