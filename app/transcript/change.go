package transcript

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func maySet(actor org.Actor, t id.Team) bool {
	return actor.Require(MaySet) == nil && actor.InTeam(t, MaySet)
}

// SetBound says whether teams may keep texts, and for how long at most. What is older than that goes within the hour.
func (s *Service) SetBound(ctx context.Context, actor org.Actor, b Bound) error {
	if err := actor.Require(MayBound); err != nil {
		return err
	}
	if err := within("most_days", b.MostDays); err != nil {
		return err
	}
	return s.change(ctx, "bound", func(ctx context.Context) error {
		was, err := s.bound(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := s.Store.SetBound(ctx, actor.Org, b); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "transcripts.bounded", Target: actor.Org.String(), TargetName: "Kept texts", Before: was.stored(), After: b.stored()})
	})
}

func (b Bound) stored() map[string]any {
	return map[string]any{"forbidden": b.Forbidden, "most_days": b.MostDays}
}

// Set says for how many days a team's texts are kept; 0 is not at all, and what is there goes within the hour.
func (s *Service) Set(ctx context.Context, actor org.Actor, t id.Team, days int) error {
	if err := actor.Require(MaySet); err != nil {
		return err
	}
	if days != 0 {
		if err := within("days", days); err != nil {
			return err
		}
	}
	return s.change(ctx, "set", func(ctx context.Context) error {
		team, err := s.team(ctx, actor, t)
		if err != nil {
			return err
		}
		bound, wanted, err := s.settings(ctx, actor.Org)
		if err != nil {
			return err
		}
		switch {
		case days > 0 && bound.Forbidden:
			return fault.New(fault.Conflict, "transcripts_forbidden", "Your organization does not allow its teams to keep texts. Ask an organization admin.")
		case days > bound.MostDays:
			return fault.Field("days", fmt.Sprintf("Your organization keeps texts for %d days at most. Enter %d or fewer, or ask an organization admin.", bound.MostDays, bound.MostDays))
		}
		if err := s.Store.SetTeam(ctx, actor.Org, t, days); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "transcripts.set", Target: t.String(), TargetName: "Kept texts of " + team.Name, Before: map[string]any{"days": wanted[t]}, After: map[string]any{"days": days}})
	})
}

func within(field string, days int) error {
	if days < LeastDays || days > MostDays {
		return fault.Field(field, fmt.Sprintf("Texts are kept for %d to %d days.", LeastDays, MostDays))
	}
	return nil
}

func (s *Service) change(ctx context.Context, op string, do func(ctx context.Context) error) error {
	if err := s.Tx.Do(ctx, do); err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			return err
		}
		return fmt.Errorf("transcript: %s: %w", op, err)
	}
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("what is kept changed, but listeners could not be told", "error", err.Error())
	}
	return nil
}
