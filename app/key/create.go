package key

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Created is a new key with its secret, which exists here for the last time.
type Created struct {
	Key    Key
	Secret secret.String
}

// Create makes a key.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Created, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Created{}, err
	}
	return s.make(ctx, actor, in, "")
}

// make makes a key, or with a program's name the session of an agent.
func (s *Service) make(ctx context.Context, actor org.Actor, in Input, agent string) (Created, error) {
	now := s.Clock.Now()
	networks, classes, err := in.check(now)
	if err != nil {
		return Created{}, err
	}
	if err := s.mayCreate(ctx, actor, in); err != nil {
		return Created{}, err
	}
	text, minted, err := secret.Mint(s.Random, secret.VirtualKey, secret.Live)
	if err != nil {
		return Created{}, fmt.Errorf("create key: %w", err)
	}
	k := Key{ID: id.NewKey(s.IDs), Org: actor.Org, Name: in.Name, Team: in.Team, Member: in.Member, Account: in.Account, Public: minted.Public,
		Last4: minted.Last(), Models: in.Models, Networks: networks, Endpoints: classes, CreatedBy: actor.Label, CreatedAt: now, UpdatedAt: now, ExpiresAt: in.ExpiresAt, Agent: agent, Tags: in.Tags}
	k.KeyID, k.MAC = s.MAC.Sum(minted.Signed())
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if k.Member.IsZero() {
			var err error
			if k.AccountID, err = s.account(ctx, k); err != nil {
				return err
			}
		}
		if err := s.Store.Insert(ctx, k); err != nil {
			return err
		}
		if err := s.Audit.Append(ctx, actor, audit.Entry{Action: "key.created", Target: k.ID.String(), TargetName: k.Name, After: created(k)}); err != nil {
			return err
		}
		return s.allow(ctx, actor, k, in.Own)
	})
	if err != nil {
		return Created{}, fmt.Errorf("create key: %w", err)
	}
	s.changed(ctx)
	return Created{k, text}, nil
}

// account is the service account of the key's team that has the key's name for it. The first key of a name makes it.
func (s *Service) account(ctx context.Context, k Key) (id.Account, error) {
	all, err := s.Tree.Accounts(ctx, k.Org, []id.Team{k.Team})
	if err != nil {
		return id.Account{}, err
	}
	for _, a := range all {
		if a.Name != k.Account {
			continue
		}
		if !a.ArchivedAt.IsZero() {
			return id.Account{}, fault.Field("account", "The service account of this name is archived. Restore it first, or choose another name.")
		}
		return a.ID, nil
	}
	a := org.Account{ID: id.NewAccount(s.IDs), Org: k.Org, Team: k.Team, Name: k.Account, CreatedAt: k.CreatedAt}
	return a.ID, s.Tree.AddAccount(ctx, a)
}

// mayCreate checks that team and member exist, belong together, and are the actor's to make keys for.
func (s *Service) mayCreate(ctx context.Context, actor org.Actor, in Input) error {
	if !actor.InTeam(in.Team, org.Viewer) {
		return org.MissingTeam()
	}
	team, err := s.Tree.Team(ctx, actor.Org, in.Team)
	if err != nil {
		return err
	}
	if !team.ArchivedAt.IsZero() {
		return fault.Field("team", "This team is archived. Restore it first, or choose another.")
	}
	if !actor.InTeam(in.Team, org.Developer) {
		return fault.New(fault.Forbidden, "forbidden", "You read this team, but make no keys in it. Ask its lead.")
	}
	if in.Member.IsZero() {
		if !actor.InTeam(in.Team, org.Lead) {
			return fault.New(fault.Forbidden, "forbidden", "Keys of service accounts are made by team leads and above. Ask yours.")
		}
		return nil
	}
	if in.Member != actor.Member && !actor.InTeam(in.Team, org.Lead) {
		return fault.New(fault.Forbidden, "forbidden", "You can make keys for yourself only. Ask your team lead.")
	}
	m, err := s.Tree.Member(ctx, actor.Org, in.Member)
	if err != nil {
		return err
	}
	if !m.RemovedAt.IsZero() || !actor.Knows(m) {
		return org.MissingMember()
	}
	for _, t := range m.Teams {
		if t == in.Team {
			return nil
		}
	}
	return fault.Field("team", "This member is not in that team. A key spends for a team its member belongs to.")
}
