package experiment

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// JudgeAll looks at every running experiment and ends those that are decided. Jobs call it, as often as they like: the statistics
// allow for it.
func (s *Service) JudgeAll(ctx context.Context) error {
	running, err := s.Store.Live(ctx)
	for _, e := range running {
		if wrong := s.judge(ctx, e); wrong != nil && !errors.Is(wrong, ErrChanged) { // else another look, or a person, was first
			err = errors.Join(err, fmt.Errorf("experiment %s: %w", e.ID, wrong))
		}
	}
	return err
}

func (s *Service) judge(ctx context.Context, e Experiment) error {
	tallies, err := s.Store.Tallies(ctx, e.Org, e.ID)
	if err != nil {
		return err
	}
	j := Judge(&e, tallies)
	if j.Verdict == Open {
		return nil
	}
	before := e
	e.State, e.Verdict, e.Winner, e.Harmful, e.Why, e.EndedAt = Finished, j.Verdict, j.Winner, j.Harmful, j.Why, s.Clock.Now().UTC()
	action := "experiment.finished"
	if j.Verdict == Harm {
		e.State, action = RolledBack, "experiment.rolled_back"
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Update(ctx, e); err != nil {
			return err
		}
		if err := s.Audit.Append(ctx, org.System(e.Org, "an experiment ended by itself"), entry(action, e, facts(before), facts(e))); err != nil {
			return err
		}
		return s.tell(ctx, e)
	})
	if err == nil {
		s.changed(ctx)
	}
	return err
}
