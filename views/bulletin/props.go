// Package bulletin holds the pages of regular reports: the list, the form, one report with its preview, and the archive.
package bulletin

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all reports that the reader may see.
type ListPage struct {
	Shell     layout.Shell
	Tabs      []ui.Tab
	Rows      []Row
	CanCreate bool
	None      ui.EmptyProps
}

// Row is one report.
type Row struct {
	Href, Title string
	When        string // "every Monday at 08:00"
	Next        ui.When
	State       ui.StatusProps
	To          string // "2 people"
	Files       string
}

// EditPage sets or changes a report.
type EditPage struct {
	Shell                       layout.Shell
	Title, Action, Submit, Back string
	// Place is what it can be about; nil when it is about something already, then Where says it in words.
	Place        *ui.PickProps
	Where        string
	Kinds, Hours []ui.Option
	Fields       Fields
	Zone         string
	Form         string
	Errors       map[string]string
}

// Fields are the form's, word for word.
type Fields struct {
	Kind, Scope, Hour           string
	Answering, CSV, PDF, Paused bool
	Members                     string // addresses, one on a line
	Version                     string // of the report that the form was filled from; "" for a new one
}

// ShowPage is one report with what it would say now.
type ShowPage struct {
	Shell     layout.Shell
	Title     string
	Sub       string
	Tabs      []ui.Tab
	Edit      string
	CanChange bool
	Send      ui.ConfirmProps
	Delete    ui.ConfirmProps
	Facts     []ui.Fact
	People    []ui.Fact // by name, with their addresses
	Mine      *Mine     // what the reader may change for themselves
	More      string    // "and 12 more"
	Preview   *Edition
	None      ui.EmptyProps // instead of a preview
	Sent      []EditionRow
	All       string // the archive of this report
}

// Mine is whether the reader gets a report, and the button that changes it.
type Mine struct{ Text, Action, Label string }

// Edition is what a report says, on a page.
type Edition struct {
	Span     string
	Lead     string
	Figures  []ui.StatProps
	Chart    ui.SeriesProps
	Sections []Section
	// Mail is where it is shown as mail programs do; Files are what comes with it.
	Mail  string
	Files []Link
}

// Link leads somewhere.
type Link struct{ Label, Href, Icon string }

// Section is a table, or words.
type Section struct {
	Title   string
	Text    []string
	Columns []ui.Column
	Rows    [][]string
}

// ArchivePage lists what was sent.
type ArchivePage struct {
	Shell layout.Shell
	Tabs  []ui.Tab
	Sub   string
	Rows  []EditionRow
	None  ui.EmptyProps
	Pager ui.PagerProps
}

// EditionRow is one edition.
type EditionRow struct {
	Href, Title, Span, By string
	Made                  ui.When
}

// EditionPage is one edition and who got it.
type EditionPage struct {
	Shell   layout.Shell
	Title   string
	Sub     string
	Report  string // its report's page; "" if it is gone
	Edition Edition
	Copies  []CopyRow
	More    string
}

// CopyRow is one copy and how its mail fares.
type CopyRow struct {
	Name, Address string
	State         ui.StatusProps
	Sent          ui.When
	Problem       string
}
