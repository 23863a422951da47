package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Teams are those in use that the actor knows: of their part of the tree, all for those who read everything.
func (s *Service) Teams(ctx context.Context, actor org.Actor) ([]org.Team, error) {
	all, err := s.AllTeams(ctx, actor)
	return slices.DeleteFunc(all, func(t org.Team) bool { return !t.ArchivedAt.IsZero() }), err
}

// AllTeams are Teams with the archived ones.
func (s *Service) AllTeams(ctx context.Context, actor org.Actor) ([]org.Team, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Orgs.Teams(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	return slices.DeleteFunc(all, func(t org.Team) bool { return !actor.InTeam(t.ID, org.Viewer) }), nil
}

// Team is one team that the actor knows, archived or not.
func (s *Service) Team(ctx context.Context, actor org.Actor, t id.Team) (org.Team, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return org.Team{}, err
	}
	if !actor.InTeam(t, org.Viewer) {
		return org.Team{}, org.MissingTeam()
	}
	return s.Orgs.Team(ctx, actor.Org, t)
}

// MayManage reports whether the actor may change a team itself: rename, move, merge, archive it. Those above the team
// may; of one outside departments that is the admins.
func MayManage(actor org.Actor, t org.Team) bool { return mayUnder(actor, t.Department) == nil }

// mayUnder refuses an actor who may not make or change teams under a department; zero is none.
func mayUnder(actor org.Actor, d id.Department) error {
	if d.IsZero() && actor.Everywhere(org.Manager) || !d.IsZero() && actor.InDepartment(d, org.Manager) {
		return nil
	}
	if d.IsZero() {
		return fault.New(fault.Forbidden, "forbidden", "Teams outside departments are the organization admins'. Choose one of your departments, or ask an admin.")
	}
	return fault.New(fault.Forbidden, "forbidden", "A department's teams are its manager's to change. Ask them, or an organization admin.")
}

// AddTeam makes a team in a department, or outside with a zero one.
func (s *Service) AddTeam(ctx context.Context, actor org.Actor, name string, department id.Department) (org.Team, error) {
	if err := actor.Require(org.Manager); err != nil {
		return org.Team{}, err
	}
	name, err := org.Name("name", "the team's name", name, maxName)
	if err != nil {
		return org.Team{}, err
	}
	t := org.Team{ID: id.NewTeam(s.IDs), Org: actor.Org, Department: department, Name: name, CreatedAt: s.Clock.Now()}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.receives(ctx, actor, department); err != nil {
			return err
		}
		if err := s.Orgs.AddTeam(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "team.created", Target: t.ID.String(), TargetName: t.Name, After: teamFacts(t)})
	})
	if err != nil {
		return org.Team{}, named("add team", "A team", err)
	}
	return t, nil
}

// receives refuses a department that is not there, not the actor's, or archived.
func (s *Service) receives(ctx context.Context, actor org.Actor, d id.Department) error {
	if !d.IsZero() {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		department, err := s.Department(ctx, actor, d)
		if err != nil {
			return err
		}
		if !department.ArchivedAt.IsZero() {
			return fault.Field("department", "This department is archived. Restore it first, or choose another.")
		}
	}
	return mayUnder(actor, d)
}

// RenameTeam gives a team another name.
func (s *Service) RenameTeam(ctx context.Context, actor org.Actor, team id.Team, name string) error {
	return s.changeTeam(ctx, actor, team, "team.renamed", func(ctx context.Context, t *org.Team) (err error) {
		t.Name, err = org.Name("name", "the team's name", name, maxName)
		return err
	})
}

// MoveTeam puts a team with its people and keys under another department, or outside with a zero one. From then on its
// requests spend under the new department; what was spent, and what is under way, stays with the old one. The managers of
// both departments must agree, so it is done by somebody who manages both, or an admin.
func (s *Service) MoveTeam(ctx context.Context, actor org.Actor, team id.Team, to id.Department) error {
	return s.changeTeam(ctx, actor, team, "team.moved", func(ctx context.Context, t *org.Team) error {
		if !t.ArchivedAt.IsZero() {
			return fault.New(fault.Conflict, "archived", "This team is archived. Restore it before you move it.")
		}
		if t.Department == to {
			return fault.Field("department", "The team is there already. Choose another department.")
		}
		t.Department = to
		return s.receives(ctx, actor, to)
	})
}

// ArchiveTeam puts a team away: its keys are refused within a second, its budgets and limits bind nobody, nobody can be
// put into it. People, keys and history stay, and RestoreTeam brings all of it back.
func (s *Service) ArchiveTeam(ctx context.Context, actor org.Actor, team id.Team) error {
	return s.changeTeam(ctx, actor, team, "team.archived", func(_ context.Context, t *org.Team) error {
		if t.ArchivedAt.IsZero() {
			t.ArchivedAt = s.Clock.Now()
		}
		return nil
	})
}

// RestoreTeam takes an archived team back into use.
func (s *Service) RestoreTeam(ctx context.Context, actor org.Actor, team id.Team) error {
	return s.changeTeam(ctx, actor, team, "team.restored", func(ctx context.Context, t *org.Team) error {
		t.ArchivedAt = time.Time{}
		if t.Department.IsZero() {
			return nil
		}
		d, err := s.Orgs.Department(ctx, t.Org, t.Department)
		if err == nil && !d.ArchivedAt.IsZero() {
			return fault.New(fault.Conflict, "archived", "The team's department is archived. Restore that first, or move the team's people elsewhere.")
		}
		return err
	})
}

// changeTeam is a change of one team that the actor manages. One that changes nothing writes nothing.
func (s *Service) changeTeam(ctx context.Context, actor org.Actor, team id.Team, action string, change func(context.Context, *org.Team) error) error {
	if err := actor.Require(org.Manager); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		t, err := s.managed(ctx, actor, team)
		if err != nil {
			return err
		}
		before := t
		if err := change(ctx, &t); err != nil || t == before {
			return err
		}
		if err := s.Orgs.SetTeam(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: t.ID.String(), TargetName: before.Name, Before: teamFacts(before), After: teamFacts(t)})
	})
	if err != nil {
		return named(action, "A team", err)
	}
	s.treeChanged(ctx)
	return nil
}

// managed is a team that the actor may change.
func (s *Service) managed(ctx context.Context, actor org.Actor, team id.Team) (org.Team, error) {
	t, err := s.Team(ctx, actor, team)
	if err != nil {
		return t, err
	}
	return t, mayUnder(actor, t.Department)
}

// MergeTeam gives all that a team has to another one and archives it: people, service accounts and keys move, and spend
// for the other team from then on. The merged team's budgets and limits end with it; what was spent, and what is under
// way, stays where it was spent. Somebody in both keeps the role they have in the other; a lead comes as a developer.
func (s *Service) MergeTeam(ctx context.Context, actor org.Actor, from, to id.Team) error {
	if err := actor.Require(org.Manager); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		a, err := s.managed(ctx, actor, from)
		if err != nil {
			return err
		}
		if from == to {
			return fault.Field("into", "A team cannot be merged into itself. Choose another one.")
		}
		b, err := s.managed(ctx, actor, to)
		if err != nil {
			return err
		}
		if !a.ArchivedAt.IsZero() {
			return fault.New(fault.Conflict, "archived", "This team is archived. Restore it before you merge it.")
		}
		if !b.ArchivedAt.IsZero() {
			return fault.Field("into", "This team is archived. Restore it first, or choose another.")
		}
		all, err := s.Orgs.Contents(ctx, a.Org, []id.Team{a.ID})
		if err != nil {
			return err
		}
		if err := s.Orgs.EmptyTeam(ctx, a.Org, a, b); err != nil {
			return err
		}
		before := teamFacts(a)
		a.ArchivedAt = s.Clock.Now()
		if err := s.Orgs.SetTeam(ctx, a); err != nil {
			return err
		}
		after := teamFacts(a)
		after["into"], after["members"], after["keys"], after["accounts"] = b.ID.String(), all[a.ID].Members, all[a.ID].Keys, all[a.ID].Accounts
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "team.merged", Target: a.ID.String(), TargetName: a.Name, Before: before, After: after})
	})
	if err != nil {
		return fmt.Errorf("merge team: %w", err)
	}
	s.treeChanged(ctx)
	return nil
}

// TeamContents counts what hangs on teams that the actor knows; others are left out.
func (s *Service) TeamContents(ctx context.Context, actor org.Actor, teams []id.Team) (map[id.Team]org.Contents, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	known := slices.DeleteFunc(slices.Clone(teams), func(t id.Team) bool { return !actor.InTeam(t, org.Viewer) })
	out, err := s.Orgs.Contents(ctx, actor.Org, known)
	if err != nil {
		return nil, fmt.Errorf("team contents: %w", err)
	}
	return out, nil
}

func teamFacts(t org.Team) map[string]any {
	out := map[string]any{"name": t.Name, "archived": !t.ArchivedAt.IsZero()}
	if !t.Department.IsZero() {
		out["department"] = t.Department.String()
	}
	return out
}

// named words a conflict of names, and says what failed otherwise.
func named(op, what string, err error) error {
	if fault.Is(err, fault.Conflict) && isTaken(err) {
		return fault.Field("name", what+" of this name exists already. Archived ones keep theirs.")
	}
	return fmt.Errorf("%s: %w", op, err)
}
