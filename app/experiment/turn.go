package experiment

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Pause sends all requests the route's own way until Resume: nobody changes the variant by that.
func (s *Service) Pause(ctx context.Context, actor org.Actor, which id.Experiment) (Experiment, error) {
	if err := actor.Require(MayChange); err != nil {
		return Experiment{}, err
	}
	return s.turn(ctx, actor, which, "experiment.paused", func(e *Experiment) error { return from(e, Running, Paused) })
}

// Resume lets a paused experiment go on.
func (s *Service) Resume(ctx context.Context, actor org.Actor, which id.Experiment) (Experiment, error) {
	if err := actor.Require(MayChange); err != nil {
		return Experiment{}, err
	}
	return s.turn(ctx, actor, which, "experiment.resumed", func(e *Experiment) error { return from(e, Paused, Running) })
}

func from(e *Experiment, was, is State) error {
	if e.State != was {
		return fault.Newf(fault.Conflict, "experiment_state", "The experiment %s is not %s.", e.Name, was)
	}
	e.State = is
	return nil
}

// Stop ends an experiment before it is decided, or as it stands.
func (s *Service) Stop(ctx context.Context, actor org.Actor, which id.Experiment) (Experiment, error) {
	if err := actor.Require(MayChange); err != nil {
		return Experiment{}, err
	}
	return s.turn(ctx, actor, which, "experiment.stopped", func(e *Experiment) error {
		if e.State.Over() {
			return over(e)
		}
		e.State, e.Verdict, e.EndedAt = Finished, Stopped, s.Clock.Now().UTC()
		return nil
	}, s.tell)
}

// tell says that an experiment is over, if anybody listens.
func (s *Service) tell(ctx context.Context, e Experiment) error {
	if s.Tell == nil {
		return nil
	}
	return s.Tell(ctx, e)
}

func over(e *Experiment) error {
	return fault.Newf(fault.Conflict, "experiment_state", "The experiment %s is over.", e.Name)
}

// Migrate makes an alias's route begin with a variant's target; what it had follows when that fails. An experiment that still runs
// ends by it.
func (s *Service) Migrate(ctx context.Context, actor org.Actor, which id.Experiment, variant string) (Experiment, error) {
	if err := actor.Require(MayChange); err != nil {
		return Experiment{}, err
	}
	var at *Variant
	e, err := s.turn(ctx, actor, which, "experiment.migrated", func(e *Experiment) error {
		for i := range e.Variants {
			if e.Variants[i].Name == variant {
				at = &e.Variants[i]
			}
		}
		switch {
		case at == nil:
			return fault.Field("variant", "There is no such variant.")
		case at.Target == "":
			return fault.Field("variant", "This variant is the route as it is: there is nothing to change.")
		case e.Model == "":
			return fault.New(fault.Conflict, "alias_gone", "The alias of this experiment was deleted.")
		}
		if !e.State.Over() {
			e.State, e.Verdict, e.EndedAt = Finished, Stopped, s.Clock.Now().UTC()
		}
		return nil
	}, func(ctx context.Context, e Experiment) error {
		_, err := s.Routes.Adopt(ctx, actor, e.Alias, at.Target)
		return err
	})
	if err != nil {
		return e, err
	}
	s.Routes.Tell(ctx) // what was told inside the transaction came too early
	return e, nil
}

// Delete takes away an experiment that is over.
func (s *Service) Delete(ctx context.Context, actor org.Actor, which id.Experiment) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	return public("delete", s.Tx.Do(ctx, func(ctx context.Context) error {
		e, err := s.Store.Get(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		if !e.State.Over() {
			return fault.Newf(fault.Conflict, "experiment_state", "The experiment %s is not over. Stop it first.", e.Name)
		}
		if err := s.Store.Delete(ctx, actor.Org, which); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("experiment.deleted", e, facts(e), nil))
	}))
}

// turn changes an experiment's state, and whatever else belongs to that.
func (s *Service) turn(ctx context.Context, actor org.Actor, which id.Experiment, action string, change func(e *Experiment) error, also ...func(context.Context, Experiment) error) (e Experiment, err error) {
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if e, err = s.Store.Get(ctx, actor.Org, which); err != nil {
			return err
		}
		before := e
		if err := change(&e); err != nil {
			return err
		}
		if err := s.Store.Update(ctx, e); err != nil {
			return err
		}
		e.Version++
		if err := s.Audit.Append(ctx, actor, entry(action, e, facts(before), facts(e))); err != nil {
			return err
		}
		for _, do := range also {
			if err := do(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return e, public("change", err)
	}
	s.changed(ctx)
	return e, nil
}
