package layout

import "github.com/bodhi-gateway/bodhi/views/ui"

// Console is what the frame of the operator console needs to know.
type Console struct {
	Shell
	Operator string // who is in; "" before they are
	Active   string // name of the entry to mark
}

// consoleEntries are the console's pages, from left to right.
var consoleEntries = []navEntry{
	{name: "tenants", label: "Organizations", href: "/operator"},
	{name: "health", label: "Health", href: "/operator/health"},
	{name: "jobs", label: "Jobs", href: "/operator/jobs"},
	{name: "settings", label: "Settings", href: "/operator/settings"},
	{name: "backups", label: "Backups & version", href: "/operator/backups"},
	{name: "log", label: "Log", href: "/operator/log"},
}

func (c Console) tabs() (out []ui.Tab) {
	for _, e := range consoleEntries {
		out = append(out, ui.Tab{Label: e.label, Href: e.href, Active: e.name == c.Active})
	}
	return out
}
