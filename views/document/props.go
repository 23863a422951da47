// Package document is the pages of documents, sounds and speech: a form, how far it is, and what came of it.
package document

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Tabs are the pages.
const (
	Read       = "read"
	Transcribe = "transcribe"
	Speak      = "speak"
)

// Page is one of the pages.
type Page struct {
	Shell    layout.Shell
	Tab      string
	Teams    []ui.Option
	Team     string
	TeamName string
	Closed   bool   // the reader has no session for the team
	Why      string // why it is closed, if it is there
	// Unopened is a team that was chosen and pays nothing, because the reader has no session for it.
	Unopened ui.Option

	Form    string            // what is wrong with the form as a whole
	Errors  map[string]string // by field
	Tools   []Tool
	Tool    string
	Models  []string
	Model   string
	Most    string
	Lang    string
	Text    string
	Voice   string
	Voices  []ui.Option
	Outcome *Outcome
}

// Tool is one line of the choice.
type Tool struct{ Name, Title, What string }

// Outcome is what came of a document.
type Outcome struct {
	State    ui.StatusProps
	Problem  string // nothing could be read
	Facts    []ui.Fact
	Warnings []string
	Missing  []string
	Facets   []Facet // single facts
	Blocks   []Block
	Files    []File
	Requests []ui.Option // ids in the log, and what they were about
}

// Facet is one fact of a document.
type Facet struct{ Name, Value, Page, Sure, Found string }

// Block is a text or a table.
type Block struct {
	Title   string
	Text    string
	Columns []string
	Rows    [][]string
}

// File is a result that can be saved.
type File struct{ Label, Kind, Text string }
