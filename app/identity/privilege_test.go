package identity_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// sequences is how many random sequences of actions are tried. The release proof runs a million.
var sequences = flag.Int("sequences", 3000, "random sequences of actions in the privilege test")

// TestNobodyEverGainsWhatNobodyGaveThem lets random people do random things to a small organization, in the real service
// over a store in memory. After each action that went through, an oracle that knows nothing of org.Part compares the
// organization before and after: what changed must have been in the hands of whoever did it.
func TestNobodyEverGainsWhatNobodyGaveThem(t *testing.T) {
	t.Parallel()
	done := 0
	for seed := range *sequences {
		n, problem := play(uint64(seed), nil)
		if problem != "" {
			t.Fatalf("sequence %d: %s", seed, problem)
		}
		done += n
	}
	if done < *sequences {
		t.Errorf("only %d actions went through in %d sequences: the test tries nothing", done, *sequences)
	}
	t.Logf("%d sequences, %d actions went through, 0 escalations", *sequences, done)
}

// TestThePrivilegeTestFindsPlantedBugs breaks the rights in ways that people break them.
func TestThePrivilegeTestFindsPlantedBugs(t *testing.T) {
	t.Parallel()
	for name, bug := range map[string]func(*world, org.Actor) org.Actor{
		"managers manage every department": func(w *world, a org.Actor) org.Actor {
			if a.Role == org.Manager {
				return orgWide(a, org.Manager)
			}
			return a
		},
		"a role is believed from the first request on, not looked up": func(w *world, a org.Actor) org.Actor {
			if old, ok := w.first[a.Member]; ok {
				return old
			}
			w.first[a.Member] = a
			return a
		},
		"whose own role it is, is not known": func(_ *world, a org.Actor) org.Actor {
			a.Member = id.Member{}
			return a
		},
		"a lead counts as one of every team they belong to": func(w *world, a org.Actor) org.Actor {
			if a.Role != org.Lead {
				return a
			}
			var all []org.Assignment
			for _, t := range a.Teams {
				all = append(all, org.Assignment{Role: org.Lead, At: org.OfTeam(a.Org, t)})
			}
			return a.As(all, nil)
		},
		"viewers of the organization act as its admins": func(_ *world, a org.Actor) org.Actor {
			if a.Everywhere(org.Viewer) {
				a.Role = org.Admin
			}
			return a
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range 20_000 {
				if _, problem := play(uint64(seed), bug); problem != "" {
					t.Logf("found in sequence %d: %s", seed, problem)
					return
				}
			}
			t.Error("20,000 sequences did not find it")
		})
	}
}

func orgWide(a org.Actor, r org.Role) org.Actor {
	return a.As([]org.Assignment{{Role: r, At: org.OfOrg(a.Org)}}, nil)
}

// world is one organization in memory with its service.
type world struct {
	*shelf
	rand    *rand.Rand
	service *identity.Service
	first   map[id.Member]org.Actor // what a planted bug remembers
}

// play runs one sequence and says how many actions went through, and what was wrong with the last.
func play(seed uint64, bug func(*world, org.Actor) org.Actor) (done int, problem string) {
	w := newWorld(seed)
	for range 12 {
		m := w.members[w.rand.IntN(len(w.members))]
		if m.Status() != org.ActiveMember {
			continue // app/web lets nobody in who is out
		}
		actor := w.filled(m).Acting(org.Actor{})
		if bug != nil {
			actor = bug(w, actor)
		}
		before := w.clone()
		what, err := w.act(actor)
		if err != nil {
			if fault.From(err).Kind == fault.Internal {
				return done, fmt.Sprintf("%s: %v", what, err)
			}
			if d := before.difference(w.shelf); d != "" {
				return done, fmt.Sprintf("%s was refused (%v), and still %s", what, err, d)
			}
			continue
		}
		done++
		if wrong := judge(before, w.shelf, m.ID); wrong != "" {
			return done, fmt.Sprintf("%s as %s (%v): %s", what, m.Name, m.Assignments, wrong)
		}
	}
	return done, ""
}

// act does one random thing with random arguments, most of which are refused.
func (w *world) act(a org.Actor) (string, error) {
	ctx, s := context.Background(), w.service
	m := w.members[w.rand.IntN(len(w.members))].ID
	t, u := w.teams[w.rand.IntN(len(w.teams))].ID, w.teams[w.rand.IntN(len(w.teams))].ID
	d, e := w.departments[w.rand.IntN(len(w.departments))].ID, w.departments[w.rand.IntN(len(w.departments))].ID
	if w.rand.IntN(8) == 0 {
		e = id.Department{}
	}
	at := []org.Scope{org.OfTeam(a.Org, t), org.OfTeam(a.Org, t), org.OfDepartment(a.Org, d), org.OfOrg(a.Org)}[w.rand.IntN(4)]
	role := org.Roles[w.rand.IntN(len(org.Roles))]
	switch w.rand.IntN(13) {
	case 0, 1, 2, 3:
		return fmt.Sprintf("assign %s at %s to %s", role, at, w.name(m)), s.Assign(ctx, a, m, org.Assignment{Role: role, At: at})
	case 4, 5:
		return "unassign " + w.name(m), s.Unassign(ctx, a, m, at)
	case 6:
		return "place " + w.name(m), s.Place(ctx, a, m, []org.Assignment{{Role: role, At: at}}, t)
	case 7:
		return "move a member", s.MoveMember(ctx, a, m, t, u)
	case 8:
		return "move a team", s.MoveTeam(ctx, a, t, e)
	case 9:
		return "merge teams", s.MergeTeam(ctx, a, t, u)
	case 10:
		if w.rand.IntN(2) == 0 {
			return "archive a team", s.ArchiveTeam(ctx, a, t)
		}
		return "restore a team", s.RestoreTeam(ctx, a, u)
	case 11:
		if w.rand.IntN(4) == 0 {
			return "merge departments", s.MergeDepartment(ctx, a, d, e)
		}
		return "disable " + w.name(m), s.DisableMember(ctx, a, m)
	}
	if w.rand.IntN(3) == 0 {
		return "remove " + w.name(m), s.RemoveMember(ctx, a, m)
	}
	return "enable " + w.name(m), s.EnableMember(ctx, a, m)
}

var rank = map[org.Role]int{org.Viewer: 1, org.Developer: 2, org.Lead: 3, org.Manager: 4, org.Admin: 5}

// power is the highest role that somebody has at a team, by the rows alone.
func (s *shelf) power(m id.Member, team id.Team) int {
	member, t := s.member(m), s.team(team)
	best := 0
	for _, a := range member.Assignments {
		if a.At == org.OfOrg(s.org.ID) || a.At == org.OfTeam(s.org.ID, team) || !t.Department.IsZero() && a.At == org.OfDepartment(s.org.ID, t.Department) {
			best = max(best, rank[a.Role])
		}
	}
	return best
}

// over is what somebody has over a whole department, or the organization if it is zero.
func (s *shelf) over(m id.Member, d id.Department) int {
	best := 0
	for _, a := range s.member(m).Assignments {
		if a.At == org.OfOrg(s.org.ID) || !d.IsZero() && a.At == org.OfDepartment(s.org.ID, d) {
			best = max(best, rank[a.Role])
		}
	}
	return best
}

// judge says what is wrong with a change that somebody made.
func judge(before, after *shelf, by id.Member) string {
	if after.admins() == 0 {
		return "no admin is left who can log in"
	}
	if slices.ContainsFunc(before.member(by).Assignments, func(a org.Assignment) bool { return a.Role == org.Admin }) {
		if !sameRoles(before.member(by), after.member(by)) && !before.moved(after) {
			return "an admin changed their own roles"
		}
		return ""
	}
	for _, t := range before.teams {
		mine, now := before.power(by, t.ID), after.team(t.ID)
		if (now.Department != t.Department || now.ArchivedAt.IsZero() != t.ArchivedAt.IsZero() || now.Name != t.Name) && mine < rank[org.Manager] {
			return "changed the team " + t.Name + " without managing it"
		}
		if now.Department != t.Department && before.over(by, now.Department) < rank[org.Manager] {
			return "moved the team " + t.Name + " into a department of somebody else"
		}
	}
	for i, m := range before.members {
		if wrong := judgeMember(before, after, by, m, after.members[i]); wrong != "" {
			return m.Name + ": " + wrong
		}
	}
	for i, d := range before.departments {
		if after.departments[i] != d && before.over(by, d.ID) < rank[org.Manager] {
			return "changed a department of somebody else"
		}
	}
	return ""
}

func judgeMember(before, after *shelf, by id.Member, was, is org.Member) string {
	if was.ID == by {
		for _, t := range before.teams {
			if had, has := before.power(by, t.ID), after.power(by, t.ID); has > had {
				return fmt.Sprintf("gave themselves %d at %s, had %d", has, t.Name, had)
			}
		}
		return ""
	}
	if was.Status() != is.Status() {
		for _, a := range was.Assignments {
			if a.At.Kind() == org.OrgScope || a.Role == org.Manager {
				return "was put out or let in by somebody who is not above them"
			}
		}
		for _, t := range was.Teams {
			if before.power(by, t) < rank[org.Manager] {
				return "was put out or let in by a stranger to one of their teams"
			}
		}
	}
	for _, t := range before.teams {
		had, has, mine := before.power(was.ID, t.ID), after.power(is.ID, t.ID), before.power(by, t.ID)
		switch {
		case has == had:
		case mine < rank[org.Lead]:
			return fmt.Sprintf("went from %d to %d at %s, where the actor has %d", had, has, t.Name, mine)
		case has > had && has >= mine && after.team(t.ID).Department == t.Department:
			return fmt.Sprintf("was given %d at %s by somebody who has %d", has, t.Name, mine)
		}
	}
	return ""
}

func sameRoles(a, b org.Member) bool {
	return len(a.Assignments) == len(b.Assignments) && !slices.ContainsFunc(a.Assignments, func(x org.Assignment) bool { return !slices.Contains(b.Assignments, x) })
}

func newWorld(seed uint64) *world {
	w := &world{rand: rand.New(rand.NewPCG(seed, 7)), first: map[id.Member]org.Actor{}}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	ids := id.NewSource(func() time.Time { return now }, w.rand2())
	w.shelf = &shelf{org: org.Organization{ID: id.NewOrg(ids), Name: "Acme", Slug: "acme", Zone: "UTC"}}
	for i := range 3 {
		w.departments = append(w.departments, org.Department{ID: id.NewDepartment(ids), Org: w.org.ID, Name: fmt.Sprint("department ", i)})
	}
	for i := range 6 {
		t := org.Team{ID: id.NewTeam(ids), Org: w.org.ID, Name: fmt.Sprint("team ", i)}
		if i < 5 {
			t.Department = w.departments[i/2].ID
		}
		w.teams = append(w.teams, t)
	}
	give := func(name string, all ...org.Assignment) {
		w.members = append(w.members, org.Member{ID: id.NewMember(ids), Org: w.org.ID, Name: name, Assignments: all})
	}
	team := func(i int) org.Scope { return org.OfTeam(w.org.ID, w.teams[i].ID) }
	give("admin", org.Assignment{Role: org.Admin, At: org.OfOrg(w.org.ID)})
	give("second admin", org.Assignment{Role: org.Admin, At: org.OfOrg(w.org.ID)}, org.Assignment{Role: org.Developer, At: team(0)})
	give("auditor", org.Assignment{Role: org.Viewer, At: org.OfOrg(w.org.ID)})
	for i, d := range w.departments {
		give(fmt.Sprint("manager ", i), org.Assignment{Role: org.Manager, At: org.OfDepartment(w.org.ID, d.ID)}, org.Assignment{Role: org.Developer, At: team(i * 2)})
	}
	for i := range w.teams {
		give(fmt.Sprint("lead ", i), org.Assignment{Role: org.Lead, At: team(i)}, org.Assignment{Role: org.Developer, At: team((i + 3) % 6)})
		give(fmt.Sprint("developer ", i), org.Assignment{Role: org.Developer, At: team(i)})
	}
	give("of two teams", org.Assignment{Role: org.Developer, At: team(1)}, org.Assignment{Role: org.Viewer, At: team(4)})
	for i := range w.members {
		w.members[i] = w.filled(w.members[i])
	}
	w.service = identity.NewService(identity.Config{Orgs: w.shelf, Store: noLogins{}, Budgets: noBudgets{}, Tx: w.shelf, Audit: noAudit{}, Bus: noBus{},
		Clock: clock.NewFake(now), IDs: ids, Hasher: identity.NewHasher(64), Log: slog.New(slog.DiscardHandler)})
	return w
}

// rand2 is the sequence's randomness as bytes, for ids.
func (w *world) rand2() *bytesOf { return &bytesOf{w.rand} }

type bytesOf struct{ r *rand.Rand }

func (b *bytesOf) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b.r.Uint32())
	}
	return len(p), nil
}

func (w *world) name(m id.Member) string { return w.member(m).Name }

// shelf is an organization's rows in memory. Only what the tree's services call does something.
type shelf struct {
	org.Store
	org         org.Organization
	departments []org.Department
	teams       []org.Team
	members     []org.Member
}

func (s *shelf) clone() *shelf {
	c := &shelf{org: s.org, departments: slices.Clone(s.departments), teams: slices.Clone(s.teams), members: slices.Clone(s.members)}
	return c // assignments are never changed in place
}

func (s *shelf) difference(o *shelf) string {
	switch {
	case !slices.Equal(s.departments, o.departments):
		return "departments changed"
	case !slices.Equal(s.teams, o.teams):
		return "teams changed"
	}
	for i, m := range s.members {
		if !sameRoles(m, o.members[i]) || m.Status() != o.members[i].Status() {
			return m.Name + " changed"
		}
	}
	return ""
}

// moved reports whether people went with a merge: then their rows change without anybody having given them a role.
func (s *shelf) moved(o *shelf) bool { return !slices.Equal(s.teams, o.teams) }

func (s *shelf) admins() (n int) {
	for _, m := range s.members {
		if m.Status() == org.ActiveMember && slices.ContainsFunc(m.Assignments, func(a org.Assignment) bool { return a.Role == org.Admin }) {
			n++
		}
	}
	return n
}

func (s *shelf) member(m id.Member) org.Member {
	return s.members[slices.IndexFunc(s.members, func(x org.Member) bool { return x.ID == m })]
}

func (s *shelf) team(t id.Team) org.Team {
	return s.teams[slices.IndexFunc(s.teams, func(x org.Team) bool { return x.ID == t })]
}

// filled is a member with what follows from the rows now.
func (s *shelf) filled(m org.Member) org.Member {
	under := map[id.Department][]id.Team{}
	for _, t := range s.teams {
		under[t.Department] = append(under[t.Department], t.ID)
	}
	m.Role, m.Part, m.Teams = org.Highest(m.Assignments), org.Resolve(m.Assignments, under), nil
	for _, a := range m.Assignments {
		if a.At.Kind() == org.TeamScope {
			t, _ := id.ParseTeam(a.At.Node())
			m.Teams = append(m.Teams, t)
		}
	}
	return m
}

// Do makes the shelf its own transaction.
func (s *shelf) Do(ctx context.Context, fn func(context.Context) error) error {
	was := s.clone()
	if err := fn(ctx); err != nil {
		s.departments, s.teams, s.members = was.departments, was.teams, was.members
		return err
	}
	return nil
}

func (s *shelf) Hold(context.Context, id.Org) error { return nil }

func (s *shelf) Departments(context.Context, id.Org) ([]org.Department, error) {
	return slices.Clone(s.departments), nil
}

func (s *shelf) Department(_ context.Context, _ id.Org, d id.Department) (org.Department, error) {
	for _, x := range s.departments {
		if x.ID == d {
			return x, nil
		}
	}
	return org.Department{}, org.MissingDepartment()
}

func (s *shelf) SetDepartment(_ context.Context, d org.Department) error {
	s.departments[slices.IndexFunc(s.departments, func(x org.Department) bool { return x.ID == d.ID })] = d
	return nil
}

func (s *shelf) Teams(context.Context, id.Org) ([]org.Team, error) { return slices.Clone(s.teams), nil }

func (s *shelf) Team(_ context.Context, _ id.Org, t id.Team) (org.Team, error) { return s.team(t), nil }

func (s *shelf) SetTeam(_ context.Context, t org.Team) error {
	s.teams[slices.IndexFunc(s.teams, func(x org.Team) bool { return x.ID == t.ID })] = t
	return nil
}

func (s *shelf) EmptyTeam(_ context.Context, o id.Org, from, to org.Team) error {
	for i, m := range s.members {
		at := slices.IndexFunc(m.Assignments, func(a org.Assignment) bool { return a.At == org.OfTeam(o, from.ID) })
		if at < 0 {
			continue
		}
		role := m.Assignments[at].Role
		if role == org.Lead {
			role = org.Developer
		}
		all := slices.DeleteFunc(slices.Clone(m.Assignments), func(a org.Assignment) bool { return a.At == org.OfTeam(o, from.ID) })
		if !slices.ContainsFunc(all, func(a org.Assignment) bool { return a.At == org.OfTeam(o, to.ID) }) {
			all = append(all, org.Assignment{Role: role, At: org.OfTeam(o, to.ID)})
		}
		s.members[i].Assignments = all
		s.members[i] = s.filled(s.members[i])
	}
	return nil
}

func (s *shelf) Contents(context.Context, id.Org, []id.Team) (map[id.Team]org.Contents, error) {
	return map[id.Team]org.Contents{}, nil
}

func (s *shelf) Member(_ context.Context, _ id.Org, m id.Member) (org.Member, error) {
	return s.filled(s.member(m)), nil
}

func (s *shelf) set(m id.Member, change func(*org.Member)) error {
	i := slices.IndexFunc(s.members, func(x org.Member) bool { return x.ID == m })
	change(&s.members[i])
	s.members[i] = s.filled(s.members[i])
	return nil
}

func (s *shelf) Assign(_ context.Context, _ id.Org, m id.Member, all []org.Assignment, home id.Team) error {
	return s.set(m, func(x *org.Member) { x.Assignments, x.Home = slices.Clone(all), home })
}

func (s *shelf) MoveMember(context.Context, id.Org, id.Member, id.Team, id.Team) error { return nil }

func (s *shelf) DisableMember(_ context.Context, _ id.Org, m id.Member, at time.Time) error {
	return s.set(m, func(x *org.Member) { x.DisabledAt = at })
}

func (s *shelf) RemoveMember(_ context.Context, _ id.Org, m id.Member, at time.Time) error {
	return s.set(m, func(x *org.Member) { x.RemovedAt, x.Assignments = at, nil })
}

func (s *shelf) Footprint(context.Context, id.Org, id.Member, time.Time) (org.Footprint, error) {
	return org.Footprint{}, nil
}

func (s *shelf) OtherAdmin(_ context.Context, _ id.Org, m id.Member) (bool, error) {
	for _, x := range s.members {
		if x.ID != m && x.Status() == org.ActiveMember && org.Highest(x.Assignments) == org.Admin {
			return true, nil
		}
	}
	return false, nil
}

type noLogins struct{ identity.Store }

func (noLogins) EndSessions(context.Context, id.Org, id.Member, time.Time) error    { return nil }
func (noLogins) DropIdentities(context.Context, id.Org, id.Member) error            { return nil }
func (noLogins) RevokeTokensOf(context.Context, id.Org, id.Member, time.Time) error { return nil }

type noBudgets struct{}

func (noBudgets) Rezone(context.Context, id.Org, time.Time) error              { return nil }
func (noBudgets) Withdraw(context.Context, id.Org, id.Member, time.Time) error { return nil }

type noAudit struct{}

func (noAudit) Append(_ context.Context, _ org.Actor, e audit.Entry) error {
	if !strings.Contains(e.Action, ".") {
		return fmt.Errorf("the action %q is none", e.Action)
	}
	return nil
}

type noBus struct{ live.Bus }

func (noBus) Publish(context.Context, live.Topic) error { return nil }
