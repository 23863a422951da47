// Package join holds the pages of the ways into an organization: invitations, requests to join, claimed domains.
package join

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Frame is what the pages for those who let people in share: tabs over four lists.
type Frame struct {
	layout.Shell
	Tabs []ui.Tab
}

// GrantFields are role and teams in a form.
type GrantFields struct {
	Roles              []ui.Option
	Role               string
	Departments, Teams []ui.Option
	Chosen             map[string]bool // values of both
	Errors             map[string]string
	// Prefix keeps ids apart where a page has several such forms.
	Prefix string
}

// InvitationsPage lists invitations.
type InvitationsPage struct {
	Frame
	Rows []InvitationRow
}

// InvitationRow is one invitation.
type InvitationRow struct {
	ID, Who, Name, Role, Places, By string
	State                           ui.StatusProps
	Letter                          string // how its letter went, "" if fine
	Until                           ui.When
	Open                            bool // may be revoked or sent again
	Again                           bool // may be sent again
	ByLink                          bool
}

// NewPage is the form of an invitation.
type NewPage struct {
	Frame
	Email, Name, Way string // Way: "mail" or "link"
	Grant            GrantFields
	Error            string
	Errors           map[string]string
	Mailbox          bool // letters land in this machine's mailbox
}

// LinkPage shows an invitation's link to its author.
type LinkPage struct {
	Frame
	Row  InvitationRow
	Link string
}

// AcceptPage is what the invited person sees.
type AcceptPage struct {
	layout.Shell
	Token, Organization, By, Role, Places string
	Until                                 ui.When
	Email                                 string // fixed, if Bound
	Bound, SSO                            bool
	Name                                  string
	Error                                 string
	Errors                                map[string]string
}

// ApplyPage asks for an address.
type ApplyPage struct {
	layout.Shell
	Email  string
	Error  string
	Errors map[string]string
}

// AskPage sends a request to join.
type AskPage struct {
	layout.Shell
	Token, Organization, Email, Name, Note string
	Error                                  string
	Errors                                 map[string]string
}

// RequestsPage lists requests to join.
type RequestsPage struct {
	Frame
	Waiting []RequestRow
	Decided []RequestRow
	// HasDomain is false where nobody can ask yet; IsAdmin offers to change that.
	HasDomain, IsAdmin bool
}

// RequestRow is one request to join.
type RequestRow struct {
	ID, Name, Email, Note string
	Asked                 ui.When
	State                 ui.StatusProps
	By                    string
	Grant                 GrantFields
	Error                 string
}

// DomainsPage lists claimed domains and takes a new claim.
type DomainsPage struct {
	Frame
	Rows   []DomainRow
	Domain string
	Error  string
	Errors map[string]string
}

// DomainRow is one claim.
type DomainRow struct {
	Href, Domain, Admission string
	State                   ui.StatusProps
	Checked                 ui.When
}

// DomainPage is one claim.
type DomainPage struct {
	Frame
	Row            DomainRow
	Record, Value  string
	Verified       bool
	Failing        string // since when the record is missing, in words
	Requests, Auto bool
	Grant          GrantFields
	Error          string // of the settings' form
	Errors         map[string]string
	CheckError     string
}
