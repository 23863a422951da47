package evaluation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Runs are those of a dataset that the actor sees, newest first; of all datasets with a zero one.
func (s *Service) Runs(ctx context.Context, actor org.Actor, d id.Dataset) ([]Run, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	seen, err := s.Datasets(ctx, actor)
	if err != nil {
		return nil, err
	}
	mine := map[id.Dataset]bool{}
	for _, x := range seen {
		mine[x.ID] = true
	}
	if !d.IsZero() && !mine[d] {
		return nil, MissingDataset()
	}
	all, err := s.Store.Runs(ctx, actor.Org, d)
	if err != nil {
		return nil, fmt.Errorf("evaluation: runs: %w", err)
	}
	return slices.DeleteFunc(all, func(r Run) bool { return !mine[r.Dataset] }), nil
}

// find is a run that the actor sees, with its dataset.
func (s *Service) find(ctx context.Context, actor org.Actor, which id.Evaluation) (Run, Dataset, error) {
	r, err := s.Store.Run(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) {
		return r, Dataset{}, MissingRun()
	}
	if err != nil {
		return r, Dataset{}, fmt.Errorf("evaluation: run: %w", err)
	}
	d, err := s.dataset(ctx, actor, r.Dataset)
	if fault.Is(err, fault.NotFound) {
		err = MissingRun()
	}
	return r, d, err
}

// MayEnd reports whether the actor may cancel or delete a run: whoever started it, and whoever may change its dataset.
func MayEnd(a org.Actor, r *Run, d *Dataset) bool {
	return May(a, d) || a.Require(MayRun) == nil && !a.Member.IsZero() && a.Member == r.Body.By
}

// Cancel ends a run as it stands. What is under way is broken off and billed as far as it came.
func (s *Service) Cancel(ctx context.Context, actor org.Actor, which id.Evaluation) (Run, error) {
	return s.end(ctx, actor, which, "cancel", func(ctx context.Context, r *Run) (*audit.Entry, error) {
		r.State, r.EndedAt = Cancelled, s.now()
		ended, err := s.Store.End(ctx, actor.Org, which, Cancelled, "", r.EndedAt)
		if err == nil && !ended {
			err = fault.New(fault.Conflict, "evaluation_over", "This evaluation is over already.")
		}
		return &audit.Entry{Action: "evaluation.cancelled", Target: which.String(), TargetName: r.Body.Name, After: map[string]any{"state": string(Cancelled)}}, err
	})
}

// DeleteRun deletes a run that is over, with all answers.
func (s *Service) DeleteRun(ctx context.Context, actor org.Actor, which id.Evaluation) error {
	_, err := s.end(ctx, actor, which, "delete", func(ctx context.Context, r *Run) (*audit.Entry, error) {
		if r.State == Running {
			return nil, fault.New(fault.Conflict, "evaluation_running", "This evaluation is under way. Cancel it first.")
		}
		return &audit.Entry{Action: "evaluation.deleted", Target: which.String(), TargetName: r.Body.Name, Before: map[string]any{"dataset": r.Dataset.String(), "state": string(r.State)}},
			s.Store.DeleteRun(ctx, actor.Org, which)
	})
	return err
}

// end is a change of a run by somebody who may end it.
func (s *Service) end(ctx context.Context, actor org.Actor, which id.Evaluation, op string, do func(ctx context.Context, r *Run) (*audit.Entry, error)) (run Run, err error) {
	if err := actor.Require(MayRun); err != nil {
		return Run{}, err
	}
	err = s.change(ctx, actor, op, func(ctx context.Context) (*audit.Entry, error) {
		var d Dataset
		if run, d, err = s.find(ctx, actor, which); err != nil {
			return nil, err
		}
		if !MayEnd(actor, &run, &d) {
			return nil, fault.New(fault.Forbidden, "forbidden", "You can see this evaluation, but not end it. Ask who started it.")
		}
		return do(ctx, &run)
	})
	if err == nil {
		s.tell(ctx)
	}
	return run, err
}
