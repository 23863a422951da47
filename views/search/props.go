// Package search is the search page, whose results the command palette shows too.
package search

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// SearchPage is the page at /search.
type SearchPage struct {
	Shell  layout.Shell
	Text   string // what was typed
	Error  string
	Groups []Group
	None   ui.EmptyProps // why there is nothing, if there is nothing
}

// Group is results of one kind.
type Group struct {
	Title   string
	Results []Result
}

// Result is somewhere to go.
type Result struct {
	Label, Sub, Icon, Href string
	Mono                   bool // an id
}
