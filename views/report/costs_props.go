package report

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// CostsPage is the page at /costs.
type CostsPage struct {
	Shell   layout.Shell
	Sub     string
	By      string // "Project": heading of the lines
	Span    string // "1 November to 30 November 2026"
	Filter  CostFilter
	Export  string // URL of the CSV
	Figures []ui.StatProps
	Lines   []CostLine
	Others  []CostLine // what is cut off, and what nothing claims
	Total   CostLine
	Most    int64 // value of the longest bar
	// None says why there is nothing, if there is nothing.
	None ui.EmptyProps
}

// CostFilter is what the costs are of, as form fields.
type CostFilter struct {
	By, Month, From, To string
	Divisions, Months   []ui.Option
}

// CostLine is one value of a dimension and its part of the cost.
type CostLine struct {
	Label, Sub, Href string
	Value            int64 // nano-dollars, for the bar
	Cost, Exact      string
	Share            string // of the total
	Requests         string
	Tokens, TokensIn string
	Cached, CachedOf string // of the input tokens, from the providers' caches
}
