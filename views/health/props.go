// Package health holds the status page of targets.
package health

import (
	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Page is the status page.
type Page struct {
	Shell     layout.Shell
	Summary   string
	Rows      []Row
	Outages   []Outage
	Events    []Event
	CanChange bool
	CanRead   bool // connections, whose pages names lead to
}

// Row is one target: a connection, or one model of it.
type Row struct {
	ID, Connection, Model string
	Status                ui.StatusProps
	Why                   string
	Since, Until          ui.When
	Availability          string // "99.9 %", "" without attempts
	Attempts              string
	FirstByte             string
	Trend                 []int64
	Open                  bool
	Checked               string // what the last regular look found: "answered in 90 ms"; "" = there was none
	CheckedAt             ui.When
	Ask                   ui.ConfirmProps
}

// Event is a breaker that changed its state.
type Event struct {
	When   ui.When
	Target string
	Status ui.StatusProps
	Why    string
	By     string
}
