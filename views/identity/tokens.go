package identity

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// TokenRow is a management token.
type TokenRow struct {
	ID, Name, Hint, By     string
	Acts                   string // role, or whom it acts as
	Scopes                 string
	State                  ui.StatusProps
	Active                 bool
	Created, Used, Expires ui.When
}

// TokensPage is the list of management tokens.
type TokensPage struct {
	layout.Shell
	Admin bool
	Rows  []TokenRow
}

func (p TokensPage) sub() string {
	if p.Admin {
		return "What scripts and the command line manage this organization with. Each can be narrowed and revoked."
	}
	return "What scripts and the command line act as you with. Each can be narrowed and revoked."
}

// TokenFields are what was typed.
type TokenFields struct{ Name, Kind, Role, Scopes, Expires string }

// NewTokenPage is the form of a new token, and after it the page that shows the secret once.
type NewTokenPage struct {
	layout.Shell
	Admin  bool
	Roles  []ui.Option
	Known  []string // scopes
	Fields TokenFields
	Error  string
	Errors map[string]string

	Row         TokenRow
	Secret, URL string
}

func kinds() []ui.Option {
	return []ui.Option{
		{Value: "personal", Label: "Personal", Hint: "Acts as you, with your role of the moment. It ends when you leave."},
		{Value: "organization", Label: "The organization's", Hint: "Acts with a role of its own, whatever becomes of yours. It ends when you leave too."},
	}
}

// DevicePage asks for the code of a program that wants to log in, or shows what waits under it.
type DevicePage struct {
	layout.Shell
	Code   string
	Error  string
	Errors map[string]string

	Waits       bool
	Program, IP string
	Here        string // the address of who looks
	At          ui.When
	As, Role    string // whom it would act as
	// Teams are those that may pay for a coding agent; none for other programs.
	Teams []ui.Option
	Team  string
}

func (p DevicePage) facts() []ui.Fact {
	ip := p.IP
	if p.IP == p.Here {
		ip += " (the same as yours)"
	} else {
		ip += " (not yours: " + p.Here + ")"
	}
	return []ui.Fact{{Label: "Code", Value: p.Code, Mono: true}, {Label: "Program", Value: p.Program}, {Label: "Asked from", Value: ip, Mono: true}, {Label: "Asked", Value: p.At.Text, Title: p.At.Full},
		{Label: "Would act as", Value: p.As + ", " + p.Role}}
}
