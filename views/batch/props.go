// Package batch is the pages of batches.
package batch

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is the newest batches.
type ListPage struct {
	Shell     layout.Shell
	Tabs      []ui.Tab
	Rows      []Row
	CanCreate bool
}

// Row is one batch of a list.
type Row struct {
	Name, Href, Key, Lines, Failed, Cost, Exact string
	State                                       ui.StatusProps
	Created                                     ui.When
}

// NewPage is the form of a batch, or of what a schedule makes batches of.
type NewPage struct {
	Shell   layout.Shell
	Plan    bool // it is a schedule's
	Title   string
	Action  string
	Submit  string
	Crumbs  []ui.Crumb
	Back    string
	Night   string // the off-peak hours, in words
	Keys    []ui.Option
	Suggest []string
	Zone    string
	Fields  Fields
	Preview *Preview
	// PreviewAt is where the form is sent to be looked at.
	PreviewAt string
	// UploadName and UploadSize tell of Fields.Upload.
	UploadName, UploadSize string
	Form                   string
	Errors                 map[string]string
}

// Fields are what was typed.
type Fields struct {
	Name, Key, Format, Text                    string
	Upload                                     string // the id of a file that was too large for Text
	Model, System, Prompt, IDColumn, MaxOutput string
	Cap, Priority, StartAt                     string
	Native                                     bool
	Cron, Zone                                 string
	OffPeak                                    bool
}

// Preview is what would be asked.
type Preview struct {
	Lines, Most, Exact string
	First              []Shown
}

// Shown is a line of a preview.
type Shown struct{ ID, Body, Most, Exact string }

// Page is one batch.
type Page struct {
	Shell    layout.Shell
	Name     string
	Href     string
	State    ui.StatusProps
	Why      string
	Under    bool // something may still change by itself
	Waits    bool // for somebody
	Progress ui.ProgressProps
	Figures  []ui.StatProps
	Facts    []ui.Fact
	Wrong    []string // what is wrong with the file
	Failed   []Failed
	More     bool // others failed than are shown
	Results  bool
	CanPause bool
	Resume   *Resume
	Cancel   *ui.ConfirmProps
	Delete   *ui.ConfirmProps
}

// Resume is the form that goes on with a batch.
type Resume struct{ Cap, Error string }

// Failed is a line that was not answered.
type Failed struct{ Number, ID, Code, Text, Request string }
