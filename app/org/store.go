package org

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Store keeps organizations and the people in them. *db.OrgStore implements it. The services that change them are
// identity's, because every change is audited and audit stands on this package.
//
// A missing team or member is MissingTeam or MissingMember, whether it never was or is another organization's.
type Store interface {
	AddOrganization(ctx context.Context, o Organization) error
	Organization(ctx context.Context, o id.Org) (Organization, error)
	// BySlug finds an organization across the installation.
	BySlug(ctx context.Context, slug string) (Organization, error)
	SlugTaken(ctx context.Context, slug string) (bool, error)

	// Departments are all of an organization, by name.
	Departments(ctx context.Context, o id.Org) ([]Department, error)

	AddTeam(ctx context.Context, t Team) error
	Team(ctx context.Context, o id.Org, t id.Team) (Team, error)
	Teams(ctx context.Context, o id.Org) ([]Team, error)

	// AddMember also puts the member into m.Teams.
	AddMember(ctx context.Context, m Member) error
	// Member gives removed ones too; look at RemovedAt.
	Member(ctx context.Context, o id.Org, m id.Member) (Member, error)
	// MemberByEmail and Members leave removed ones out.
	MemberByEmail(ctx context.Context, o id.Org, email string) (Member, error)
	Members(ctx context.Context, o id.Org) ([]Member, error)
	// RemoveMember marks the member as gone and takes them out of all teams.
	RemoveMember(ctx context.Context, o id.Org, m id.Member, at time.Time) error
	SetRole(ctx context.Context, o id.Org, m id.Member, r Role) error
}

// Missing is the one answer for an organization that is not there.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such organization.")
}

// MissingTeam is the one answer for a team that is not there, or not in the asker's organization.
func MissingTeam() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such team in your organization.")
}

// MissingMember is the one answer for a member that is not there, or not in the asker's organization.
func MissingMember() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such member in your organization.")
}
