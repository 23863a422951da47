package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Accounts are the service accounts of the teams that the actor knows, archived ones too, by name.
func (s *Service) Accounts(ctx context.Context, actor org.Actor) ([]org.Account, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	teams, all := actor.Seen()
	if all {
		teams = nil
	} else if teams == nil {
		teams = []id.Team{}
	}
	out, err := s.Orgs.Accounts(ctx, actor.Org, teams)
	if err != nil {
		return nil, fmt.Errorf("list service accounts: %w", err)
	}
	return out, nil
}

// Account is one service account of a team that the actor knows.
func (s *Service) Account(ctx context.Context, actor org.Actor, account id.Account) (org.Account, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return org.Account{}, err
	}
	a, err := s.Orgs.Account(ctx, actor.Org, account)
	if err != nil {
		return org.Account{}, err
	}
	if !actor.InTeam(a.Team, org.Viewer) {
		return org.Account{}, org.MissingAccount()
	}
	return a, nil
}

// AddAccount makes a service account in a team, for its leads and those above.
func (s *Service) AddAccount(ctx context.Context, actor org.Actor, team id.Team, name string) (org.Account, error) {
	if err := actor.Require(org.Lead); err != nil {
		return org.Account{}, err
	}
	name, err := org.Name("name", "the service account's name", name, maxName)
	if err != nil {
		return org.Account{}, err
	}
	a := org.Account{ID: id.NewAccount(s.IDs), Org: actor.Org, Team: team, Name: name, CreatedAt: s.Clock.Now()}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.hosts(ctx, actor, team); err != nil {
			return err
		}
		if err := s.Orgs.AddAccount(ctx, a); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "account.created", Target: a.ID.String(), TargetName: a.Name, After: accountFacts(a)})
	})
	if err != nil {
		return org.Account{}, named("add service account", "A service account", err)
	}
	return a, nil
}

// hosts refuses a team that is not there, not the actor's to lead, or archived.
func (s *Service) hosts(ctx context.Context, actor org.Actor, team id.Team) error {
	if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
		return err
	}
	t, err := s.Team(ctx, actor, team)
	if err != nil {
		return err
	}
	if !t.ArchivedAt.IsZero() {
		return fault.Field("team", "This team is archived. Restore it first, or choose another.")
	}
	if !actor.InTeam(team, org.Lead) {
		return fault.New(fault.Forbidden, "forbidden", "Service accounts are the team lead's. Ask yours.")
	}
	return nil
}

// RenameAccount gives a service account another name; its keys show it at once.
func (s *Service) RenameAccount(ctx context.Context, actor org.Actor, account id.Account, name string) error {
	return s.changeAccount(ctx, actor, account, "account.renamed", func(_ context.Context, a *org.Account) (err error) {
		a.Name, err = org.Name("name", "the service account's name", name, maxName)
		return err
	})
}

// MoveAccount puts a service account with its keys into another team, which pays from then on. The actor leads both.
func (s *Service) MoveAccount(ctx context.Context, actor org.Actor, account id.Account, to id.Team) error {
	return s.changeAccount(ctx, actor, account, "account.moved", func(ctx context.Context, a *org.Account) error {
		if a.Team == to {
			return fault.Field("team", "The service account is there already. Choose another team.")
		}
		a.Team = to
		return s.hosts(ctx, actor, to)
	})
}

// ArchiveAccount puts a service account away: its keys are refused within a second.
func (s *Service) ArchiveAccount(ctx context.Context, actor org.Actor, account id.Account) error {
	return s.changeAccount(ctx, actor, account, "account.archived", func(_ context.Context, a *org.Account) error {
		if a.ArchivedAt.IsZero() {
			a.ArchivedAt = s.Clock.Now()
		}
		return nil
	})
}

// RestoreAccount takes an archived service account back into use.
func (s *Service) RestoreAccount(ctx context.Context, actor org.Actor, account id.Account) error {
	return s.changeAccount(ctx, actor, account, "account.restored", func(ctx context.Context, a *org.Account) error {
		a.ArchivedAt = time.Time{}
		return s.hosts(ctx, actor, a.Team)
	})
}

func (s *Service) changeAccount(ctx context.Context, actor org.Actor, account id.Account, action string, change func(context.Context, *org.Account) error) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		a, err := s.Account(ctx, actor, account)
		if err != nil {
			return err
		}
		if !actor.InTeam(a.Team, org.Lead) {
			return fault.New(fault.Forbidden, "forbidden", "Service accounts are the team lead's. Ask yours.")
		}
		before := a
		if err := change(ctx, &a); err != nil || a == before {
			return err
		}
		if err := s.Orgs.SetAccount(ctx, a); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: a.ID.String(), TargetName: before.Name, Before: accountFacts(before), After: accountFacts(a)})
	})
	if err != nil {
		return named(action, "A service account", err)
	}
	s.changed(ctx)
	return nil
}

func accountFacts(a org.Account) map[string]any {
	return map[string]any{"name": a.Name, "team": a.Team.String(), "archived": !a.ArchivedAt.IsZero()}
}
