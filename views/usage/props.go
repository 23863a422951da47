// Package usage is the pages that say how much, of what, by whom and when: costs, models, savings, reliability, a team, people.
package usage

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Page is what all pages of usage have: what they are about, and the form that changes it. The whole view is in its URL.
type Page struct {
	Shell      layout.Shell
	Title, Sub string
	Crumbs     []ui.Crumb
	Form       Form
	Chips      []Chip
	Clear      string // the page without filters
	// None says why there is nothing, if there is nothing.
	None    ui.EmptyProps
	Figures []ui.StatProps
	Exports []Export
}

// Form is what a page is of, as form fields. Lists without options are not shown.
type Form struct {
	Action          string
	Range, From, To string
	Ranges          []ui.Option
	By, And         string
	Dims, Ands      []ui.Option
	Compare         string
	Comparisons     []ui.Option
	Sort            string
	Sorts           []ui.Option
	Pick            string // the dimension to narrow to
	Picks           []ui.Option
	Values          []ui.Option // of Pick
	PickLabel       string
	Keep            []Hidden // filters that stay
}

// Hidden is a filter that a form carries along.
type Hidden struct{ Name, Value string }

// Chip is one filter that holds, and the page without it.
type Chip struct{ Label, Without string }

// Export is a file with the rows of the page.
type Export struct{ Label, Href, Hint string }

// Table is a table of figures.
type Table struct {
	Caption string
	Columns []ui.Column
	Rows    []Row
}

// Row is a row of a Table; Total and Soft make it look like a sum and like what is left over.
type Row struct {
	Cells       []Cell
	Total, Soft bool
}

// Cell is a figure with where it leads.
type Cell struct {
	Text, Title string
	Sub, Href   string
	Bar, Whole  int64 // a bar beside the text, where Whole is above zero
	// Trend is a change, drawn with an arrow; Tone says whether it is good news.
	Trend bool
	Up    bool
	Tone  ui.Tone
}

// CostsPage is the page at /costs.
type CostsPage struct {
	Page
	By, Span, Compared string
	Chart              ui.SeriesProps
	Table              Table
	Note               string // below the table
}

// SavingsPage is the page at /savings.
type SavingsPage struct {
	Page
	Span  string
	Chart ui.SeriesProps
	Table Table
	Hints []Hint
}

// Hint is something worth a look, computed from the organization's own figures.
type Hint struct{ Title, Text, Href, Link string }

// PeoplePage is the page at /people/usage.
type PeoplePage struct {
	Page
	Span                         string
	Table                        Table
	IdlePeople, IdleKeys         []Idle
	IdlePeopleSaid, IdleKeysSaid string // "" where nothing is said of them
	MorePeople, MoreKeys         int
}

// Idle is somebody or something that was not used.
type Idle struct{ Label, Sub, Href string }

// TeamPage is the page at /teams/:id/usage.
type TeamPage struct {
	Page
	Span                       string
	Chart                      ui.SeriesProps
	Budgets                    []Burn
	Changes                    []Change
	People, Models, Keys, Apps Table
}

// Change is a change of a route and what came after it.
type Change struct {
	Title, Text, Icon string
	Tone              ui.Tone
}

// Burn is a budget, what is left of it and where it is heading.
type Burn struct {
	Title, Href string
	Chart       ui.BurnProps // without points: there is none
	Bar         ui.ProgressProps
	Note        string
	Tight       bool
}

// ReliabilityPage is the page at /reliability.
type ReliabilityPage struct {
	Page
	Span, Looked      string // Looked: of which requests durations are, where these are not all
	Ends              ui.SeriesProps
	Heat              ui.HeatProps
	Histogram         ui.HistogramProps
	Failures, Rescues Table
}

// ModelsPage is the page at /models/compare.
type ModelsPage struct {
	Page
	Span, Looked string
	Table        Table
}
