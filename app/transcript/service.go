package transcript

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Teams know an organization's teams. *db.OrgStore implements it.
type Teams interface {
	Teams(ctx context.Context, o id.Org) ([]org.Team, error)
}

// Parts are what Service works with. All are required.
type Parts struct {
	Store Store
	Teams Teams
	Vault Vault
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	Clock clock.Clock
	Log   *slog.Logger
}

// Service is the control plane: whose texts are kept, and reading them.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Missing refuses a request of which nothing is kept, or that is not the actor's to read.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "No text is kept of this request, or it is not yours to read.")
}

func noTeam() *fault.Error {
	return org.MissingTeam()
}

// Team is what is kept of one team.
type Team struct {
	ID   id.Team
	Name string
	// Wanted is for how many days the team wants its texts kept, Days for how many they are, after the organization's bound; 0 is not
	// at all.
	Wanted, Days int
	Kept         int64 // texts that are there
	MaySet       bool
}

// Overview is what is kept of the teams that the actor sees.
type Overview struct {
	Bound    Bound
	MayBound bool
	// Held says that a legal hold keeps everything from going.
	Held  bool
	Teams []Team
}

// Overview is everybody's to see: people know whether what they type is kept.
func (s *Service) Overview(ctx context.Context, actor org.Actor) (Overview, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Overview{}, err
	}
	out := Overview{MayBound: actor.Require(MayBound) == nil}
	bound, wanted, err := s.settings(ctx, actor.Org)
	if err != nil {
		return out, err
	}
	if out.Held, err = s.Store.Held(ctx, actor.Org); err != nil {
		return out, fmt.Errorf("transcript: legal holds: %w", err)
	}
	kept, err := s.Store.Count(ctx, actor.Org)
	if err != nil {
		return out, fmt.Errorf("transcript: count: %w", err)
	}
	teams, err := s.Teams.Teams(ctx, actor.Org)
	if err != nil {
		return out, fmt.Errorf("transcript: teams: %w", err)
	}
	out.Bound = bound
	for _, t := range teams {
		if !actor.InTeam(t.ID, org.Viewer) || !t.ArchivedAt.IsZero() && wanted[t.ID] == 0 {
			continue
		}
		out.Teams = append(out.Teams, Team{ID: t.ID, Name: t.Name, Wanted: wanted[t.ID], Days: bound.Allows(wanted[t.ID]), Kept: kept[t.ID], MaySet: maySet(actor, t.ID)})
	}
	return out, nil
}

func (s *Service) settings(ctx context.Context, o id.Org) (Bound, map[id.Team]int, error) {
	bound, err := s.bound(ctx, o)
	if err != nil {
		return bound, nil, err
	}
	wanted, err := s.Store.Teams(ctx, o)
	if err != nil {
		err = fmt.Errorf("transcript: settings of teams: %w", err)
	}
	return bound, wanted, err
}

func (s *Service) bound(ctx context.Context, o id.Org) (Bound, error) {
	b, ok, err := s.Store.Bound(ctx, o)
	if err != nil {
		return b, fmt.Errorf("transcript: bound: %w", err)
	}
	if !ok {
		b = Bound{MostDays: DefaultMost}
	}
	return b, nil
}

// Days is for how many days the texts of a team's requests are kept, 0 for not at all. Members of the team may know.
func (s *Service) Days(ctx context.Context, actor org.Actor, t id.Team) (int, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return 0, err
	}
	if !actor.InTeam(t, org.Viewer) {
		return 0, noTeam()
	}
	return s.days(ctx, actor.Org, t)
}

func (s *Service) days(ctx context.Context, o id.Org, t id.Team) (int, error) {
	bound, wanted, err := s.settings(ctx, o)
	return bound.Allows(wanted[t]), err
}

// Mine are the teams that the actor works in whose texts are kept.
func (s *Service) Mine(ctx context.Context, actor org.Actor) (out []Team, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	bound, wanted, err := s.settings(ctx, actor.Org)
	if err != nil || bound.Forbidden || len(wanted) == 0 {
		return nil, err
	}
	teams, err := s.Teams.Teams(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("transcript: teams: %w", err)
	}
	for _, t := range teams {
		if days := bound.Allows(wanted[t.ID]); days > 0 && slices.Contains(actor.Teams, t.ID) {
			out = append(out, Team{ID: t.ID, Name: t.Name, Wanted: wanted[t.ID], Days: days})
		}
	}
	return out, nil
}

// team is one that the actor sees and may set.
func (s *Service) team(ctx context.Context, actor org.Actor, which id.Team) (org.Team, error) {
	all, err := s.Teams.Teams(ctx, actor.Org)
	if err != nil {
		return org.Team{}, err
	}
	for _, t := range all {
		if t.ID != which || !actor.InTeam(t.ID, org.Viewer) {
			continue
		}
		if !maySet(actor, t.ID) {
			return t, fault.New(fault.Forbidden, "forbidden", "Whether a team's texts are kept is decided by its department manager. Ask them, or an organization admin.")
		}
		return t, nil
	}
	return org.Team{}, noTeam()
}
