package experiment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic says on the bus that experiments changed.
const Topic live.Topic = "experiments"

const (
	// MayChange is the role that makes and ends experiments: everybody's requests go their way, as with routes.
	MayChange = org.Admin
	// MayRead is the role that reads them. MaySum is the one that reads what they are worth in a month, which says how much an alias
	// is used by everybody.
	MayRead = org.Viewer
	MaySum  = org.Lead
)

// Errors of a Store.
var (
	ErrNotFound = errors.New("experiment: no such experiment")
	ErrTaken    = errors.New("experiment: the name is taken, or the alias has a live experiment")
	ErrChanged  = errors.New("experiment: somebody changed it meanwhile")
)

// Store keeps experiments. Every method but Live is bound to one organization. *db.ExperimentStore implements it.
type Store interface {
	// List gives an organization's, the newest first.
	List(ctx context.Context, o id.Org) ([]Experiment, error)
	Get(ctx context.Context, o id.Org, e id.Experiment) (Experiment, error)
	Insert(ctx context.Context, e Experiment) error
	// Update writes all but the name, if the version is still that of e, and makes it the next.
	Update(ctx context.Context, e Experiment) error
	// Delete takes away an experiment and what it came to.
	Delete(ctx context.Context, o id.Org, e id.Experiment) error
	// Tallies are what its variants came to, by bucket, in no order.
	Tallies(ctx context.Context, o id.Org, e id.Experiment) ([]Tally, error)
	// Live are the running ones of all organizations, for the data plane and the job that judges.
	Live(ctx context.Context) ([]Experiment, error)
}

// Routes knows the organization's aliases. *route.Service implements it.
type Routes interface {
	Names(ctx context.Context, actor org.Actor) (route.Names, error)
	// Adopt puts a target first; Tell lets readers know, when the transaction that Adopt ran in is over.
	Adopt(ctx context.Context, actor org.Actor, which id.Alias, to string) (route.Alias, error)
	Tell(ctx context.Context)
}

// Places refuses a team or a key that the organization does not have; zero is none, and allowed.
type Places func(ctx context.Context, actor org.Actor, team id.Team, key id.Key) error

// Prompts refuses a prompt that the actor does not have, or a version of it that is not there.
type Prompts func(ctx context.Context, actor org.Actor, name string, versions []string) error

// Tell lets people know that an experiment was decided, taken back or stopped, in the transaction that ends it.
type Tell func(ctx context.Context, e Experiment) error

// Parts are what Service works with. All but Tell, Prompts and Purse are required.
type Parts struct {
	Store   Store
	Routes  Routes
	Tx      work.Tx
	Audit   audit.Log
	Bus     live.Bus
	IDs     *id.Source
	Clock   clock.Clock
	Log     *slog.Logger
	Places  Places
	Prompts Prompts
	Tell    Tell
	// Purse says what judges cost; nil where there are none.
	Purse Purse
}

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
