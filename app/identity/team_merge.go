package identity

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

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
