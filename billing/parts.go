package billing

import (
	"context"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Store keeps accounts and counts people. *db.BillingStore implements it.
type Store interface {
	// Account is false if there is none yet.
	Account(ctx context.Context, o id.Org) (Account, bool, error)
	// Open adds an account; the one that is there wins.
	Open(ctx context.Context, a Account) error
	// Save writes an account over the version that it was read at; false if somebody was faster.
	Save(ctx context.Context, a Account) (bool, error)
	// OfCustomer finds whose a customer at Stripe is.
	OfCustomer(ctx context.Context, customer string) (id.Org, bool, error)
	// Heard writes down that an event was dealt with; false if it was before.
	Heard(ctx context.Context, o id.Org, e Event) (bool, error)
	// Known reports whether an event was dealt with.
	Known(ctx context.Context, o id.Org, event string) (bool, error)
	// Usage counts people who were active at any moment of [from, to), those who are now, and connections besides sandboxes.
	Usage(ctx context.Context, o id.Org, from, to time.Time) (Usage, error)
	// Seats are the people who count in [from, to), by name.
	Seats(ctx context.Context, o id.Org, from, to time.Time) ([]Seat, error)
	// Organizations are all that are not deleted.
	Organizations(ctx context.Context) ([]id.Org, error)
}

// Usage is what a plan's limits are compared with.
type Usage struct {
	Seats     int64 // people who were active at any moment of the period: what is paid for
	Active    int64 // people who are active now: what MaxSeats limits
	Providers int64 // connections besides sandboxes
}

// Seat is one person who counts.
type Seat struct {
	Member      id.Member
	Name, Email string
	Since       time.Time // when they came
	Left        time.Time // when they were disabled or removed within the period; zero = active
}

// Tree knows organizations and their people. *db.OrgStore implements it.
type Tree interface {
	Organization(ctx context.Context, o id.Org) (org.Organization, error)
	Members(ctx context.Context, o id.Org) ([]org.Member, error)
	// Hold keeps everybody else from changing the organization until the transaction ends.
	Hold(ctx context.Context, o id.Org) error
}

// Parts are what Service works with. Cashier nil means that billing is off. Inbox may be nil where nobody is told.
type Parts struct {
	Store     Store
	Orgs      Tree
	Cashier   Cashier
	Tx        work.Tx
	Audit     audit.Log
	Inbox     *notify.Post
	Clock     clock.Clock
	Log       *slog.Logger
	PublicURL string
	// Trial is what the operator says a trial is; nil is what is built in.
	Trial func(ctx context.Context) (Trials, error)
}
