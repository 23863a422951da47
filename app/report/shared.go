package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// MaxShared bounds the views of one team.
const MaxShared = 50

// SharedView is a view that everybody in a team finds. Each reader sees their own reach through it: it holds filters, no rows.
type SharedView struct {
	View
	Team      id.Team
	TeamName  string
	Owner     id.Member // who shared it, also after they left; zero if a management token did
	OwnerName string
	MayChange bool // by whoever asked: its owner, and managers of the team
}

// SharedStore keeps what teams share. *db.ReportStore implements it.
type SharedStore interface {
	// SharedViews are those of the teams in use among some, or of all, by team and name.
	SharedViews(ctx context.Context, o id.Org, page string, teams []id.Team, all bool) ([]SharedView, error)
	// TeamsInUse are the teams among some, or all, that were not put away, by name.
	TeamsInUse(ctx context.Context, o id.Org, teams []id.Team, all bool) ([]Choice, error)
	// ShareView puts a view in place of the team's of the same name.
	ShareView(ctx context.Context, o id.Org, page string, v SharedView, at time.Time) error
	UnshareView(ctx context.Context, o id.Org, page string, t id.Team, name string) error
}

// Sharing is which views teams share: a part of its own because what one keeps for oneself is nobody's business, and what
// a team sees is audited. All fields are required.
type Sharing struct {
	Store SharedStore
	Tx    work.Tx
	Audit audit.Log
	Clock clock.Clock
}

// List are the views of the actor's teams, and the teams that the actor can share with.
func (s *Sharing) List(ctx context.Context, a org.Actor) ([]SharedView, []Choice, error) {
	if err := a.Require(org.Viewer); err != nil {
		return nil, nil, err
	}
	teams, all := a.Seen()
	list, err := s.Store.SharedViews(ctx, a.Org, requestsPage, teams, all)
	if err != nil {
		return nil, nil, fmt.Errorf("report: shared views: %w", err)
	}
	for i := range list {
		list[i].MayChange = mayChange(a, list[i])
	}
	choices, err := s.Store.TeamsInUse(ctx, a.Org, teams, all)
	if err != nil {
		return nil, nil, fmt.Errorf("report: teams to share with: %w", err)
	}
	return list, choices, nil
}

// whose begins a sentence about who shares a view.
func (v SharedView) whose() string {
	if v.Owner.IsZero() {
		return "A program"
	}
	return v.OwnerName
}

func mayChange(a org.Actor, v SharedView) bool {
	return !v.Owner.IsZero() && v.Owner == a.Member || a.InTeam(v.Team, org.Manager)
}

// Share gives a view to a team of the actor's, or changes the one of that name, which stays its owner's. What a management
// token of the organization shares is nobody's own, so it takes a manager's role.
func (s *Sharing) Share(ctx context.Context, a org.Actor, t id.Team, v View) (out SharedView, err error) {
	if err := a.Require(org.Viewer); err != nil {
		return out, err
	}
	if v, err = v.clean(); err != nil {
		return out, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		have, teams, err := s.List(ctx, a)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(teams, func(c Choice) bool { return c.ID == t.String() })
		if i < 0 {
			return fault.Field("team", "Choose a team that you belong to.")
		}
		if a.Member.IsZero() && !a.InTeam(t, org.Manager) {
			return fault.New(fault.Forbidden, "not_allowed", "Tokens of an organization share views with a manager's role and higher. Take a personal token, or one with that role.")
		}
		have = slices.DeleteFunc(have, func(o SharedView) bool { return o.Team != t })
		next := SharedView{View: v, Team: t, TeamName: teams[i].Name, Owner: a.Member, MayChange: true}
		entry := audit.Entry{Action: "view.shared", Target: t.String(), TargetName: v.Name}
		switch at := slices.IndexFunc(have, func(o SharedView) bool { return o.Name == v.Name }); {
		case at >= 0 && !have[at].MayChange:
			return fault.Field("name", fmt.Sprintf("%s shares a view of that name with %s already. Take another name, or ask them to change it.", have[at].whose(), teams[i].Name))
		case at >= 0:
			next.Owner, next.OwnerName, entry.Before = have[at].Owner, have[at].OwnerName, facts(have[at])
		case len(have) >= MaxShared:
			return fault.Field("team", fmt.Sprintf("%s shares %d views already. End one first.", teams[i].Name, MaxShared))
		}
		if err := s.Store.ShareView(ctx, a.Org, requestsPage, next, s.Clock.Now()); err != nil {
			return fmt.Errorf("report: share a view: %w", err)
		}
		out, entry.After = next, facts(next)
		return s.Audit.Append(ctx, a, entry)
	})
	return out, err
}

// Unshare ends what a team shares. Its owner and managers of the team may.
func (s *Sharing) Unshare(ctx context.Context, a org.Actor, t id.Team, name string) error {
	if err := a.Require(org.Viewer); err != nil {
		return err
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		have, _, err := s.List(ctx, a)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(have, func(o SharedView) bool { return o.Team == t && o.Name == name })
		if i < 0 {
			return fault.New(fault.NotFound, "not_found", "Your teams share no such view. Somebody may have ended it.")
		}
		if !have[i].MayChange {
			return fault.New(fault.Forbidden, "not_allowed", fmt.Sprintf("%s shares this view. They end it, or a manager of the team does.", have[i].whose()))
		}
		if err := s.Store.UnshareView(ctx, a.Org, requestsPage, t, name); err != nil {
			return fmt.Errorf("report: unshare a view: %w", err)
		}
		return s.Audit.Append(ctx, a, audit.Entry{Action: "view.unshared", Target: t.String(), TargetName: name, Before: facts(have[i])})
	})
}

func facts(v SharedView) map[string]any {
	return map[string]any{"team": v.TeamName, "name": v.Name, "query": strings.ReplaceAll(v.Query, "&", " "), "owner": v.Owner.String()}
}
