package identity

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// PeoplePage is the list of members. The whole view is in its URL.
type PeoplePage struct {
	Shell  layout.Shell
	Rows   []PersonRow
	Filter PeopleFilter
	Pager  ui.PagerProps
	None   ui.EmptyProps
	CanAdd bool
}

// PersonRow is one member in a list.
type PersonRow struct {
	Href, Name, Email string
	Role              string
	Teams             string
	Status            ui.StatusProps
	Since             ui.When
}

// PeopleFilter is what the list is narrowed to, and what it can be narrowed to.
type PeopleFilter struct {
	Search, Team, Role, Status string
	Teams, Roles, Statuses     []ui.Option
	Active                     bool
}

// PersonNewPage lets a person in.
type PersonNewPage struct {
	Shell                     layout.Shell
	Error                     string
	Errors                    map[string]string
	Fields                    PersonFields
	Roles, Departments, Teams []ui.Option
}

// PersonFields are what was typed. A password is never sent back.
type PersonFields struct{ Name, Email, Role, Department, Team string }

// PersonPage is one member.
type PersonPage struct {
	Shell  layout.Shell
	Name   string
	Status ui.StatusProps
	Error  string
	Facts  []ui.Fact
	Roles  []RoleRow
	// Give and Move are absent where the reader may not.
	Give *GiveForm
	Move *MoveForm
	Keys []KeyRow
	// MoreKeys is where the others are, if these are not all; so on other pages.
	MoreKeys string
	Acts     []ui.ConfirmProps
	// Enable is where a disabled member is let in again; "" if the reader may not.
	Enable string
}

// RoleRow is one role at one node.
type RoleRow struct {
	Role, Where, Href string
	Home              bool
	Take              *ui.ConfirmProps
}

// GiveForm gives one more role.
type GiveForm struct {
	Action        string
	Roles, Places []ui.Option
	Role, Place   string
	Errors        map[string]string
}

// MoveForm takes a member from one team to another.
type MoveForm struct {
	Action     string
	From, To   []ui.Option
	FromV, ToV string
	Errors     map[string]string
}

// KeyRow is one key on a page about something else.
type KeyRow struct {
	Name, Href, Owner, Team string
	Status                  ui.StatusProps
}

// TreePage is the organization's departments and teams.
type TreePage struct {
	Shell         layout.Shell
	Groups        []TreeGroup
	AddTeam       *AddTeamForm
	AddDepartment *AddDepartmentForm
}

// TreeGroup is a department with its teams, or the teams outside departments.
type TreeGroup struct {
	ID, Title, Href, Note string
	Archived              bool
	Teams                 []TeamRow
}

// TeamRow is one team in a list.
type TeamRow struct {
	Name, Href              string
	Members, Keys, Accounts string
	Archived                bool
}

// AddTeamForm makes a team.
type AddTeamForm struct {
	Name, Department string
	Departments      []ui.Option
	Errors           map[string]string
}

// AddDepartmentForm makes a department.
type AddDepartmentForm struct {
	Name   string
	Errors map[string]string
}

// NodePage is one team, department or service account.
type NodePage struct {
	Shell   layout.Shell
	Title   string
	Kind    string // "team", "department", "service account"
	Crumbs  []ui.Crumb
	Status  *ui.StatusProps
	Error   string
	Figures []ui.StatProps
	Facts   []ui.Fact
	Budgets []BudgetRow
	// Teams, People and Keys are what is in the node; AllPeople leads to the whole list if there are more.
	Teams     []TeamRow
	People    []PersonRow
	AllPeople string
	Keys      []KeyRow
	MoreKeys  string
	Rename    *RenameForm
	Plans     []PlanForm
	Archive   *ui.ConfirmProps
	Restore   string
}

// BudgetRow is where one budget of the node stands.
type BudgetRow struct {
	Name, Href string
	Stand      ui.ProgressProps
}

// RenameForm gives a thing another name.
type RenameForm struct {
	Action, Value, Error string
}

// PlanForm asks for a place to move to or to merge into. It leads to a page that says what will happen; without Get it
// acts at once.
type PlanForm struct {
	ID, Action, Do, Name, Title, Text, Label, Button, Value, Error string
	Options                                                        []ui.Option
	Get                                                            bool
}

// PlanPage says what a change will do, before it does it.
type PlanPage struct {
	Shell                       layout.Shell
	Title, Sub                  string
	Crumbs                      []ui.Crumb
	Lines                       []string
	Action, Name, Value, Button string
	Back                        string
}

// AccountsPage is the list of service accounts.
type AccountsPage struct {
	Shell layout.Shell
	Rows  []AccountRow
	Add   *AddAccountForm
}

// AccountRow is one service account.
type AccountRow struct {
	Name, Href, Team, Keys string
	Archived               bool
	Created                ui.When
}

// AddAccountForm makes a service account.
type AddAccountForm struct {
	Name, Team string
	Teams      []ui.Option
	Errors     map[string]string
}

// SettingsPage is the organization's own facts.
type SettingsPage struct {
	Shell            layout.Shell
	Error            string
	Errors           map[string]string
	Name, Slug, Zone string
	Facts            []ui.Fact
	// KeepDays is how many days requests are kept, as it was typed.
	KeepDays, KeepError string
}

// DeleteOrganizationPage asks before an organization is deleted, and says so after it was.
type DeleteOrganizationPage struct {
	Shell       layout.Shell
	Name, Typed string
	Error       string
	Errors      map[string]string
}
