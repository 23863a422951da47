// Package patience holds the pages of timeouts and retries: what holds for which requests, and the form that sets it.
package patience

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all settings.
type ListPage struct {
	Shell     layout.Shell
	Rows      []Row
	CanChange bool
}

// Row is what holds for a model and an operation, with what comes from wider settings filled in.
type Row struct {
	Label            string
	Model, Operation string
	Set              bool   // somebody set it; else it is the default
	Stream           string // "2m / 5m / 1m"
	Document         string
	Total            string
	Tries            string // "1, last target 3"
	After            string // what follows a timeout
	Edit             string
	Remove           ui.ConfirmProps
}

// EditPage is the form.
type EditPage struct {
	Shell      layout.Shell
	Fields     Fields
	Now        Fields // what holds where a field is empty
	Aliases    []string
	Operations []ui.Option
	Form       string
	Errors     map[string]string
}

// Fields are what was typed.
type Fields struct {
	Model, Operation, Preset                    string
	Connect, Headers, First, Gap, Answer, Total string
	Tries, Before, Backoff, MaxBackoff          string
	OnTimeout, Growth                           string
	Unsure, Refuse                              bool
}

var presets = []ui.Option{
	{Value: "", Label: "None: each by itself"},
	{Value: "quick", Label: "Quick: 20 s to the first event, 90 s in all"},
	{Value: "standard", Label: "Standard: 5 min to the first event, 10 min in all"},
	{Value: "extended", Label: "Extended: 20 min to the first event, 1 h in all"},
}

func actions(now string) []ui.Option {
	words := map[string]string{"next": "ask the next target", "retry": "ask the same again", "error": "give up", "partial": "ask the next target; later keep what came"}
	return []ui.Option{
		{Value: "", Label: "As now: " + words[now]},
		{Value: "next", Label: "Ask the next target"},
		{Value: "retry", Label: "Ask the same target again, then the next"},
		{Value: "partial", Label: "Ask the next target; later what came is the answer"},
		{Value: "error", Label: "Give up with an error"},
	}
}

func growths(now string) []ui.Option {
	return []ui.Option{
		{Value: "", Label: "As now: " + now},
		{Value: "exponential", Label: "Exponential: the bound doubles"},
		{Value: "linear", Label: "Linear: by as much each time"},
		{Value: "smart", Label: "Smart: by what failed"},
	}
}
