// Package budget holds the pages of budgets: where each limit of the tree stands, one of them in full, the form that sets
// it, and requests for more.
package budget

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ListPage is the budgets that the reader may see, as the tree has them.
type ListPage struct {
	Shell  layout.Shell
	Filter Filter
	Groups []Group
	Pager  ui.PagerProps
	// None says why there is nothing, if there is nothing.
	None ui.EmptyProps
	// Figures are the counts above the tree; none of an empty one.
	Figures []ui.StatProps
	// CanCreate shows what sets a limit; Zone is where days and months begin.
	CanCreate bool
	Zone      string
}

// Filter is what the tree is narrowed to, as form fields.
type Filter struct {
	Search, Measure string
	Near            bool // above 80 % only
	Measures        []ui.Option
	// Team narrows to one team, whose name TeamName is; everything of it is shown.
	Team, TeamName string
	Active         bool
}

// Group is a part of the tree under one heading: the organization, a department and its teams, tags.
type Group struct {
	ID, Title, Icon string
	Rows            []Row // of the heading itself
	Teams           []Team
}

// Team is a team's own budgets and, folded, those of its members and keys.
type Team struct {
	ID    string // of the team
	Label string
	Note  string // beside the label where there are no Rows
	Rows  []Row  // the team's and its pool's; none where only its members and keys have budgets
	Below []Row
	// Summary says what is folded: "12 members and keys, 2 above 80 %". Open unfolds it.
	Summary string
	Open    bool
	// All leads to the whole team where not all of it is shown.
	All, AllLabel string
}

// Row is one budget and how it stands.
type Row struct {
	ID    string
	Icon  string // of the scope's kind
	Label string // "Team Search"
	Sub   string // name, if it has one of its own
	Stand Stand
	// Enforce is what happens at the limit, Resets when it starts again.
	Enforce ui.StatusProps
	Resets  ui.When
	// CanSee links to its page, CanChange shows the row's buttons.
	CanSee, CanChange bool
	Edit              string // where it is changed, and where that leads back to
}

func (r Row) href() string { return "/budgets/" + r.ID }

func (r Row) part() string { return "budget-" + r.ID }

// Stand is how a budget stands, in words and as a bar.
type Stand struct {
	Bar                         ui.MeterProps
	Used                        string // "$30.00 of $100.00"
	Period                      string // "per month"
	Share                       string // "42 %"
	Spent, Held, Suspense, Left Amount
	Over                        Amount // instead of Left, where a provider overran its cap or a limit was lowered
	// Forecast is where it will be at the end: "$81.20"; empty if nobody knows.
	Forecast      string
	ForecastNote  string // tooltip: how it was computed
	ForecastTight bool   // beyond the limit
}

// Amount is a figure with its unit, rounded and exact. Its zero value is nothing.
type Amount struct{ Short, Exact string }

// EditPage sets or changes a limit.
type EditPage struct {
	Shell  layout.Shell
	Title  string
	Action string
	Submit string
	// ID is the budget's, "" for a new one: the form takes the place of its row.
	ID   string
	Back string // where Cancel leads
	// Place is where it can sit; nil when it sits somewhere already, then Where says it in words.
	Place  *ui.PickProps
	Where  string
	Fields Fields
	Errors Errors
	Zone   string
	// Measure is what an existing budget counts, "" for a new one; CanReserve and CanStrict show those inputs.
	Measure               string
	CanReserve, CanStrict bool
	Models                []string // suggestions for a cheaper model
	// Stand is how it stands, Effect what saving would do; nil for a new one, and before a change that lowers it.
	Stand  *Stand
	Effect *Effect
	Delete *ui.ConfirmProps
}

// Effect is what a change would do, shown before it is done.
type Effect struct {
	Tone    ui.Tone
	Title   string
	Facts   []ui.Fact
	Confirm string // what sending the form again confirms
	Button  string
}

// Fields are what was typed. The start of a period has a field for each kind of period; only the chosen one's counts.
type Fields struct {
	Scope, Tag, Name, Measure, Limit string
	Period, Week, Day, Month         string
	Enforce, From, Model             string
	Rollover, Reserve, Thresholds    string
	Strict                           bool
	Version                          string // of the budget that the form was filled from; "" for a new one
}

// Errors are what is wrong with each field, and with the form as a whole.
type Errors struct {
	Form, Scope, Name, Measure, Limit, Period, Starts, Enforce, From, Model, Rollover, Reserve, Strict, Thresholds string
}

// ShowPage is one budget in full.
type ShowPage struct {
	Shell  layout.Shell
	Title  string
	Sub    string
	Status ui.StatusProps
	Row    Row
	Facts  []ui.Fact
	// Burn is the chart of the present period, Outlook the forecast in words.
	Burn    ui.BurnProps
	Outlook []ui.Fact
	History []Statement
	Grants  []Grant
	Asks    []Ask
	Alerts  []Alert
	// Requests and Refusals lead to the list of requests; Last are the newest refusals.
	Requests, Refusals string
	Last               []RefusalLine
	Actions            Actions
	// Suspended is what lost nodes may have spent of it.
	Suspended []Suspended
	Error     string // what was wrong with a form of this page
}

// Actions are what the reader may do on the page of a budget.
type Actions struct {
	Edit, Ask string // URLs; "" if not
	// Give are the forms that add to the present period, filled with what was typed.
	Give   []Give
	Delete *ui.ConfirmProps
}

// Give is one form that adds to a period.
type Give struct {
	Action                          string
	Kind, Label, Icon, Button, Hint string
	ID                              string // what the grant is called that the form makes
	Unit                            string // "USD"
	Amount, Until, Reason           string // what was typed
	AmountError, UntilError         string
	ReasonError                     string
	WithUntil, Open                 bool
	Ends                            string // what an empty Until means
}

// Statement is one period of a budget.
type Statement struct {
	Period                               string
	Limit, RolledOver, Granted, Suspense Amount
	Spent                                Amount
	Share                                string
	Value, Max                           int64
	Now                                  bool
}

// Grant is what was added to a period.
type Grant struct {
	Kind   ui.StatusProps
	Amount string
	State  string
	When   ui.When
	Until  string
	By     string
	Reason string
}

// Ask is somebody's request for more.
type Ask struct {
	ID, Budget, Href string
	Amount           string
	Plain            string // the amount as an input takes it
	Unit             string
	Reason           string
	By               string
	At               ui.When
	Until            string
	State            ui.StatusProps
	Decided          string // by whom, with what note
	CanDecide        bool
}

// Alert is a threshold that was crossed.
type Alert struct {
	Threshold string
	Tone      ui.Tone
	Text      string
	At        ui.When
}

// RefusalLine is a request that the budget refused.
type RefusalLine struct {
	Href, Who, Model, Code string
	At                     ui.When
	Needed                 string
}

// AskPage asks for more of a budget.
type AskPage struct {
	Shell                      layout.Shell
	Title, Action, Back, Where string
	Stand                      Stand
	Unit, Ends, Why            string      // Why is the refused request's sentence, if one led here
	Kinds                      []ui.Option // what can be asked for; none where there is one only
	Kind                       string
	Amount, Until, Reason      string
	Request                    string // id of the refused request, kept through a mistake
	Errors                     struct{ Kind, Form, Amount, Until, Reason string }
}
