package health

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Outage is a time in which a target was left alone.
type Outage struct {
	Href         string
	Target       string
	Status       ui.StatusProps
	Began, Ended ui.When // Ended is empty while it goes on
	Lasted       string
	Why          string
	Handled      string // "resolved by Ann", "acknowledged by Bo", ""
}

// OutagePage is one outage.
type OutagePage struct {
	Shell                  layout.Shell
	Outage                 Outage
	Openings               string
	Acknowledged, Resolved string
	Notes                  []Note
	Events                 []Event
	CanChange              bool
	CanAcknowledge         bool
	CanResolve             bool
	Text                   string // what was typed
	Form                   string
	Errors                 map[string]string
}

// Note is what a person noted about an outage.
type Note struct {
	Text, By string
	At       ui.When
}
