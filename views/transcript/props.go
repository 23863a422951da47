// Package transcript holds the pages of kept texts: whose are kept, and the text of one request.
package transcript

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// HomePage says whose texts are kept.
type HomePage struct {
	Shell layout.Shell
	// State is the sentence on top, Held says that a legal hold keeps everything.
	State string
	Held  bool
	Teams []Team
	// Choices are the teams that the reader may set; none leaves the form out.
	Choices []ui.Option
	Set     SetForm
	Bound   *BoundForm // of who may set it
	Hint    string     // how many days there may be
}

// Team is one team's row.
type Team struct {
	ID, Name string
	State    ui.StatusProps
	Days     string // "30 days"; "" while nothing is kept
	Kept     string
	Off      *ui.ConfirmProps
}

// SetForm is what was typed for a team.
type SetForm struct{ Team, Days, TeamError, DaysError, Error string }

// BoundForm is what was typed for the organization.
type BoundForm struct {
	Allowed         bool
	Most, MostError string
}

// ShowPage is the text of one request.
type ShowPage struct {
	Shell    layout.Shell
	ID       string
	Until    string // "1 January, 14:00"; "" while a legal hold keeps it
	Marks    []string
	Messages []Message
	Answer   string
	NoAnswer string // why Answer is empty
	CanTry   bool
}

// Message is one turn.
type Message struct{ Role, Text string }

// Href is the request's own page.
func (p ShowPage) Href() string { return "/requests/" + p.ID }
