// Package pii holds the pages of data rules: the list, the form that sets one, one rule, the incidents, and a text to try.
package pii

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all rules that the reader may see.
type ListPage struct {
	Shell     layout.Shell
	Tabs      []ui.Tab
	Rows      []Row
	CanCreate bool     // shows what sets a rule
	Cap       *CapForm // nil for those who do not set it
}

// CapForm is what looking for names and addresses may cost a day.
type CapForm struct {
	Most, Error string
	Today       string  // "$0.12 of $5"; "" where nobody bounded it
	Used        bool    // nobody is asked any more
	Ends        ui.When // of the day
}

// Row is one rule.
type Row struct {
	ID                string
	Icon              string // of the scope's kind
	Label             string // "Team Search"
	Block, Mask, Logs string // what it does with what, in words
	Warns, Answers    string
	CanChange         bool
	Delete            ui.ConfirmProps
}

func (r Row) href() string { return "/data-rules/" + r.ID }

// EditPage sets or changes a rule.
type EditPage struct {
	Shell                       layout.Shell
	Title, Action, Submit, Back string
	// Place is where it can sit; nil when it sits somewhere already, then Where says it in words.
	Place                *ui.PickProps
	Where                string
	Detectors            []Detector
	Patterns             []PatternRow
	Allow                string // a value on each line
	OneWay               bool   // answers keep placeholders
	Guess                bool   // what only has the form counts, too
	Model, Failing, Most string // who looks for names and addresses
	Files                bool   // attached files are looked into
	Unread               bool   // what cannot be read is refused
	Version              string // of the rule that the form was filled from; "" for a new one
	// Form is what is wrong with the form as a whole, Errors with each field by its name.
	Form   string
	Errors map[string]string
}

// Detector is a built-in one with what it does.
type Detector struct {
	Name, Label, Hint, Action, Answer string
	AskedOnly                         bool // it looks at requests only
}

// PatternRow is one of the organization's own.
type PatternRow struct {
	Index              string // "1"
	Name, Expr, Action string
	Answer, Near       string
}

// ShowPage is one rule.
type ShowPage struct {
	Shell    layout.Shell
	Title    string
	Row      Row
	Facts    []ui.Fact
	Patterns []PatternRow
	Allow    []string
	Actions  []Detector // what each built-in detector does, in words
}

// IncidentsPage is the list of incidents with its filters.
type IncidentsPage struct {
	Shell  layout.Shell
	Tabs   []ui.Tab
	Sub    string
	Filter Filter
	Rows   []Incident
	None   ui.EmptyProps
	Pager  ui.PagerProps
}

// Filter is what narrows the list, and the choices.
type Filter struct {
	Range, Action, Detector, Team, ID  string
	Ranges, Actions, Detectors, Choose []ui.Option
	Active                             bool
}

// Incident is one row.
type Incident struct {
	ID      string
	At      ui.When
	Found   string // "2 e-mail addresses and 1 payment card number"
	Key     string
	Who     string // member and team
	Status  ui.StatusProps
	Request string // its page
}

// TryPage tries a text.
type TryPage struct {
	Shell  layout.Shell
	Tabs   []ui.Tab
	Place  ui.PickProps
	Text   string
	Way    string // "answer", or a request's
	Error  string
	Result *TryResult // nil before something was tried
}

// TryResult is what would become of the text.
type TryResult struct {
	Tone    ui.Tone
	Verdict string // "It would be refused."
	Why     string
	Found   []TryFound
	Text    string // as it would leave
}

// TryFound is what one detector found.
type TryFound struct {
	What string
	Does ui.StatusProps
}
