package report

import "github.com/bodhi-gateway/bodhi/views/ui"

// Company is the overview for those who answer for others: an organization, or some of its teams.
type Company struct {
	Spans, Parts []ui.Tab
	Span         string // "30 days"
	Part         string // what the chart is split by: "Model"
	Zone         string
	Chart        ui.SeriesProps
	Heat         ui.HeatProps
	Movers       []Movers
	Advice       []Advice
	Budgets      []Binding // those that most of is gone of
	// Teams and Models are compared side by side.
	Teams, Models []Comparison
	// CostsByTeam and CostsByModel are the pages with all of them, in the same span.
	CostsByTeam, CostsByModel string
}

// Movers are what changed most in one dimension.
type Movers struct {
	Title string // "Team"
	Rows  []ui.Share
}

// Advice is something worth a look, computed from the organization's own figures.
type Advice struct {
	Tone        ui.Tone
	Icon        string
	Title, Text string
	Href, Link  string
}

// Comparison is one row of a table whose rows are held against each other.
type Comparison struct {
	Label, Href  string
	Cost, Exact  string
	Share        string // of everything
	Value, Whole int64  // the same as numbers
	Change       string // against the span before; "" where there is nothing to compare
	Up           bool
	Requests     string
	Success      string
	Each         string // cost of one request
	Cached       string // share of input that providers had cached
}
