package experiment

import (
	"context"
	"errors"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic says on the bus that experiments changed.
const Topic live.Topic = "experiments"

const (
	// MayChange is the role that makes and ends experiments: everybody's requests go their way, as with routes.
	MayChange = org.Admin
	// MayRead is the role that reads them. MaySum is the one that reads what they are worth in a month, which says how much an alias
	// is used by everybody.
	MayRead = org.Viewer
	MaySum  = org.Lead
)

// Errors of a Store.
var (
	ErrNotFound = errors.New("experiment: no such experiment")
	ErrTaken    = errors.New("experiment: the name is taken, or the alias has a live experiment")
	ErrChanged  = errors.New("experiment: somebody changed it meanwhile")
)

// Store keeps experiments. Every method but Live is bound to one organization. *db.ExperimentStore implements it.
type Store interface {
	// List gives an organization's, the newest first.
	List(ctx context.Context, o id.Org) ([]Experiment, error)
	Get(ctx context.Context, o id.Org, e id.Experiment) (Experiment, error)
	Insert(ctx context.Context, e Experiment) error
	// Update writes all but the name, if the version is still that of e, and makes it the next.
	Update(ctx context.Context, e Experiment) error
	// Delete takes away an experiment and what it came to.
	Delete(ctx context.Context, o id.Org, e id.Experiment) error
	// Tallies are what its variants came to, by bucket, in no order.
	Tallies(ctx context.Context, o id.Org, e id.Experiment) ([]Tally, error)
	// Live are the running ones of all organizations, for the data plane and the job that judges.
	Live(ctx context.Context) ([]Experiment, error)
}

// Routes knows the organization's aliases. *route.Service implements it.
type Routes interface {
	Names(ctx context.Context, actor org.Actor) (route.Names, error)
	// Adopt puts a target first; Tell lets readers know, when the transaction that Adopt ran in is over.
	Adopt(ctx context.Context, actor org.Actor, which id.Alias, to string) (route.Alias, error)
	Tell(ctx context.Context)
}

// Places refuses a team or a key that the organization does not have; zero is none, and allowed.
type Places func(ctx context.Context, actor org.Actor, team id.Team, key id.Key) error

// Prompts refuses a prompt that the actor does not have, or a version of it that is not there.
type Prompts func(ctx context.Context, actor org.Actor, name string, versions []string) error

// Tell lets people know that an experiment was decided, taken back or stopped, in the transaction that ends it.
type Tell func(ctx context.Context, e Experiment) error

// Parts are what Service works with. All but Tell, Prompts and Purse are required.
type Parts struct {
	Store   Store
	Routes  Routes
	Tx      work.Tx
	Audit   audit.Log
	Bus     live.Bus
	IDs     *id.Source
	Clock   clock.Clock
	Log     *slog.Logger
	Places  Places
	Prompts Prompts
	Tell    Tell
	// Purse says what judges cost; nil where there are none.
	Purse Purse
}
