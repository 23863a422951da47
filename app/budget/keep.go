package budget

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/live"
)

const (
	// keepEvery is how long the keeper sleeps at most: it hears of what ends sooner by the bus.
	keepEvery = time.Minute
	// keepAgain is how soon it tries again when the database did not answer.
	keepAgain = 2 * time.Second
)

// Keep ends grants and requests when their time is over, until ctx ends, and begins periods that inherit something. Every
// serving process runs it: the rows are locked, so several do no harm.
func (s *Service) Keep(ctx context.Context) error {
	heard := s.Bus.Subscribe(ctx)
	for {
		wait := keepEvery
		next, err := s.Expire(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.Log.Warn("what ends in budgets was not ended; trying again", "error", err)
			wait = keepAgain
		case !next.IsZero():
			wait = min(wait, max(0, next.Sub(s.Clock.Now())))
		}
		if !sleep(ctx, wait, heard) {
			return nil
		}
	}
}

// sleep waits for d, for a change of budgets, or for the end, which is false.
func sleep(ctx context.Context, d time.Duration, heard <-chan live.Topic) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		case t, ok := <-heard:
			if !ok {
				return false
			}
			if t == Topic || t == live.All {
				return true
			}
		}
	}
}

// Expire ends what is over by now and says when the next thing ends; zero for never.
func (s *Service) Expire(ctx context.Context) (next time.Time, err error) {
	now := s.now()
	changed, grants, err := s.Store.EndDue(ctx, now)
	requests, again := s.Store.ExpireRequests(ctx, now)
	begun, failed := s.Store.BeginDue(ctx, now)
	if changed || begun {
		s.changed(ctx)
	}
	if next = grants; next.IsZero() || !requests.IsZero() && requests.Before(next) {
		next = requests
	}
	return next, errors.Join(err, again, failed)
}
