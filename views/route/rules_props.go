package route

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// RuleFrame is what the pages of one route's rules share.
type RuleFrame struct {
	Shell   layout.Shell
	Title   string
	Base    string // URL of the builder
	Alias   string // "" for the organization's own rules
	General bool
	Targets []string // the alias's own list
	Crumbs  []ui.Crumb
	Tabs    []ui.Tab
}

func (f RuleFrame) sub() string {
	if f.General {
		return "Asked before any alias, whatever model an app asks for. The first rule that holds decides. A rule that does not speak of the endpoint takes chat only."
	}
	return "The first rule that holds decides where a request for “" + f.Alias + "” goes; without one it is the alias's own list."
}

// RulesPage is the visual builder.
type RulesPage struct {
	RuleFrame
	Version, Unsupported, Holidays, HolidayError, Days, Error string
	Rules                                                     []RuleBox
	Canary                                                    CanaryBox
	Facts, Ops, Templates                                     []ui.Option
	Suggest                                                   []string
	// Strategy and Weights are of the alias's own list.
	Strategy, StrategyError string
	Weights                 []string
	Strategies              []ui.Option
}

// RuleBox is one rule of the form.
type RuleBox struct {
	N                                 int
	Last                              bool
	Name                              string
	ByText                            bool
	Text                              string
	CanRows                           bool
	Any                               bool
	Rows                              []RowBox
	Targets                           []string
	NameError, WhenError, TargetError string
	Strategy, StrategyError           string
	Weights                           []string
	Kept                              string // what its targets say beside what has fields
}

// RowBox is one comparison.
type RowBox struct{ Fact, Op, Value string }

func (b RuleBox) field(part string, more ...int) string {
	out := fmt.Sprintf("rule-%d-%s", b.N, part)
	for _, m := range more {
		out += fmt.Sprintf("-%d", m)
	}
	return out
}

func (b RuleBox) title() string { return fmt.Sprintf("Rule %d", b.N+1) }

func (b RuleBox) act(verb string) string { return fmt.Sprintf("%s:%d", verb, b.N) }

// weight is the k-th of what was typed; rows to fill have none yet.
func weight(all []string, k int) string {
	if k < len(all) {
		return all[k]
	}
	return ""
}

// CanaryBox is the canary of an alias.
type CanaryBox struct {
	Percent, Sticky           string
	Targets                   []string
	PercentError, TargetError string
}

// YAMLPage is a route as text.
type YAMLPage struct {
	RuleFrame
	Text, Version, Error string
}

// TryPage is the dry run.
type TryPage struct {
	RuleFrame
	Fields []TryField
	Asked  bool
	Error  string
	Result DryResult
}

// TryField is one input of the dry run: a text, one of options, or a box to tick.
type TryField struct {
	Name, Label, Value, Hint, Suffix string
	Options                          []ui.Option
	Box, Checked                     bool
	Suggest                          []string
}

// DryResult is where a request would go, and why.
type DryResult struct {
	Route, Why string
	Words      []string // what follows a failure, and what is demanded
	Targets    []DryTarget
	Steps      []DryStep
}

// DryTarget is one target, in order.
type DryTarget struct{ Name, Why string }

// DryStep is one rule with its parts.
type DryStep struct {
	Of, Rule, When, Why string
	Decided, Matched    bool
	Parts               []DryPart
}

// DryPart is one comparison with its value.
type DryPart struct {
	Text, Value string
	Holds       bool
}

// VersionsPage lists versions, the newest first.
type VersionsPage struct {
	RuleFrame
	Versions []VersionRow
	Error    string
}

// VersionRow is one version with its difference to the one before.
type VersionRow struct {
	Number  int64
	Current bool
	By      string
	What    string
	When    ui.When
	Lines   []DiffLine
	Back    ui.ConfirmProps
}

// DiffLine is a line of a difference; Sign is "+", "-" or " ".
type DiffLine struct{ Sign, Text string }

// RehearsalPage is a replay of past requests.
type RehearsalPage struct {
	Shell                                               layout.Shell
	Title, Href, Back, State, About                     string
	Running, Broken, Nothing                            bool
	Requests, Judged, Changed, Unjudged, Lost, Unpriced string
	Done, Max                                           int64
	Before, After, Booked, Difference, Missing          string
	Dearer, Same                                        bool
	Moves                                               []MoveRow
	Routes                                              []TallyRow
	YAML, Error                                         string
	Apply                                               ui.ConfirmProps
	More                                                bool
}

// MoveRow is how many requests would go elsewhere.
type MoveRow struct{ From, To, Requests, Before, After, Wait string }

// TallyRow is what would have decided.
type TallyRow struct {
	Route, Requests string
}
