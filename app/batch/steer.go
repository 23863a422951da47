package batch

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// turn is a change of a batch by somebody who may, with its audit entry.
func (s *Service) turn(ctx context.Context, actor org.Actor, which id.Batch, action string, do func(ctx context.Context, b *Batch) error) (Entry, error) {
	if err := actor.Require(MayRun); err != nil {
		return Entry{}, err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		e, err := s.Get(ctx, actor, which)
		if err == nil && !s.May(ctx, actor, &e.Batch) {
			err = fault.New(fault.Forbidden, "forbidden", "You can see this batch, but not change it. Ask whose key it is.")
		}
		if err != nil {
			return err
		}
		before := string(e.State)
		if err := do(ctx, &e.Batch); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: which.String(), TargetName: e.Label(), Before: map[string]any{"state": before}, After: map[string]any{"state": string(e.State)}})
	})
	if err != nil {
		return Entry{}, err
	}
	s.tell(ctx)
	if action == "batch.deleted" {
		return Entry{}, nil
	}
	return s.Get(ctx, actor, which)
}

func (s *Service) move(ctx context.Context, b *Batch, from []State, to State, why, refusal string) error {
	moved, err := s.Store.Move(ctx, b.Org, b.ID, from, to, why, s.now())
	if err == nil && !moved {
		err = fault.New(fault.Conflict, "batch_state", refusal)
	}
	b.State = to
	return err
}

// Pause lets what is under way come to its end and begins nothing more, until somebody resumes the batch.
func (s *Service) Pause(ctx context.Context, actor org.Actor, which id.Batch) (Entry, error) {
	return s.turn(ctx, actor, which, "batch.paused", func(ctx context.Context, b *Batch) error {
		return s.move(ctx, b, []State{Running, Validating}, Paused, "Paused by "+actor.Label+".", "Only a batch that is under way can be paused.")
	})
}

// Resume goes on with a batch that waits. limit is its cost limit from now on; 0 leaves it as it is.
func (s *Service) Resume(ctx context.Context, actor org.Actor, which id.Batch, limit money.USD) (Entry, error) {
	return s.turn(ctx, actor, which, "batch.resumed", func(ctx context.Context, b *Batch) error {
		t, err := s.Store.Tally(ctx, b.Org, b.ID)
		if err != nil {
			return err
		}
		if limit > 0 {
			b.Body.Cap = limit
		}
		if spent := t.Spent(); b.Body.Cap > 0 && b.Body.Cap <= spent {
			return fault.Field("max_cost_usd", fmt.Sprintf("It has cost $%s already. Set a limit above that.", spent))
		}
		to := Running
		if b.BeganAt.IsZero() {
			to = Validating
		}
		if err := s.move(ctx, b, []State{Paused}, to, "", "Only a batch that is paused can be resumed."); err != nil {
			return err
		}
		if b.Body.OffPeak { // a node looks whether it is its time
			if err := s.Store.Wake(ctx, b.Org, b.ID, s.now()); err != nil {
				return err
			}
		}
		return s.Store.SetBody(ctx, b.Org, b.ID, b.Body)
	})
}

// End cancels a batch: what is under way is broken off and billed as far as it came, and the rest is listed.
func (s *Service) End(ctx context.Context, actor org.Actor, which id.Batch) (Entry, error) {
	return s.turn(ctx, actor, which, "batch.cancelled", func(ctx context.Context, b *Batch) error {
		return s.move(ctx, b, []State{Running, Validating, Paused}, Cancelling, "", "This batch is over already, or being cancelled.")
	})
}

// Remove deletes a batch that is over, with its results.
func (s *Service) Remove(ctx context.Context, actor org.Actor, which id.Batch) error {
	_, err := s.turn(ctx, actor, which, "batch.deleted", func(ctx context.Context, b *Batch) error {
		if !b.State.Over() {
			return fault.New(fault.Conflict, "batch_under_way", "This batch is not over. Cancel it first, or wait for its end.")
		}
		return s.forget(ctx, *b)
	})
	return err
}
