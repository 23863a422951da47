// Package operator is the console of who runs the installation: all organizations with what they cost and how they are, suspending
// and deleting one, what holds for all of them, and looking at one's pages where its admins let support in.
//
// Operators are nobody's members. Their way in is a link that the command line prints on a machine of the installation; their
// session has nothing to do with a member's. They never see prompts, kept texts or secrets: the store behind this room reads a
// short list of tables and no other (db/operator.go). All that they do stays on record, and what concerns an organization is
// in its own audit log too.
package operator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// How long things are good.
const (
	LinkLife    = 15 * time.Minute // a link, which works once
	SessionLife = 12 * time.Hour   // a session, whatever happens
	IdleLife    = 30 * time.Minute // a session that is not used
)

// Who is an operator at work: whose session it is, by the name that was given to `bodhi console`, and where from. The zero Who
// may do nothing.
type Who struct {
	Session   id.Session
	Name      string
	IP, Agent string
	RequestID string
}

// label is how logs name the operator.
func (w Who) label() string { return "operator: " + w.Name }

// In is the operator as an actor in one organization, for its audit log.
func (w Who) In(o id.Org) org.Actor {
	return org.Actor{Org: o, Role: org.Admin, Label: w.label(), Via: org.ViaOperator, IP: w.IP, UserAgent: w.Agent, RequestID: w.RequestID}
}

// require refuses who is no operator. It is the first line of each method.
func (w Who) require() error {
	if w.Session.IsZero() {
		return fault.New(fault.Unauthenticated, "unauthenticated", "Run bodhi console on a machine of the installation and open the link that it prints.")
	}
	return nil
}

// Entry is one thing that an operator did.
type Entry struct {
	ID      id.Audit
	At      time.Time
	Session id.Session // zero for the command line
	Name    string
	IP      string
	Action  string // "organization.suspended", "console.entered"
	Org     id.Org // zero where it concerns none
	About   string // the name of what it concerns, at that time
	Detail  string
}

// Link is a way in. Digest is of what stands in the address, which nobody keeps.
type Link struct {
	Digest             string
	Name               string
	CreatedAt, Expires time.Time
}

// Session is an operator's log-in.
type Session struct {
	Digest          string
	ID              id.Session
	Name            string
	IP, Agent       string
	BeganAt, SeenAt time.Time
}

// Store keeps what is the installation's. *db.OperatorStore implements it.
type Store interface {
	AddLink(ctx context.Context, l Link) error
	// UseLink takes a link that is good, once, and gives its name; false where there is none, it was used or its time is over.
	UseLink(ctx context.Context, digest string, now time.Time) (name string, ok bool, err error)
	AddSession(ctx context.Context, s Session) error
	// Session is one that has not ended; false if there is none.
	Session(ctx context.Context, digest string) (Session, bool, error)
	Touch(ctx context.Context, s id.Session, at time.Time) error
	EndSession(ctx context.Context, s id.Session, at time.Time) error
	// Write appends to what operators did. There is no way to change or delete an entry.
	Write(ctx context.Context, e Entry) error
	// Entries gives the newest first, those before an id where there is one, of one organization or of all (zero).
	Entries(ctx context.Context, o id.Org, before id.Audit, limit int) ([]Entry, error)

	Tenants(ctx context.Context, q Query, month, day time.Time) ([]Tenant, error)
	Suspend(ctx context.Context, o id.Org, at time.Time, why string) error

	Settings(ctx context.Context) (Settings, error)
	SetSettings(ctx context.Context, s Settings) error

	AddBackup(ctx context.Context, b Backup) error
	Backups(ctx context.Context, limit int) ([]Backup, error)
	Nodes(ctx context.Context) ([]Node, error)
	Queue(ctx context.Context) (Queue, error)
}

// Ender ends an organization for good. *identity.Service implements it.
type Ender interface {
	DeleteOrganization(ctx context.Context, actor org.Actor, name string) error
}

// Parts are what Service works with. Random nil is the system's randomness; all others are required.
type Parts struct {
	Store   Store
	Support SupportStore
	Orgs    Ender
	Tx      work.Tx
	Audit   audit.Log
	Bus     live.Bus
	IDs     *id.Source
	Clock   clock.Clock
	Log     *slog.Logger
	Random  io.Reader
}

// Service is the console. Each method takes who acts and asks that first.
type Service struct {
	Parts
	tries tries
}

// New makes the service.
func New(p Parts) *Service { return &Service{Parts: p} }

// digest is what is stored of a link or a cookie: 256 random bits need no salt.
func digest(s secret.String) string {
	sum := sha256.Sum256([]byte(s.Reveal()))
	return hex.EncodeToString(sum[:])
}

// write notes what an operator did, in the transaction in ctx.
func (s *Service) write(ctx context.Context, w Who, action string, o id.Org, about, detail string) error {
	return s.Store.Write(ctx, Entry{ID: id.NewAudit(s.IDs), At: s.Clock.Now(), Session: w.Session, Name: w.Name, IP: w.IP, Action: action, Org: o, About: about, Detail: detail})
}

// Entries are what operators did, newest first; of one organization where o is not zero.
func (s *Service) Entries(ctx context.Context, w Who, o id.Org, before id.Audit, limit int) ([]Entry, error) {
	if err := w.require(); err != nil {
		return nil, err
	}
	return s.Store.Entries(ctx, o, before, limit)
}
