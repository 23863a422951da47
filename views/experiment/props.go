// Package experiment holds the pages of experiments: all of them, the form that starts one, and the report.
package experiment

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is all experiments, the newest first.
type ListPage struct {
	Shell      layout.Shell
	Rows       []Row
	CanChange  bool
	HasAliases bool
}

// Row is one of them.
type Row struct {
	Href, Name, Alias, Goal, Split string
	State                          ui.StatusProps
	Started                        ui.When
}

// NewPage is the form.
type NewPage struct {
	Shell    layout.Shell
	Fields   Fields
	Aliases  []ui.Option
	Teams    []ui.Option
	Targets  []string
	Form     string
	Errors   map[string]string
	FoldOpen bool // something in the folded part is wrong, or was typed
}

// Fields are what was typed.
type Fields struct {
	Name, Alias, Goal, Unit            string
	Variants                           []VariantFields
	Team, Key, Tag                     string
	LookFor, Sample, ErrorLimit        string
	GuardCost, GuardLatency, GuardGood string
}

// VariantFields are one variant's. The first is the control, which has no target.
type VariantFields struct{ Name, Percent, Target, Max, Temperature string }

var goals = []ui.Option{
	{Value: "cost", Label: "Cost per request"},
	{Value: "latency", Label: "Time to the whole answer"},
	{Value: "errors", Label: "Errors"},
	{Value: "quality", Label: "Quality, by feedback"},
}

var units = []ui.Option{
	{Value: "user", Label: "User: x-bodhi-user, else whose key it is"},
	{Value: "session", Label: "Conversation: x-bodhi-session, else each request"},
}

// called names a variant's row of the form.
func called(i int) string {
	if i == 0 {
		return "control"
	}
	return []string{"first", "second", "third"}[i-1] + " variant"
}

// ShowPage is the report.
type ShowPage struct {
	Shell    layout.Shell
	Name     string
	State    ui.StatusProps
	Headline string
	Text     string
	Tone     ui.Tone
	Figures  []ui.StatProps
	Variants []Variant
	Metrics  []Metric
	Facts    []ui.Fact
	Migrate  *ui.ConfirmProps
	Stop     *ui.ConfirmProps
	Delete   *ui.ConfirmProps
	Pause    string // where to post, "" when it cannot be paused
	Resume   string
}

// Variant is one line of the table of variants.
type Variant struct{ Name, Target, Planned, Actual, Requests, Rated string }

// Metric is one variant's figure in one metric beside the control's.
type Metric struct {
	Name, Variant, Control, Value, Difference string
	Side                                      ui.StatusProps
}
