// Package operator holds the pages of the operator console, and an organization's page of support access.
package operator

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// EnterPage is where an operator's link leads.
type EnterPage struct {
	Shell layout.Console
	Link  string // what the link says; "" = come without one
	Error string
}

// TenantsPage lists organizations.
type TenantsPage struct {
	Shell       layout.Console
	Text, State string // the filter
	Rows        []Tenant
	Older       string
	Narrowed    bool
}

// Tenant is one line of the list.
type Tenant struct {
	Href, Name, Slug  string
	Status            ui.StatusProps
	Plan              string
	People            string
	Spent, SpentExact string
	Used              ui.When
	Health            ui.StatusProps
}

// TenantPage is one organization.
type TenantPage struct {
	Shell  layout.Console
	Path   string // of the page, for its forms
	Name   string
	Status ui.StatusProps
	Stats  []ui.StatProps
	Facts  []ui.Fact
	Entries
	Suspended, Deleted bool
	Why                string
	Support            ui.StatusProps
	SupportText        string
	SupportOpen        bool
	Form               Form
	Delete             Form
}

// Form is what was typed and what is wrong with it.
type Form struct {
	Value, Error string
	Whole        string // what is wrong with the form as a whole
}

// Entries are what operators did.
type Entries struct {
	Lines []Entry
	Older string
}

// Entry is one line of it.
type Entry struct {
	At          ui.When
	Name        string
	Action      string
	About, Href string
	Detail      string
	IP          string
}

// LogPage is the operators' log.
type LogPage struct {
	Shell layout.Console
	Entries
}

// HealthPage is how the installation is.
type HealthPage struct {
	Shell    layout.Console
	Nodes    []Node
	Queue    []ui.Fact
	Findings []Finding
}

// Node is a process.
type Node struct {
	Label, Version         string
	Status                 ui.StatusProps
	Started, Seen, Written ui.When
}

// Finding is what a check found.
type Finding struct {
	What, Says string
	Status     ui.StatusProps
}

// SettingsPage is what operators set.
type SettingsPage struct {
	Shell        layout.Console
	SignUpClosed bool
	Announcement string
	BackupDays   string
	Defaults     map[string]string // by the field's name, as they were typed
	Error        string
	Errors       map[string]string
	Given        []ui.Fact // what the configuration says
	Mail         MailForm
}

// MailForm sends a test mail.
type MailForm struct {
	Value, Error string
	Off          bool
}

// BackupsPage is when backups were made, and which program this is.
type BackupsPage struct {
	Shell   layout.Console
	Warning string
	Program []ui.Fact
	Rows    []Backup
}

// Backup is one.
type Backup struct {
	At      ui.When
	Version string
	Rows    string
}

// SupportPage is an organization's leave for support, for its admins.
type SupportPage struct {
	Shell  layout.Shell
	Open   bool
	Until  ui.When
	Reason string
	By     string
	Form   SupportForm
	Rows   []Access
	Sees   []string // what support may look at
}

// SupportForm lets support in.
type SupportForm struct {
	Reason, Stay string
	Stays        []ui.Option
	Errors       map[string]string
}

// Access is one leave, past or present.
type Access struct {
	Reason, By string
	At, Until  ui.When
	Status     ui.StatusProps
}
