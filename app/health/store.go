package health

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Event is a change of state as it is kept.
type Event struct {
	ID id.Outage
	Change
	Node string // which process found out
}

// Held is a target that a person took out of service. Its JSON form is part of the snapshot on disk.
type Held struct {
	Target Target    `json:"target"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
}

// Hour is how one target's attempts went in one hour.
type Hour struct {
	Connection id.Connection
	Model      string
	Hour       time.Time
	Attempts   int64 // those that say something about the provider
	Failed     int64
	FirstByte  time.Duration // on average, of those that succeeded
}

// Tells says whether an attempt that ended with a class of failure ("" = it succeeded) says anything about its provider, and
// whether that is that it failed. A client's mistake, a client that left and a call that was never sent say nothing.
func Tells(class string) (counts, failed bool) {
	switch class {
	case "":
		return true, false
	case "refused", "canceled", "untold", "withheld":
		return false, false
	}
	return true, true
}

// Store keeps what breakers did and who was taken out of service.
type Store interface {
	// Note adds events of any organization, and begins and ends the outages that follow from them. An event that is there
	// already changes nothing.
	Note(ctx context.Context, events []Event) error
	// Events gives an organization's, newest first.
	Events(ctx context.Context, o id.Org, since time.Time, limit int) ([]Event, error)
	// Event finds one; false if there is none.
	Event(ctx context.Context, o id.Org, e id.Outage) (Event, bool, error)
	// Prune drops every organization's events before a time.
	Prune(ctx context.Context, before time.Time) error
	// Outages gives an organization's that began since a time or go on, newest first; Outage finds one, with its notes.
	Outages(ctx context.Context, o id.Org, since time.Time, limit int) ([]Outage, error)
	Outage(ctx context.Context, o id.Org, which id.Outage) (Outage, bool, error)
	// EndOutage ends the outage of a target that goes on, if one does. EndOutages ends all, of any organization, that a node began before
	// its start, and that nodes began which left or give no sign of life.
	EndOutage(ctx context.Context, t Target, at time.Time) error
	EndOutages(ctx context.Context, node string, start, now time.Time) error
	// Mark writes who acknowledged and resolved an outage, and when.
	Mark(ctx context.Context, o id.Org, x Outage) error
	// Remark adds a note to an outage.
	Remark(ctx context.Context, o id.Org, which id.Outage, r Remark) error
	// PruneOutages drops every organization's outages that began before a time.
	PruneOutages(ctx context.Context, before time.Time) error
	// Hold and Unhold change one organization's held targets; Unhold tells whether there was one.
	Hold(ctx context.Context, h Held) error
	Unhold(ctx context.Context, t Target) (bool, error)
	Held(ctx context.Context, o id.Org) ([]Held, error)
	// AllHeld gives every organization's, for Board.Keep.
	AllHeld(ctx context.Context) ([]Held, error)
	// Hours gives an organization's hours since a time, by target and hour. They are written with the attempts.
	Hours(ctx context.Context, o id.Org, since time.Time) ([]Hour, error)
	// Settings and AllSettings give an organization's rules, and everybody's for Book.Load. SetRules inserts or replaces
	// one; RemoveRules tells whether there was one.
	Settings(ctx context.Context, o id.Org) ([]Setting, error)
	AllSettings(ctx context.Context) ([]Setting, error)
	SetRules(ctx context.Context, s Setting) error
	RemoveRules(ctx context.Context, o id.Org, c id.Connection) (bool, error)
	// Checks gives what the last looks at an organization's connections found.
	Checks(ctx context.Context, o id.Org) ([]Check, error)
	// PruneHours drops every organization's hours before a time.
	PruneHours(ctx context.Context, before time.Time) error
}
