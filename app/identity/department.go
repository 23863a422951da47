package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Departments are those in use that the actor knows: those they have a role in, and those of the teams they know.
func (s *Service) Departments(ctx context.Context, actor org.Actor) ([]org.Department, error) {
	all, err := s.AllDepartments(ctx, actor)
	return slices.DeleteFunc(all, func(d org.Department) bool { return !d.ArchivedAt.IsZero() }), err
}

// AllDepartments are Departments with the archived ones.
func (s *Service) AllDepartments(ctx context.Context, actor org.Actor) ([]org.Department, error) {
	teams, err := s.AllTeams(ctx, actor)
	if err != nil {
		return nil, err
	}
	all, err := s.Orgs.Departments(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	own := map[id.Department]bool{}
	for _, t := range teams {
		own[t.Department] = true
	}
	return slices.DeleteFunc(all, func(d org.Department) bool { return !own[d.ID] && !actor.InDepartment(d.ID, org.Viewer) }), nil
}

// Department is one department that the actor knows, archived or not.
func (s *Service) Department(ctx context.Context, actor org.Actor, d id.Department) (org.Department, error) {
	all, err := s.AllDepartments(ctx, actor)
	if err != nil {
		return org.Department{}, err
	}
	for _, known := range all {
		if known.ID == d {
			return known, nil
		}
	}
	return org.Department{}, org.MissingDepartment()
}

// AddDepartment makes a department, for admins.
func (s *Service) AddDepartment(ctx context.Context, actor org.Actor, name string) (org.Department, error) {
	if err := actor.Require(org.Admin); err != nil {
		return org.Department{}, err
	}
	name, err := org.Name("name", "the department's name", name, maxName)
	if err != nil {
		return org.Department{}, err
	}
	d := org.Department{ID: id.NewDepartment(s.IDs), Org: actor.Org, Name: name, CreatedAt: s.Clock.Now()}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.AddDepartment(ctx, d); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "department.created", Target: d.ID.String(), TargetName: d.Name, After: departmentFacts(d)})
	})
	if err != nil {
		return org.Department{}, named("add department", "A department", err)
	}
	return d, nil
}

// RenameDepartment gives a department another name, for admins and its managers.
func (s *Service) RenameDepartment(ctx context.Context, actor org.Actor, department id.Department, name string) error {
	return s.changeDepartment(ctx, actor, department, org.Manager, "department.renamed", func(_ context.Context, d *org.Department) (err error) {
		d.Name, err = org.Name("name", "the department's name", name, maxName)
		return err
	})
}

// ArchiveDepartment puts a department without teams in use away, for admins. Its budgets and limits bind nobody then.
func (s *Service) ArchiveDepartment(ctx context.Context, actor org.Actor, department id.Department) error {
	return s.changeDepartment(ctx, actor, department, org.Admin, "department.archived", func(ctx context.Context, d *org.Department) error {
		teams, err := s.teamsUnder(ctx, *d)
		if err != nil {
			return err
		}
		used := 0
		for _, t := range teams {
			if t.ArchivedAt.IsZero() {
				used++
			}
		}
		if used > 0 {
			return fault.Newf(fault.Conflict, "has_teams", "The department still has teams in use (%d). Move, merge or archive them first, or merge the department into another one.", used)
		}
		if d.ArchivedAt.IsZero() {
			d.ArchivedAt = s.Clock.Now()
		}
		return nil
	})
}

// RestoreDepartment takes an archived department back into use, for admins.
func (s *Service) RestoreDepartment(ctx context.Context, actor org.Actor, department id.Department) error {
	return s.changeDepartment(ctx, actor, department, org.Admin, "department.restored", func(_ context.Context, d *org.Department) error {
		d.ArchivedAt = time.Time{}
		return nil
	})
}

func (s *Service) changeDepartment(ctx context.Context, actor org.Actor, department id.Department, floor org.Role, action string, change func(context.Context, *org.Department) error) error {
	if err := actor.Require(floor); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		d, err := s.Department(ctx, actor, department)
		if err != nil {
			return err
		}
		if !actor.InDepartment(d.ID, floor) {
			return fault.New(fault.Forbidden, "forbidden", "A department is changed by its manager or an organization admin. Ask one of them.")
		}
		before := d
		if err := change(ctx, &d); err != nil || d == before {
			return err
		}
		if err := s.Orgs.SetDepartment(ctx, d); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: d.ID.String(), TargetName: before.Name, Before: departmentFacts(before), After: departmentFacts(d)})
	})
	if err != nil {
		return named(action, "A department", err)
	}
	s.treeChanged(ctx)
	return nil
}

// MergeDepartment moves all teams of a department into another one and archives it, for admins. The teams keep people,
// keys and budgets, and spend under the other department from then on. Managers and viewers of the merged department do
// not become those of the other: that is decided by whoever gives roles there.
func (s *Service) MergeDepartment(ctx context.Context, actor org.Actor, from, to id.Department) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		a, err := s.Department(ctx, actor, from)
		if err != nil {
			return err
		}
		if from == to {
			return fault.Field("into", "A department cannot be merged into itself. Choose another one.")
		}
		b, err := s.Department(ctx, actor, to)
		if err != nil {
			return err
		}
		if !a.ArchivedAt.IsZero() {
			return fault.New(fault.Conflict, "archived", "This department is archived. Restore it before you merge it.")
		}
		if !b.ArchivedAt.IsZero() {
			return fault.Field("into", "This department is archived. Restore it first, or choose another.")
		}
		teams, err := s.teamsUnder(ctx, a)
		if err != nil {
			return err
		}
		moved := make([]string, 0, len(teams))
		for _, t := range teams {
			t.Department = b.ID
			if err := s.Orgs.SetTeam(ctx, t); err != nil {
				return err
			}
			moved = append(moved, t.ID.String())
		}
		before := departmentFacts(a)
		a.ArchivedAt = s.Clock.Now()
		if err := s.Orgs.SetDepartment(ctx, a); err != nil {
			return err
		}
		after := departmentFacts(a)
		after["into"], after["teams"] = b.ID.String(), moved
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "department.merged", Target: a.ID.String(), TargetName: a.Name, Before: before, After: after})
	})
	if err != nil {
		return fmt.Errorf("merge department: %w", err)
	}
	s.treeChanged(ctx)
	return nil
}

// teamsUnder are a department's teams, archived ones too.
func (s *Service) teamsUnder(ctx context.Context, d org.Department) ([]org.Team, error) {
	all, err := s.Orgs.Teams(ctx, d.Org)
	return slices.DeleteFunc(all, func(t org.Team) bool { return t.Department != d.ID }), err
}

func departmentFacts(d org.Department) map[string]any {
	return map[string]any{"name": d.Name, "archived": !d.ArchivedAt.IsZero()}
}

// isTaken reports whether a store refused a name that is there already.
func isTaken(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == "exists"
}
