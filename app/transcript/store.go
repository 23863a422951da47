package transcript

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// ErrNotFound says that nothing is kept of a request, or that it is not within reach.
var ErrNotFound = errors.New("transcript: not found")

// Record is a text as it is kept.
type Record struct {
	Org     id.Org
	Request id.Request
	Team    id.Team
	Member  id.Member // whose key asked; zero for a service account's
	At      time.Time
	Sealed  []byte
}

// Place names a text, for lists.
type Place struct {
	Request id.Request
	At      time.Time
}

// Store keeps settings and texts. *db.TranscriptStore implements it.
type Store interface {
	// Bound is what an organization allows; ok is false where nobody said.
	Bound(ctx context.Context, o id.Org) (b Bound, ok bool, err error)
	SetBound(ctx context.Context, o id.Org, b Bound) error
	// Teams are the settings as they were made, by team.
	Teams(ctx context.Context, o id.Org) (map[id.Team]int, error)
	// SetTeam makes one; 0 days takes it away.
	SetTeam(ctx context.Context, o id.Org, t id.Team, days int) error
	// Settings are all organizations', after their bounds, for Book.Load.
	Settings(ctx context.Context) ([]Setting, error)

	// Put keeps texts of one organization, each once, and none of people who were erased.
	Put(ctx context.Context, o id.Org, all []Record) error
	// Get is the text of a request, or ErrNotFound.
	Get(ctx context.Context, o id.Org, r id.Request) (Record, error)
	// OfMember are a member's, oldest first, behind a request.
	OfMember(ctx context.Context, o id.Org, m id.Member, after id.Request, limit int) ([]Record, error)
	// Count is how many are kept of each team.
	Count(ctx context.Context, o id.Org) (map[id.Team]int64, error)
	// Held reports whether a legal hold is in force.
	Held(ctx context.Context, o id.Org) (bool, error)
	// Organizations are those of which something is kept and that no legal hold is in force for.
	Organizations(ctx context.Context) ([]id.Org, error)
	// Forget deletes some of a team's texts up to a moment; more says that there are others. Drop does so with all of the teams
	// that are not named.
	Forget(ctx context.Context, o id.Org, t id.Team, before time.Time) (more bool, err error)
	Drop(ctx context.Context, o id.Org, but []id.Team) (more bool, err error)
}
