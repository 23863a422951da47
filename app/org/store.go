package org

import (
	"bytes"
	"context"
	"encoding/base64"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Store keeps organizations and the people in them. *db.OrgStore implements it. The services that change them are
// identity's, because every change is audited and audit stands on this package.
//
// A missing department, team, account or member is answered by the functions below, whether it never was or is another
// organization's.
type Store interface {
	AddOrganization(ctx context.Context, o Organization) error
	// Organization, BySlug and Hold answer Missing for one that was deleted.
	Organization(ctx context.Context, o id.Org) (Organization, error)
	// SetOrganization changes name, slug and zone; Conflict if the slug is taken.
	SetOrganization(ctx context.Context, o Organization) error
	// DeleteOrganization marks it as deleted: nobody finds it any more. Its rows stay, and its slug stays taken.
	DeleteOrganization(ctx context.Context, o id.Org, at time.Time) error
	// BySlug finds an organization across the installation.
	BySlug(ctx context.Context, slug string) (Organization, error)
	SlugTaken(ctx context.Context, slug string) (bool, error)

	// Hold keeps everybody else from changing the organization's tree until the transaction ends, so that what was
	// checked (another admin, a node in use) still holds when it is written.
	Hold(ctx context.Context, o id.Org) error

	AddDepartment(ctx context.Context, d Department) error
	Department(ctx context.Context, o id.Org, d id.Department) (Department, error)
	// SetDepartment changes name and ArchivedAt.
	SetDepartment(ctx context.Context, d Department) error
	// Departments are all of an organization, by name, archived ones too.
	Departments(ctx context.Context, o id.Org) ([]Department, error)

	AddTeam(ctx context.Context, t Team) error
	Team(ctx context.Context, o id.Org, t id.Team) (Team, error)
	// SetTeam changes name, department and ArchivedAt.
	SetTeam(ctx context.Context, t Team) error
	// Teams are all of an organization, by name, archived ones too.
	Teams(ctx context.Context, o id.Org) ([]Team, error)
	// EmptyTeam gives all that a team has to another: people (who keep the role they have there already; leads come as
	// developers), service accounts (renamed where the name is taken), keys. What was spent stays where it was.
	EmptyTeam(ctx context.Context, o id.Org, from, to Team) error
	// Contents counts what hangs on teams.
	Contents(ctx context.Context, o id.Org, teams []id.Team) (map[id.Team]Contents, error)

	AddAccount(ctx context.Context, a Account) error
	Account(ctx context.Context, o id.Org, a id.Account) (Account, error)
	// SetAccount changes name, team and ArchivedAt; its keys follow.
	SetAccount(ctx context.Context, a Account) error
	// Accounts are the service accounts of teams, by name; nil = of all teams.
	Accounts(ctx context.Context, o id.Org, teams []id.Team) ([]Account, error)

	// AddMember also writes m.Assignments and m.Home.
	AddMember(ctx context.Context, m Member) error
	// Member gives removed ones too; look at RemovedAt.
	Member(ctx context.Context, o id.Org, m id.Member) (Member, error)
	// MemberByEmail and Members leave removed ones out.
	MemberByEmail(ctx context.Context, o id.Org, email string) (Member, error)
	Members(ctx context.Context, o id.Org) ([]Member, error)
	// FindMembers is one page of those that a query narrows to, by name.
	FindMembers(ctx context.Context, o id.Org, q MemberQuery) ([]Member, error)
	// MemberIDs are only the ids of all that a query narrows to, by name: thousands cost what a page of members does.
	MemberIDs(ctx context.Context, o id.Org, q MemberQuery) ([]id.Member, error)
	// OtherAdmin reports whether somebody else than m is an organization admin who can log in.
	OtherAdmin(ctx context.Context, o id.Org, m id.Member) (bool, error)
	// Assign gives a member exactly these roles. home is the default team, or zero.
	Assign(ctx context.Context, o id.Org, m id.Member, all []Assignment, home id.Team) error
	// MoveMember takes a member's keys from one team to another.
	MoveMember(ctx context.Context, o id.Org, m id.Member, from, to id.Team) error
	// DisableMember locks a member out at a time, or lets them in again with the zero time.
	DisableMember(ctx context.Context, o id.Org, m id.Member, at time.Time) error
	// RemoveMember marks the member as gone and takes all roles from them.
	RemoveMember(ctx context.Context, o id.Org, m id.Member, at time.Time) error
	// Footprint counts what stops when a member is out.
	Footprint(ctx context.Context, o id.Org, m id.Member, now time.Time) (Footprint, error)
}

// Contents is what hangs on a team.
type Contents struct {
	Members  int // who belong to it
	Only     int // of those, who belong to no other team
	Keys     int // not deleted
	Accounts int // not archived
	Budgets  int // on the team and its pool
	Limits   int
}

// Footprint is what stops when a member is out.
type Footprint struct {
	Keys     int // not deleted, acting as them
	Sessions int // browsers they are logged in with
	Tokens   int // valid management tokens they made
}

// MemberQuery narrows a list of members. Zero fields do not narrow.
type MemberQuery struct {
	// Within leaves only members of these teams, and Self; nil = all members.
	Within []id.Team
	Self   id.Member
	IDs    []id.Member // only these; nil = all
	Search string      // part of a name or an address
	Team   id.Team
	Role   Role // held anywhere
	Status MemberStatus
	After  MemberPlace
	Limit  int
}

// MemberStatus is whether a member can come in.
type MemberStatus string

// The states. "" asks for active and disabled ones.
const (
	ActiveMember   MemberStatus = "active"
	DisabledMember MemberStatus = "disabled"
	RemovedMember  MemberStatus = "removed"
)

// MemberPlace is a place in the list of members, which is ordered by name and id. The zero place is the top.
type MemberPlace struct {
	Name string
	ID   id.Member
}

// String is the place as URLs carry it; "" at the top.
func (p MemberPlace) String() string {
	if p.ID.IsZero() {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(p.ID.UUID() + p.Name))
}

// ReadMemberPlace reads what String printed.
func ReadMemberPlace(text string) (MemberPlace, error) {
	if text == "" {
		return MemberPlace{}, nil
	}
	const uuid = 36
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil && len(b) > uuid && utf8.Valid(b) && !bytes.ContainsRune(b, 0) {
		if m, err := id.ParseMember(string(b[:uuid])); err == nil {
			return MemberPlace{Name: string(b[uuid:]), ID: m}, nil
		}
	}
	return MemberPlace{}, fault.Field("after", "This place in the list is not known. Begin at the top again.")
}

// Missing is the one answer for an organization that is not there.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such organization.")
}

// MissingDepartment is the one answer for a department that is not there, or not the asker's to see.
func MissingDepartment() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such department in your organization.")
}

// MissingTeam is the one answer for a team that is not there, or not the asker's to see.
func MissingTeam() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such team in your organization.")
}

// MissingMember is the one answer for a member that is not there, or not the asker's to see.
func MissingMember() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such member in your organization.")
}

// MissingAccount is the one answer for a service account that is not there, or not the asker's to see.
func MissingAccount() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such service account in your organization.")
}
