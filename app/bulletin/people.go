package bulletin

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/memo"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// MayRead reports whether somebody sees all that reports of a kind about a team, or about the organization, hold: who reads its costs on
// the pages. Developers read their own costs only, so reports are not for them. Evidence is its admins'.
func MayRead(a org.Actor, k Kind, t id.Team) bool {
	if k.Evidence() {
		return a.Everywhere(org.Admin)
	}
	teams, all := a.Reads()
	return all || !t.IsZero() && slices.Contains(teams, t)
}

// MayChange reports whether somebody sets reports about a team (its leads and those above them) or about the organization
// (its admins).
func MayChange(a org.Actor, t id.Team) bool {
	if t.IsZero() {
		return a.Everywhere(org.Admin)
	}
	return a.InTeam(t, org.Lead)
}

// membersOf asks a page's memo for the members of an organization.
type membersOf id.Org

// members are all of an organization; a list of reports asks for them once. They are not the caller's to change.
func (s *Service) members(ctx context.Context, o id.Org) ([]org.Member, error) {
	all, err := memo.Once(ctx, membersOf(o), func() ([]org.Member, error) { return s.Orgs.Members(ctx, o) })
	if err != nil {
		return nil, fmt.Errorf("bulletin: people: %w", err)
	}
	return all, nil
}

// recipients are who gets a report now, by name: each once, and only those who can log in, may read it and have not stopped it.
func (s *Service) recipients(ctx context.Context, r Report) ([]org.Member, error) {
	all, err := s.members(ctx, r.Org)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(slices.Clone(all), func(m org.Member) bool {
		return m.Status() != org.ActiveMember || !MayRead(m.Acting(org.Actor{}), r.Kind, r.Team)
	})
	var out []org.Member
	if r.Answering {
		out = answering(all, r)
	}
	for _, m := range all {
		if slices.Contains(r.Members, m.ID) && !slices.ContainsFunc(out, func(o org.Member) bool { return o.ID == m.ID }) {
			out = append(out, m)
		}
	}
	stopped, err := s.Store.Stopped(ctx, r.Org, r.ID)
	if err != nil {
		return nil, fmt.Errorf("bulletin: people: %w", err)
	}
	out = slices.DeleteFunc(out, func(m org.Member) bool { return slices.Contains(stopped, m.ID) })
	slices.SortFunc(out, func(a, b org.Member) int { return cmp.Or(cmp.Compare(a.Name, b.Name), a.ID.Compare(b.ID)) })
	return out, nil
}

// answering are who answers for what a report is about: the lowest of those who may change it that there are any of.
func answering(all []org.Member, r Report) []org.Member {
	admins := func(m org.Member) bool { return m.Role == org.Admin }
	ranks := []func(org.Member) bool{admins}
	if !r.Team.IsZero() {
		at := org.OfTeam(r.Org, r.Team)
		ranks = []func(org.Member) bool{
			func(m org.Member) bool {
				return slices.ContainsFunc(m.Assignments, func(a org.Assignment) bool { return a.Role == org.Lead && a.At == at })
			},
			func(m org.Member) bool {
				return m.Role != org.Admin && m.Acting(org.Actor{}).InTeam(r.Team, org.Manager)
			},
			admins,
		}
	}
	for _, is := range ranks {
		var out []org.Member
		for _, m := range all {
			if is(m) {
				out = append(out, m)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// readers refuses members who may not read what the report holds, or are none.
func (s *Service) readers(ctx context.Context, o id.Org, k Kind, t id.Team, chosen []id.Member) ([]id.Member, error) {
	slices.SortFunc(chosen, id.Member.Compare)
	chosen = slices.Compact(chosen)
	if len(chosen) > MaxMembers {
		return nil, fault.Field("members", fmt.Sprintf("Choose at most %d people.", MaxMembers))
	}
	if len(chosen) == 0 {
		return chosen, nil
	}
	all, err := s.members(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, which := range chosen {
		i := slices.IndexFunc(all, func(m org.Member) bool { return m.ID == which })
		if i < 0 {
			return nil, fault.Field("members", "One of these people is no member of your organization any more. Choose others.")
		}
		if m := all[i]; !MayRead(m.Acting(org.Actor{}), k, t) {
			if k.Evidence() {
				return nil, fault.Field("members", m.Name+" is no organization admin, and evidence goes to admins only. Give them that role first, or choose somebody else.")
			}
			return nil, fault.Field("members", m.Name+" may not see these costs, so the report cannot go there. Give them a role that reads them first, or choose somebody else.")
		}
	}
	return chosen, nil
}

// ByAddress is the member with an address, for whoever sets reports. A member that the actor does not know of is answered like
// one that is not there, unless they were chosen for the report already: its form says so, and must be savable as it was shown.
func (s *Service) ByAddress(ctx context.Context, actor org.Actor, r Report, address string) (id.Member, error) {
	if err := actor.Require(org.Lead); err != nil {
		return id.Member{}, err
	}
	address, err := org.Email("members", address)
	if err != nil {
		return id.Member{}, err
	}
	m, err := s.Orgs.MemberByEmail(ctx, actor.Org, address)
	if fault.Is(err, fault.NotFound) || err == nil && !actor.Knows(m) && !slices.Contains(r.Members, m.ID) {
		return id.Member{}, fault.Field("members", "Nobody here has the address "+address+". Reports go to members of your organization only.")
	}
	return m.ID, err
}

// Addresses are those of the members chosen for a report, for its form; members who left are missing.
func (s *Service) Addresses(ctx context.Context, actor org.Actor, r Report) ([]string, error) {
	if err := actor.Require(org.Lead); err != nil {
		return nil, err
	}
	if len(r.Members) == 0 {
		return nil, nil
	}
	all, err := s.members(ctx, actor.Org)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range all {
		if slices.Contains(r.Members, m.ID) {
			out = append(out, m.Email)
		}
	}
	return out, nil
}
