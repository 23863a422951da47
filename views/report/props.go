// Package report is the pages about spend and requests: home, the list of requests, one request. Their props are
// finished text; app/report/reportweb makes them.
package report

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// HomePage is the page at /.
type HomePage struct {
	// Found says what a server on this machine offers that could be connected; "" if there is none.
	Found   string
	Shell   layout.Shell
	Title   string // "Good morning, Ada" or the organization's name
	Sub     string // whose figures these are, and the time zone
	Figures []ui.StatProps
	// Self is the page's own address, for its parts that fetch themselves again.
	Self    string
	Company *Company
	Last    []RequestRow
	// Start is set until the organization has had its first request; the page then teaches instead of counting.
	Start *Start
}

// Start leads to the first request.
type Start struct {
	Guide    bool // offers the guided set-up
	Steps    []Step
	Snippets []ui.Snippet
	BaseURL  string
	// Arrived is the first request, once it came.
	Arrived *RequestRow
}

// Step is one thing to do before the first request.
type Step struct {
	Title, Text string
	Done        bool
	Label, Href string // of its button; empty if there is nothing to press
}

// RequestRow is one request in a list.
type RequestRow struct {
	ID       string
	Href     string
	At       ui.When
	Status   ui.StatusProps
	Asked    string // model as the client wrote it
	Answered string // connection/model that answered, or why none did
	Key      string
	Who      string // member, or the team for a service account
	Tokens   string // "1,204"
	TokensIn string // tooltip: "1,100 in, 104 out"
	Cost     string
	Exact    string // tooltip of Cost
	Took     string
	Notes    []string // "stream", "3 attempts", "cache hit"
	// Of columns that few look at.
	Team, App, Endpoint, Tags, Cache, Attempts, First string
}

// RequestsPage is the page at /requests.
type RequestsPage struct {
	Shell  layout.Shell
	Sub    string
	Filter Filter
	Rows   []RequestRow
	Pager  ui.PagerProps
	// None says why there are no rows, if there are none.
	None ui.EmptyProps
	// Oldest says that the oldest come first; Turn is the same list the other way.
	Oldest    bool
	Turn      string
	CSV, JSON string // the list as files; "" if there is none
	Live      string // where its newest rows come from; "" where nothing newer belongs on top
	Views     []NamedView
	Shared    []SharedView // of the reader's teams
	Teams     []ui.Option  // to share with
	Columns   []ColumnChoice
	Hidden    []int // numbers of the columns that are not shown
}

// NamedView is a list that somebody kept.
type NamedView struct {
	Name string
	Tab  ui.Tab
}

// SharedView is a list that somebody gave to a team.
type SharedView struct {
	Name, Team string
	Whose      string // "Ada shares it with Search"
	MayChange  bool
	Tab        ui.Tab
}

// ColumnChoice is a column that one may show or not.
type ColumnChoice struct {
	Name, Label string
	Shown       bool
}

// RequestColumn is a column of the list; those without a name are always shown.
type RequestColumn struct {
	Name string
	ui.Column
}

// RequestColumns are all columns of the list, in order.
var RequestColumns = []RequestColumn{
	{"", ui.Column{Label: "Time"}},
	{"", ui.Column{Label: "Model"}},
	{"key", ui.Column{Label: "Key"}},
	{"team", ui.Column{Label: "Team"}},
	{"app", ui.Column{Label: "App", Title: "The program that asked, as it was recognised"}},
	{"endpoint", ui.Column{Label: "Endpoint"}},
	{"tags", ui.Column{Label: "Tags"}},
	{"status", ui.Column{Label: "Status"}},
	{"cache", ui.Column{Label: "Cache"}},
	{"attempts", ui.Column{Label: "Attempts", Numeric: true}},
	{"tokens", ui.Column{Label: "Tokens", Numeric: true}},
	{"cost", ui.Column{Label: "Cost (USD)", Numeric: true}},
	{"first", ui.Column{Label: "First byte", Numeric: true}},
	{"took", ui.Column{Label: "Took", Numeric: true, Wide: true}},
}

// Filter is what the list is narrowed to, as form fields.
type Filter struct {
	Range, Status, Key, Connection           string
	Model, ID, Code                          string
	From, To                                 string // days, with Range "days"
	Client                                   string
	Asked, Endpoint, Cache, Tag, HTTP        string
	MinCost, MaxCost, MinSeconds, MaxSeconds string
	Order                                    string
	// Query is all of it as the address has it; More says that one of the fields that few need is filled in.
	Query string
	More  bool
	// Codes are the refusals to choose from; Chips are what a link narrowed the list to.
	Codes             []ui.Option
	Chips             []Chip
	Ranges, Statuses  []ui.Option
	Keys, Connections []ui.Option
	Endpoints, Caches []ui.Option
	Models            []string // suggestions
	Active            bool     // anything but the defaults
}

// Decision is one step of what was decided: "Target", "sandbox/sandbox-chat (alias smart, target 1 of 1)".
type Decision struct{ Word, Text string }

// Chip is a filter that no input shows, with the way to be rid of it.
type Chip struct{ Name, Value, Label, Href string }

// RequestPage is the page at /requests/:id.
type RequestPage struct {
	// CanTry offers to ask other models the same.
	CanTry   bool
	Shell    layout.Shell
	ID       string
	Status   ui.StatusProps
	Sub      string
	Refusal  *Refusal
	Why      *Why // unless a budget refused
	Timeline ui.SpansProps
	Figures  []ui.StatProps
	Facts    []ui.Fact
	Who      []ui.Fact
	Feedback []ui.Fact // what was said of the answer; none if nobody said anything
	Tokens   []TokenLine
	Attempts []Attempt
	Steps    []Decision
	NoTokens string // why Tokens is empty
	Text     Text
}

// Text says whether what the request says is kept, for the reader.
type Text struct {
	Kept  bool
	Until string // "until 1 January, 12:00"
}

// Refusal is why a request was not answered.
type Refusal struct {
	Tone    ui.Tone
	Title   string
	Message string // what the client was told
	Code    string
}

// Why explains a refusal by a budget: how it stood, how it stands, what would have been enough, what to do.
type Why struct {
	Budget string // "Team Search: monthly budget"
	Href   string // "" where the reader may not see it, or it is gone
	Then   Stand
	Now    *Stand
	Needed string // "$0.0213, $0.0113 more than was left"
	Reset  string // "It starts again on 1 Dec, 00:00 CET."
	Todo   []Todo
}

// Stand is how a budget stands at one moment, with its bar.
type Stand struct {
	When                     string
	Limit, Spent, Held, Left string
	Bar                      ui.MeterProps
}

// Todo is one way out.
type Todo struct{ Text, Label, Href string }

// TokenLine is one class of tokens of a request.
type TokenLine struct {
	Class string
	Count string
	Part  bool // a part of the line above
}

// Attempt is one upstream attempt of a request.
type Attempt struct {
	Number    string
	Target    string // connection/model
	Kind      string
	State     ui.StatusProps
	Status    string // upstream status
	Tokens    string
	TokensIn  string
	Held      string
	Cost      string
	FirstByte string
	Took      string
	Price     string // price version
	Note      string
}
