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

// Store keeps what breakers did and who was taken out of service.
type Store interface {
	// Note adds events of any organization.
	Note(ctx context.Context, events []Event) error
	// Events gives an organization's, newest first.
	Events(ctx context.Context, o id.Org, since time.Time, limit int) ([]Event, error)
	// Event finds one; false if there is none.
	Event(ctx context.Context, o id.Org, e id.Outage) (Event, bool, error)
	// Prune drops every organization's events before a time.
	Prune(ctx context.Context, before time.Time) error
	// Hold and Unhold change one organization's held targets; Unhold tells whether there was one.
	Hold(ctx context.Context, h Held) error
	Unhold(ctx context.Context, t Target) (bool, error)
	Held(ctx context.Context, o id.Org) ([]Held, error)
	// AllHeld gives every organization's, for Board.Keep.
	AllHeld(ctx context.Context) ([]Held, error)
	// Hours sums an organization's attempts since a time, by target and hour.
	Hours(ctx context.Context, o id.Org, since time.Time) ([]Hour, error)
}
