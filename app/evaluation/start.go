package evaluation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// noRun stands for a run in an estimate: its id is as long as any.
var noRun id.Evaluation

// Start begins a run, which nodes work on from now on, as the key and at the cost of whoever starts it. It stops before its answers
// could cost more than Cap, and its judge more than JudgeCap.
func (s *Service) Start(ctx context.Context, actor org.Actor, p Plan) (Run, error) {
	if err := actor.Require(MayRun); err != nil {
		return Run{}, err
	}
	r, err := s.prepare(ctx, actor, &p)
	if err != nil {
		return Run{}, err
	}
	e, judge, err := s.price(ctx, actor, &p, r)
	if err != nil {
		return Run{}, err
	}
	if err := p.capped(&e, judge); err != nil {
		return Run{}, err
	}
	run := Run{ID: id.NewEvaluation(s.IDs), Org: actor.Org, Dataset: p.Dataset, State: Running, Rows: len(r.rows), CreatedAt: s.now()}
	run.Body = Body{Name: p.Name, Subjects: p.Subjects, Scorers: p.Scorers, Key: p.Key, KeyName: r.key.Name, Cap: p.Cap, JudgeCap: p.JudgeCap, JudgeMost: judge,
		IP: actor.IP, By: actor.Member, ByLabel: actor.Label}
	if run.Body.Name == "" {
		run.Body.Name = named(p.Subjects)
	}
	err = s.change(ctx, actor, "start", func(ctx context.Context) (*audit.Entry, error) {
		all, err := s.Store.Runs(ctx, actor.Org, id.Dataset{})
		if err != nil {
			return nil, err
		}
		open := 0
		for _, other := range all {
			if other.State == Running {
				open++
			}
		}
		switch {
		case open >= MaxRuns:
			return nil, fault.Newf(fault.Conflict, "too_many_evaluations", "%d evaluations of your organization are under way, the most at a time. Wait for one, or cancel one.", open)
		case len(all) >= MaxKept:
			return nil, fault.Newf(fault.Conflict, "too_many_evaluations", "Your organization keeps %d evaluations, the most there can be. Delete one that nobody needs.", len(all))
		}
		after := map[string]any{"dataset": p.Dataset.String(), "subjects": models(p.Subjects), "cap_usd": p.Cap.String(), "key": p.Key.String(), "rows": run.Rows}
		if p.JudgeCap > 0 {
			after["judge_cap_usd"] = p.JudgeCap.String()
		}
		return &audit.Entry{Action: "evaluation.started", Target: run.ID.String(), TargetName: run.Body.Name, After: after}, s.Store.InsertRun(ctx, run)
	})
	if err != nil {
		return Run{}, err
	}
	s.tell(ctx)
	return run, nil
}

// capped checks the cost limits against what one question may cost: below that nothing could be asked.
func (p *Plan) capped(e *Estimate, judge money.USD) error {
	var errs []error
	least := money.USD(0)
	for _, x := range p.Subjects {
		least = max(least, x.Most)
	}
	if p.Cap <= 0 || p.Cap < least {
		errs = append(errs, fault.Field("cap_usd", fmt.Sprintf("Set the most that the answers may cost, at least $%s for one; all of them cost at most $%s.", least, e.Most)))
	}
	if p.judges() && (p.JudgeCap <= 0 || p.JudgeCap < judge) {
		errs = append(errs, fault.Field("judge_cap_usd", fmt.Sprintf("Set the most that the judge may cost, at least $%s for one answer; all of them cost at most $%s.", judge, e.Judge)))
	}
	if !p.judges() {
		p.JudgeCap = 0
	}
	return errors.Join(errs...)
}

func (p *Plan) judges() bool {
	return slices.ContainsFunc(p.Scorers, func(s Scorer) bool { return s.Kind == Judge })
}

func models(all []Subject) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.Model
	}
	return out
}

// named is a name for a run that was given none.
func named(all []Subject) string {
	text := strings.Join(models(all), " and ")
	if len(all) > 2 {
		text = fmt.Sprintf("%s and %d others", all[0].Model, len(all)-1)
	}
	return oneLine(text, maxName)
}

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
