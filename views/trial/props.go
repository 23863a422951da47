// Package trial holds the page that asks several models the same question.
package trial

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Page is the form and, once it was sent, the answers.
type Page struct {
	Shell layout.Shell
	// Request is the logged request that it began with, and About what is known of it; "" without one.
	Request, About string
	Keys           []ui.Option // the reader's own that work
	// What was typed; Targets ends with empty rows to fill.
	Key, Prompt, MaxOutput string
	Targets                []string
	Suggest                []string // targets on offer
	Errors                 Errors
	Answers                []Answer
}

// Errors are what is wrong with each field, and with the form as a whole.
type Errors struct{ Form, Key, Targets, Prompt, MaxOutput string }

// Answer is what one target said.
type Answer struct {
	Target        string
	State         ui.StatusProps
	Text, Refusal string
	Cut           bool
	Cost, Exact   string // "" where nothing was booked
	Tokens, Took  string
	Warning       string
	Request       string // in the log
}
