// Package identity holds the pages of sign-up and log-in, and of one's own account.
package identity

import "github.com/bodhi-gateway/bodhi/views/layout"

// SignUpPage makes an organization.
type SignUpPage struct {
	Shell  layout.Shell
	Error  string
	Fields SignUpFields
	Errors map[string]string // by field name
}

// SignUpFields are what was typed. A password is never sent back.
type SignUpFields struct {
	Organization, Name, Email string
	Zone                      string // IANA
	ZoneTyped                 bool   // the person's own; else the browser's replaces it
}

// LogInPage lets a member in.
type LogInPage struct {
	Shell layout.Shell
	Error string
	Email string
	Next  string // the page to go to afterwards
}

// ChoosePage asks somebody who is in several organizations which one to enter.
type ChoosePage struct {
	Shell         layout.Shell
	Organizations []Organization
}

// Organization is one to choose.
type Organization struct {
	Value string // sent back
	Name  string
	Role  string
}

// AccountPage is one's own account.
type AccountPage struct {
	Shell  layout.Shell
	Error  string
	Errors map[string]string
	Facts  Facts
}

// Facts are who one is.
type Facts struct{ Name, Email, Role, Organization, Slug, Zone string }

// ForgotPage asks for the address of somebody who cannot log in.
type ForgotPage struct {
	Shell  layout.Shell
	Email  string
	Error  string
	Errors map[string]string
}

// ResetPage sets a new password.
type ResetPage struct {
	Shell               layout.Shell
	Token               string // of the link
	Email, Organization string
	Error               string
	Errors              map[string]string
}
