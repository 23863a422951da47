// Package join is the ways into an organization: invitations by mail and by link, mail domains that an organization has
// proved to be its own, and requests to join from people with an address there. What an invitation grants is bounded by
// what its author may grant, when it is written and again when it is accepted.
//
// Who people are once they are in is identity's; letters are mail's.
package join

import (
	"context"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Grant is what somebody gets who comes in.
type Grant = identity.Grant

// Invitation lets one person in, once.
type Invitation struct {
	ID  id.Invitation
	Org id.Org
	// Email is whom it was mailed to, who then is the only one to accept it; "" is a link for whoever holds it, who names
	// an address that nobody has checked.
	Email string
	Name  string // as its author typed it, a suggestion
	Grant
	// Version is raised by sending it again; older links are dead then.
	Version int64
	// By is its author, or who sent it again last; of a token whoever made it. Zero for one that a domain's settings wrote.
	By      id.Member
	ByLabel string

	CreatedAt, ExpiresAt time.Time
	AcceptedAt           time.Time // zero = not
	Member               id.Member // who came of it
	RevokedAt            time.Time // zero = not
}

// State is how an invitation stands.
type State string

// The states.
const (
	Open     State = "open"
	Accepted State = "accepted"
	Revoked  State = "revoked"
	Expired  State = "expired"
)

// State says how it stands at a moment.
func (i Invitation) State(now time.Time) State {
	switch {
	case !i.AcceptedAt.IsZero():
		return Accepted
	case !i.RevokedAt.IsZero():
		return Revoked
	case !now.Before(i.ExpiresAt):
		return Expired
	}
	return Open
}

// Domain is an organization's claim to a mail domain.
type Domain struct {
	ID     id.Domain
	Org    id.Org
	Domain string // lower case, unique among verified ones
	// Token is what the DNS record must hold. It proves nothing to anybody but us, so it is no secret.
	Token      string
	CreatedAt  time.Time
	VerifiedAt time.Time // zero = not yet
	CheckedAt  time.Time
	// FailingSince is when a re-check first missed the record; after lapse the claim is lost.
	FailingSince time.Time
	Admission
}

// Admission is what happens with people who have an address in a domain.
type Admission struct {
	Requests bool  // they may ask to join
	Auto     bool  // they are let in without asking, with Grant
	Grant    Grant // what they get; also the suggestion when a request is decided
}

// Applicant is somebody who asks to join.
type Applicant struct {
	ID          id.Applicant
	Org         id.Org
	Email       string
	Name        string
	Note        string
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero = has not proved the address yet
	DecidedAt   time.Time
	DecidedBy   string
	Approved    bool
}

// Store keeps invitations, domains and applicants. *db.JoinStore implements it. What is not there is Missing….
type Store interface {
	// AddInvitation is a Conflict if the address has an open one.
	AddInvitation(ctx context.Context, i Invitation) error
	Invitation(ctx context.Context, o id.Org, i id.Invitation) (Invitation, error)
	// Invitations are the newest; most below zero is all there are.
	Invitations(ctx context.Context, o id.Org, most int) ([]Invitation, error)
	// Renew raises the version, moves the end and writes who is its author now; false if it is accepted or revoked.
	Renew(ctx context.Context, i Invitation) (bool, error)
	// Revoke is false if it is accepted or revoked.
	Revoke(ctx context.Context, o id.Org, i id.Invitation, at time.Time) (bool, error)
	// Use accepts it for a member; false if anything came between.
	Use(ctx context.Context, o id.Org, i id.Invitation, version int64, m id.Member, at time.Time) (bool, error)
	// CameByLink reports whether a member came of an invitation that named no address.
	CameByLink(ctx context.Context, o id.Org, m id.Member) (bool, error)
	// RevokeExpired revokes an address's invitations that have run out, so that a new one may be written.
	RevokeExpired(ctx context.Context, o id.Org, email string, now time.Time) error

	AddDomain(ctx context.Context, d Domain) error
	Domain(ctx context.Context, o id.Org, d id.Domain) (Domain, error)
	Domains(ctx context.Context, o id.Org) ([]Domain, error)
	// SetDomain writes times and admission; a Conflict if another organization has verified it.
	SetDomain(ctx context.Context, d Domain) error
	DropDomain(ctx context.Context, o id.Org, d id.Domain) error
	// Owner is the verified claim to a domain, in any organization.
	Owner(ctx context.Context, domain string) (Domain, bool, error)
	// Verified are the verified claims of all organizations.
	Verified(ctx context.Context) ([]Domain, error)

	// AddApplicant is a Conflict if the address has one that is not decided.
	AddApplicant(ctx context.Context, a Applicant) error
	Applicant(ctx context.Context, o id.Org, a id.Applicant) (Applicant, error)
	// Waiting is the address's applicant that is not decided, if any.
	Waiting(ctx context.Context, o id.Org, email string) (Applicant, bool, error)
	// Applicants are the confirmed ones, those to be decided first.
	Applicants(ctx context.Context, o id.Org) ([]Applicant, error)
	// Confirm is false if it was confirmed already.
	Confirm(ctx context.Context, o id.Org, a id.Applicant, name, note string, at time.Time) (bool, error)
	// Decide is false if it was decided already.
	Decide(ctx context.Context, o id.Org, a id.Applicant, approved bool, by string, at time.Time) (bool, error)
	// SweepApplicants forgets those who never proved their address.
	SweepApplicants(ctx context.Context, before time.Time) error
}

// Resolver asks DNS. *net.Resolver implements it.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Parts are what Service works with. SSO and Connected may be nil.
type Parts struct {
	Store  Store
	Orgs   org.Store
	People *identity.Service
	Post   *mail.Post
	Links  mail.Links
	Tx     work.Tx
	Audit  audit.Log
	DNS    Resolver
	Clock  clock.Clock
	IDs    *id.Source
	Log    *slog.Logger
	// SSO says whether an organization takes no passwords: who accepts an invitation then sets none.
	SSO func(ctx context.Context, o id.Org) (bool, error)
	// Connected says whether an organization has an identity provider, beside passwords or alone.
	Connected func(ctx context.Context, o id.Org) (bool, error)
	// Even is how long an answer to Apply takes at least, so that it does not tell whose domains are known; 0 in tests.
	Even time.Duration
}

// Service is the room's use cases.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

func (s *Service) sso(ctx context.Context, o id.Org) (bool, error) {
	if s.SSO == nil {
		return false, nil
	}
	return s.SSO(ctx, o)
}

// maxName bounds names that people type.
const maxName = 80

// Missing is the one answer for an invitation that is not there, or not the asker's to see.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such invitation in your organization.")
}

// MissingDomain is the one answer for a domain that is not there.
func MissingDomain() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "Your organization has not claimed such a domain.")
}

// MissingApplicant is the one answer for a request to join that is not there.
func MissingApplicant() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such request to join your organization.")
}
