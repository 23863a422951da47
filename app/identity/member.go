package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Members are all whom the actor knows (org.Actor.Knows), by name: themselves, the people of the teams they belong to or
// read, everybody for those who read everything. For pages that name people; lists page with FindMembers.
func (s *Service) Members(ctx context.Context, actor org.Actor) ([]org.Member, error) {
	p, err := s.find(ctx, actor, org.MemberQuery{})
	return p.Members, err
}

// MemberPage is a part of the list of members.
type MemberPage struct {
	Members []org.Member
	Next    org.MemberPlace // zero at the end
}

// Bounds of a list of members.
const (
	DefaultMembers = 50
	MaxMembers     = 200
	maxSearch      = 100 // characters
)

// FindMembers is one page of the members that the actor knows. q.Within and q.Self are set here.
func (s *Service) FindMembers(ctx context.Context, actor org.Actor, q org.MemberQuery) (MemberPage, error) {
	if q.Search = strings.TrimSpace(q.Search); utf8.RuneCountInString(q.Search) > maxSearch {
		return MemberPage{}, fault.Field("q", fmt.Sprintf("Search for at most %d characters.", maxSearch))
	}
	if q.Role != "" && !q.Role.Valid() {
		return MemberPage{}, fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	}
	if q.Limit <= 0 {
		q.Limit = DefaultMembers
	}
	q.Limit = min(q.Limit, MaxMembers)
	return s.find(ctx, actor, q)
}

// ActiveMembers are the ids of all members who can log in and whose requests the actor reads, by name: for a developer that is
// only themself, as of colleagues whose requests they cannot see nobody may say that they sent none.
func (s *Service) ActiveMembers(ctx context.Context, actor org.Actor) ([]id.Member, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	q := org.MemberQuery{Status: org.ActiveMember}
	if teams, all := actor.Reads(); !all {
		q.Within, q.Self = teams, actor.Member
	}
	found, err := s.Orgs.MemberIDs(ctx, actor.Org, q)
	if err != nil {
		return nil, fmt.Errorf("find active members: %w", err)
	}
	return found, nil
}

func (s *Service) find(ctx context.Context, actor org.Actor, q org.MemberQuery) (MemberPage, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return MemberPage{}, err
	}
	if teams, all := actor.Seen(); !all {
		q.Within, q.Self = teams, actor.Member
	}
	limit := q.Limit
	if limit > 0 {
		q.Limit++ // one more says whether there is a next page
	}
	found, err := s.Orgs.FindMembers(ctx, actor.Org, q)
	if err != nil {
		return MemberPage{}, fmt.Errorf("find members: %w", err)
	}
	p := MemberPage{Members: found}
	if limit > 0 && len(found) > limit {
		p.Members = found[:limit]
		last := p.Members[limit-1]
		p.Next = org.MemberPlace{Name: last.Name, ID: last.ID}
	}
	return p, nil
}

// Member is one member whom the actor knows. Admins may look at those who left.
func (s *Service) Member(ctx context.Context, actor org.Actor, m id.Member) (org.Member, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return org.Member{}, err
	}
	member, err := s.Orgs.Member(ctx, actor.Org, m)
	if err != nil {
		return org.Member{}, err
	}
	if !actor.Knows(member) || !member.RemovedAt.IsZero() && !actor.Everywhere(org.Admin) {
		return org.Member{}, org.MissingMember()
	}
	return member, nil
}

// NewMember is what an admin enters. An admin is one of the organization, a manager of Departments, everybody else of
// Teams; managers and admins may belong to Teams too, as developers. Password may be empty: then the member cannot log in
// by password until they get one.
type NewMember struct {
	Name, Email string
	Role        org.Role
	Departments []id.Department
	Teams       []id.Team
	Password    secret.String
}

// AddMember lets a person in.
func (s *Service) AddMember(ctx context.Context, actor org.Actor, in NewMember) (org.Member, error) {
	if err := actor.Require(org.Admin); err != nil {
		return org.Member{}, err
	}
	m, err := s.newMember(actor, in)
	if err != nil {
		return org.Member{}, err
	}
	account := Identity{ID: id.NewIdentity(s.IDs), Org: m.Org, Member: m.ID, Issuer: PasswordIssuer, Subject: m.Email, CreatedAt: m.CreatedAt}
	if !in.Password.IsEmpty() {
		if account.Hash, err = s.Hasher.Hash(ctx, in.Password); err != nil {
			return org.Member{}, fmt.Errorf("add member: %w", err)
		}
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.placeable(ctx, actor, nil, m.Assignments); err != nil {
			return err
		}
		if err := s.Orgs.AddMember(ctx, m); err != nil {
			return err
		}
		if err := s.seated(ctx, m.Org); err != nil {
			return err
		}
		if account.Hash != "" {
			if err := s.Store.AddIdentity(ctx, account); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "member.added", Target: m.ID.String(), TargetName: m.Email,
			After: map[string]any{"role": string(m.Role), "roles": printed(m.Assignments)}})
	})
	if fault.Is(err, fault.Conflict) && fault.From(err).Code == "exists" {
		return org.Member{}, fault.Field("email", "Somebody with this address is a member already.")
	}
	if err != nil {
		return org.Member{}, fmt.Errorf("add member: %w", err)
	}
	return s.Orgs.Member(ctx, m.Org, m.ID)
}

func (s *Service) newMember(actor org.Actor, in NewMember) (org.Member, error) {
	m := org.Member{ID: id.NewMember(s.IDs), Org: actor.Org, Role: in.Role, Assignments: in.assignments(actor.Org), CreatedAt: s.Clock.Now()}
	var errs [5]error
	m.Name, errs[0] = org.Name("name", "the member's name", in.Name, maxName)
	m.Email, errs[1] = org.Email("email", in.Email)
	switch {
	case !in.Role.Valid():
		errs[2] = fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	case in.Role == org.Manager && len(in.Departments) == 0:
		errs[2] = fault.Field("departments", "Choose the departments that this manager manages.")
	case in.Role == org.Lead && len(in.Teams) == 0:
		errs[2] = fault.Field("teams", "Choose the teams that this lead leads.")
	case len(in.Departments) > 0 && in.Role != org.Manager && in.Role != org.Viewer:
		errs[2] = fault.Field("departments", "Only managers and viewers have departments. Choose teams instead.")
	}
	if !in.Password.IsEmpty() {
		errs[3] = checkPassword("password", in.Password, append(words(m.Email), m.Email, in.Name)...)
	}
	errs[4] = sound(m.Assignments)
	if errs[2] != nil {
		errs[4] = nil
	}
	return m, errors.Join(errs[:]...)
}

// assignments are the roles that the input means.
func (in NewMember) assignments(o id.Org) []org.Assignment {
	var out []org.Assignment
	if in.Role == org.Admin {
		out = append(out, org.Assignment{Role: org.Admin, At: org.OfOrg(o)})
	}
	for _, d := range in.Departments {
		out = append(out, org.Assignment{Role: in.Role, At: org.OfDepartment(o, d)})
	}
	seat := in.Role
	if seat == org.Admin || seat == org.Manager {
		seat = org.Developer
	}
	for _, t := range in.Teams {
		out = append(out, org.Assignment{Role: seat, At: org.OfTeam(o, t)})
	}
	return out
}

// present is a member who has not left; one who has is as missing as one who never was.
func (s *Service) present(ctx context.Context, o id.Org, m id.Member) (org.Member, error) {
	member, err := s.Orgs.Member(ctx, o, m)
	if err != nil {
		return member, err
	}
	if !member.RemovedAt.IsZero() {
		return member, org.MissingMember()
	}
	return member, nil
}
