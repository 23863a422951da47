// Package onboard holds the pages of the guided set-up: from a new organization to its first request.
package onboard

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Page is what every step's page has around it.
type Page struct {
	Shell  layout.Shell
	Step   string // of this page
	Steps  []Step
	Error  string // about the form as a whole
	Errors map[string]string
	// Prev and Next are the pages before and after; "" is none.
	Prev, Next string
	// CanSkip offers to go on without this step; Skipped says that it was left out.
	CanSkip, Skipped bool
	SkipLabel        string
}

// Step is a line of the list of steps.
type Step struct {
	Name, Title, State string // State: "done", "skipped", "now", ""
	Href               string
}

// ProviderPage connects a provider.
type ProviderPage struct {
	Page
	Kinds   []ui.Option
	Kind    string
	Name    string
	BaseURL string
	Found   string // a server on this machine, in words
	// Works says what the live test found; the models then to choose from.
	Works       string
	Models      []string
	Smart, Fast string
	Connected   []string
}

// TemplatePage chooses a template.
type TemplatePage struct {
	Page
	Cards []Card
}

// Card is a template.
type Card struct{ Name, Title, About string }

// BudgetPage sets the organization's budget.
type BudgetPage struct {
	Page
	Limit, Period, Enforce string
	Periods, Enforcements  []ui.Option
	There                  []string // budgets that the organization has, in words
}

// InvitePage asks people in.
type InvitePage struct {
	Page
	Emails, Role string
	Roles        []ui.Option
	Sent         []string
	DevMail      bool // letters land in the mailbox of this installation
	NoTeam       bool // whoever invites is in none, and invites admins only here
}

// KeyPage makes the first key, and shows it once.
type KeyPage struct {
	Page
	Name, Team string
	Teams      []ui.Option
	There      int // keys that exist
	Secret     string
	BaseURL    string
	Snippets   []ui.Snippet
	Wait       Wait
}

// RequestPage waits for the first request.
type RequestPage struct {
	Page
	BaseURL  string
	Snippets []ui.Snippet
	Wait     Wait
}

// Wait is the block that turns green by itself.
type Wait struct {
	Arrived bool
	Took    string // after the sign-up
}

// DonePage says what comes next.
type DonePage struct {
	Page
	Wait Wait
	Left []Step // steps that were left out
}
