package transcript

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Sweep deletes texts whose time is over, by what each team wants and its organization allows now, and all of teams that keep none any
// more. A legal hold keeps an organization's. It may die in the middle and run twice.
func (s *Service) Sweep(ctx context.Context) error {
	orgs, err := s.Store.Organizations(ctx)
	if err != nil {
		return fmt.Errorf("transcript: sweep: %w", err)
	}
	now := s.Clock.Now().UTC()
	var errs []error
	for _, o := range orgs {
		if err := s.sweep(ctx, o, now); err != nil {
			errs = append(errs, fmt.Errorf("transcript: sweep of organization %s: %w", o, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Service) sweep(ctx context.Context, o id.Org, now time.Time) error {
	bound, wanted, err := s.settings(ctx, o)
	if err != nil {
		return err
	}
	var keep []id.Team
	for t, days := range wanted {
		if days = bound.Allows(days); days == 0 {
			continue
		}
		keep = append(keep, t)
		if err := all(func() (bool, error) { return s.Store.Forget(ctx, o, t, now.AddDate(0, 0, -days)) }); err != nil {
			return err
		}
	}
	return all(func() (bool, error) { return s.Store.Drop(ctx, o, keep) })
}

// all repeats what deletes in short transactions until nothing is left.
func all(some func() (more bool, err error)) error {
	for {
		if more, err := some(); err != nil || !more {
			return err
		}
	}
}
