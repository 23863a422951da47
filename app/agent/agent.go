// Package agent is how coding agents log in: as the person at the keyboard, through the company's own log-in, without a key
// that anybody copies. It serves what Claude Code asks of a gateway (its binary carries the contract: claude gateway, GET
// /protocol): a device log-in, a refresh that a leaver's agent does not get, and settings that an organization sends to it.
//
// What an agent then holds is the session of a virtual key (key.Enter), so nothing of budgets, limits, policies or reports is
// repeated here.
package agent

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Purpose is the name under which app derives the refresh tokens' MAC from the master key.
const Purpose = "agent refresh tokens v1"

// Lives. An agent that nobody uses for a month logs in again, and every one does after a quarter of a year: a laptop that
// was lost is not logged in for ever. grace is how long a refresh token works after it was exchanged, for answers that get lost
// and for terminals that share one log-in and ask at the same time.
const (
	SessionLife = 90 * 24 * time.Hour
	IdleLife    = 30 * 24 * time.Hour
	grace       = 2 * time.Minute
)

// ErrGrant is RFC 6749's word for a refresh token that gets nothing: unknown, replaced, ended, or of somebody who left. The
// agent then asks its person to log in.
var ErrGrant = errors.New("invalid_grant")

// Session is one log-in of an agent. Its rights are those of its key.
type Session struct {
	Org    id.Org
	Key    id.Key
	Member id.Member
	// Current is the refresh token that is valid, Old the one before, which works until OldUntil.
	Current, Old Refresh
	OldUntil     time.Time
	CreatedAt    time.Time
	RefreshedAt  time.Time
	EndsAt       time.Time // whatever happens
}

// Refresh is a refresh token as it is kept: without its secret.
type Refresh struct {
	Public string
	KeyID  secret.KeyID
	MAC    [32]byte
}

// Store keeps sessions and settings. *db.AgentStore implements it.
type Store interface {
	Add(ctx context.Context, s Session) error
	// ByRefresh finds the session of a refresh token, current or old, ByKey that of a key's public part, across organizations.
	ByRefresh(ctx context.Context, public string) (s Session, ok bool, err error)
	ByKey(ctx context.Context, public string) (s Session, ok bool, err error)
	// Renew writes Current, Old, OldUntil and RefreshedAt if Current is still from; moved says whether it was.
	Renew(ctx context.Context, s Session, from string) (moved bool, err error)
	// Sweep forgets sessions that ended before.
	Sweep(ctx context.Context, before time.Time) error

	// Settings are an organization's; ok is false where it has set none.
	Settings(ctx context.Context, o id.Org) (s Settings, ok bool, err error)
	SetSettings(ctx context.Context, s Settings) error
	DropSettings(ctx context.Context, o id.Org) error
	// AllSettings are those of all organizations, for the data plane.
	AllSettings(ctx context.Context) ([]Settings, error)
}

// People say who a member is at this moment. *identity.Service implements it; a member who left is Unauthenticated.
type People interface {
	Person(ctx context.Context, o id.Org, m id.Member) (org.Organization, org.Member, error)
}

// titles are what agents call themselves, and their names for people.
var titles = map[string]string{"claude_code": "Claude Code", "claude_desktop": "Claude Desktop"}

// Surface is how an agent that calls itself that is kept: what nobody knows is "unnamed", so that no stranger chooses which kind of
// session they get.
func Surface(said string) string {
	if _, known := titles[said]; known {
		return said
	}
	return "unnamed"
}

// Title is an agent's name for people.
func Title(agent string) string {
	if t := titles[agent]; t != "" {
		return t
	}
	return "A coding agent"
}
