// Package playground holds the page that asks several models the same conversation.
package playground

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Page is the form with the columns and, once they were asked, their answers.
type Page struct {
	Shell layout.Shell
	// Teams are those that may pay, Team the one that does.
	Teams          []ui.Option
	Team, TeamName string
	// Closed says that nothing can be asked for this team: Why says why, "" where it was never opened.
	Closed bool
	Why    string
	// Unopened is a team that was chosen and pays nothing, because the playground was never opened for it.
	Unopened ui.Option
	// Request is the logged request that it began with, and About what is known of it; Targets the models that it began with.
	Request, About string
	Targets        []string
	Kept           bool // its text is here
	// Prompt is the prompt of the library that the texts come from, by its Version.
	Prompt, PromptName, Version string
	MayRevise                   bool // the reader may give it a new version
	Template                    bool // the texts have {{variables}}
	System                      string
	Messages                    []Message
	Variables                   []Variable
	Tools, Schema               string
	Columns                     []Column
	Most                        int // columns there may be
	Suggest                     []string
	Name, Note                  string // of what is saved
	Form                        string
	Errors                      map[string]string
}

// Message is one message as it is typed.
type Message struct{ Role, Text string }

// Variable is what is filled in for one.
type Variable struct {
	Name, Value, Hint, Error string
	Required                 bool
	Options                  []string
}

// Column is one model with its settings and what it answered.
type Column struct {
	Model, Temperature, MaxTokens string
	Wrong                         ColumnErrors
	Answer                        *Answer // nil before it was asked; no more than its Text where the form brought it back
}

// ColumnErrors are what is wrong with each field of a column.
type ColumnErrors struct{ Model, Temperature, MaxTokens string }

// Answer is what one model said.
type Answer struct {
	State         ui.StatusProps
	Text, Thought string
	Tools         []Called
	Refusal       string
	Stopped       bool // its person stopped it; the text is on the page already
	Cut           bool // it ended at its cap
	Cost, Exact   string
	Tokens        string
	First, Took   string
	By            string // connection/model
	Warning       string
	Request       string // in the log
}

// Called is a tool that the model wants called.
type Called struct{ Name, Arguments string }

func field(name string, n int) string { return "f-" + name + "-" + strconv.Itoa(n+1) }

func (p Page) wrong(names ...string) bool {
	for _, n := range names {
		if p.Errors[n] != "" {
			return true
		}
	}
	return false
}

var roles = []ui.Option{{Value: "user", Label: "User"}, {Value: "assistant", Label: "Assistant"}, {Value: "system", Label: "System"}}

func (v Variable) options() []ui.Option {
	out := []ui.Option{{Value: "", Label: "Nothing"}}
	for _, o := range v.Options {
		out = append(out, ui.Option{Value: o, Label: o})
	}
	return out
}
