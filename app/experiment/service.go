package experiment

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// Service is the control plane of experiments.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// List gives an organization's experiments, the newest first.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Experiment, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	return all, public("list", err)
}

// Report gives an experiment and how it stands.
func (s *Service) Report(ctx context.Context, actor org.Actor, which id.Experiment) (Experiment, Judgement, error) {
	if err := actor.Require(MayRead); err != nil {
		return Experiment{}, Judgement{}, err
	}
	e, err := s.Store.Get(ctx, actor.Org, which)
	if err != nil {
		return e, Judgement{}, public("get", err)
	}
	tallies, err := s.Store.Tallies(ctx, actor.Org, which)
	return e, Judge(&e, tallies), public("report", err)
}

// Judged is what came of an experiment's judge today.
func (s *Service) Judged(ctx context.Context, actor org.Actor, e Experiment) (Judged, error) {
	if err := actor.Require(MayRead); err != nil {
		return Judged{}, err
	}
	if e.Judge == nil || s.Purse == nil {
		return Judged{}, nil
	}
	j, err := s.Purse.Judged(ctx, actor.Org, e.ID, dayOf(s.Clock.Now()))
	return j, public("judged", err)
}

// Start makes an experiment, which runs from now on.
func (s *Service) Start(ctx context.Context, actor org.Actor, in Input) (Experiment, error) {
	if err := actor.Require(MayChange); err != nil {
		return Experiment{}, err
	}
	e, wrong := in.read()
	names, err := s.Routes.Names(ctx, actor)
	if err != nil {
		return e, public("start", err)
	}
	wrong = errors.Join(wrong, placed(&e, in.Alias, names), s.Places(ctx, actor, e.Team, e.Key), s.prompted(ctx, actor, &e))
	if wrong != nil {
		return e, wrong
	}
	e.ID, e.Org, e.State, e.Version, e.CreatedAt = id.NewExperiment(s.IDs), actor.Org, Running, 1, s.Clock.Now().UTC()
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.Store.List(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := free(&e, all); err != nil {
			return err
		}
		if err := s.Store.Insert(ctx, e); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("experiment.started", e, nil, facts(e)))
	})
	if err != nil {
		return e, public("start", err)
	}
	s.changed(ctx)
	return e, nil
}

// placed finds the alias, and reads the variants' targets as its route would.
func placed(e *Experiment, alias string, names route.Names) error {
	var errs []error
	for _, a := range names.Aliases {
		if a.Name == alias {
			e.Alias, e.Model = a.ID, a.Name
			if a.Routing.Canary != nil {
				errs = append(errs, fault.Field("alias", fmt.Sprintf("The alias %s has a canary, which divides its requests already. Remove it first.", a.Name)))
			}
		}
	}
	if e.Alias.IsZero() {
		return fault.Field("alias", "Choose one of your organization's aliases: an experiment is about the requests for it.")
	}
	for i, v := range e.Variants {
		if v.Target == "" {
			continue
		}
		if err := names.Reads(e.Alias, v.Target); err != nil {
			errs = append(errs, fault.Field("variants", fmt.Sprintf("Variant %d: %s", i+1, fault.From(err).Public)))
		}
	}
	if e.Judge != nil && e.Judge.Model != "" {
		if err := names.Reads(id.Alias{}, e.Judge.Model); err != nil {
			errs = append(errs, fault.Field("judge", "The judge: "+fault.From(err).Public))
		}
	}
	return errors.Join(errs...)
}

// prompted looks whether the prompt and its versions are there.
func (s *Service) prompted(ctx context.Context, actor org.Actor, e *Experiment) error {
	if e.Prompt == "" {
		return nil
	}
	if s.Prompts == nil {
		return fault.Field("prompt", "There is no library of prompts here.")
	}
	var all []string
	for _, v := range e.Variants {
		if v.Version != "" {
			all = append(all, v.Version)
		}
	}
	return s.Prompts(ctx, actor, e.Prompt, all)
}

// free refuses a name or an alias that is taken, and one experiment too many.
func free(e *Experiment, all []Experiment) error {
	if len(all) >= maxPerOrg {
		return fault.Newf(fault.Conflict, "too_many", "An organization keeps at most %d experiments. Delete one that is over.", maxPerOrg)
	}
	for _, o := range all {
		if o.Name == e.Name {
			return fault.Field("name", "Another experiment has this name already. Choose another one.")
		}
		if o.Alias == e.Alias && !o.State.Over() {
			return fault.Field("alias", fmt.Sprintf("The experiment %s divides the requests for this alias already. Stop it first: two would blur each other.", o.Name))
		}
	}
	return nil
}

func entry(action string, e Experiment, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: e.ID.String(), TargetName: e.Name, Before: before, After: after}
}

// facts are what the audit log keeps of an experiment.
func facts(e Experiment) map[string]any {
	out := map[string]any{"name": e.Name, "alias": e.Model, "state": string(e.State), "goal": string(e.Goal), "unit": string(e.Unit), "sample": e.Sample}
	for _, v := range e.Variants {
		target := v.Target
		if target == "" {
			target = "the route as it is"
		}
		if v.Version != "" {
			target += ", prompt " + e.Prompt + "@" + v.Version
		}
		out["variant "+v.Name] = fmt.Sprintf("%d %%: %s", v.Percent, target)
	}
	if e.Judge != nil {
		out["judge"] = fmt.Sprintf("%s, %d %% of answers, at most %s USD a day", e.Judge.Model, e.Judge.Percent, e.Judge.Daily)
	}
	if e.Verdict != Open {
		out["verdict"] = string(e.Verdict)
	}
	if e.Why != "" {
		out["why"] = e.Why
	}
	return out
}

func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("experiments changed, but listeners could not be told", "error", err.Error())
	}
}

func public(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return fault.New(fault.NotFound, "not_found", "There is no such experiment.").Because(err)
	case errors.Is(err, ErrTaken):
		return fault.New(fault.Conflict, "name_taken", "Another experiment has this name, or divides the requests for this alias already. Load the page again.").Because(err)
	case errors.Is(err, ErrChanged):
		return fault.New(fault.Conflict, "changed", "Somebody changed this experiment while you did. Load it again.").Because(err)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("experiment: %s: %w", op, err)
}
