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
	Place    ui.PickProps
	Prompts  []ui.Option
	Targets  []ui.Option
	Judges   []ui.Option
	Form     string
	Errors   map[string]string
	FoldOpen bool // something in the folded part is wrong, or was typed
}

// Fields are what was typed.
type Fields struct {
	Name, Alias, Goal, Unit            string
	Variants                           []VariantFields
	Scope, Tag, Prompt                 string
	LookFor, Sample, ErrorLimit        string
	GuardCost, GuardLatency, GuardGood string
	Judge, JudgePercent, JudgeDaily    string
}

// VariantFields are one variant's. The first is the control, which has no target.
type VariantFields struct{ Name, Percent, Target, Version, Max, Temperature string }

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
	About    string // what is divided, in a line
	Groups   string // what groups are, and how many there must be
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
type Variant struct {
	Name, Target, Planned, Actual, Requests, Rated, Filled, FilledRated string
	Means                                                               []Mean // in the order of the columns
}

// Mean is one figure of a variant, and its verdict; no label for none.
type Mean struct {
	Name, Value string
	Side        ui.StatusProps
}

// Metric is the difference of one variant to the control in one metric.
type Metric struct {
	Name, Variant, Difference string
	Side                      ui.StatusProps
}
