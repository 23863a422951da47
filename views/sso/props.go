// Package sso holds the pages of single sign-on: the way to the provider, and an admin's settings.
package sso

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// LogInPage asks for the organization's short name.
type LogInPage struct {
	Shell     layout.Shell
	Error     string // what went wrong on the way
	Missing   string // there is no such organization, or it has no single sign-on
	Org, Next string
}

// OnwardPage leads to the provider.
type OnwardPage struct {
	Shell      layout.Shell
	Name, Href string
}

// SettingsPage connects the provider.
type SettingsPage struct {
	Shell                                     layout.Shell
	Error                                     string
	Errors                                    map[string]string
	Fields                                    Fields
	Connected                                 bool
	Callback, BackChannel, AfterLogOut, LogIn string
	Roles, Newcomers, Teams, Nodes            []ui.Option
	Groups                                    []Group
	NewGroup                                  GroupFields
	GroupError                                string
	GroupErrors                               map[string]string
}

// Fields are what was typed. A secret is never sent back.
type Fields struct {
	Name, Issuer, ClientID string
	Public, Provision      bool
	Domains                string
	Role, Team             string
	TrustEmail             bool
	GroupClaim             string
}

// Group is one mapping.
type Group struct{ Name, Role, At, Where, By string }

// GroupFields are a new mapping's.
type GroupFields struct{ Name, Role, At string }
