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
