package route

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Question is a "what if": facts of a request, and when. With a draft it is asked as if that were saved.
type Question struct {
	Facts Facts
	At    time.Time // zero is now
	Draft *Document
}

// DryRun says where a request with these facts would go, and why. Policies and budgets are not asked: the header
// x-bodhi-dry-run does that for one key.
func (s *Service) DryRun(ctx context.Context, actor org.Actor, t *Table, q Question) (Plan, Trace, error) {
	if err := actor.Require(MayChange); err != nil {
		return Plan{}, Trace{}, err
	}
	t, err := s.rehearsing(ctx, actor, t, q.Draft)
	if err != nil {
		return Plan{}, Trace{}, err
	}
	if q.At.IsZero() {
		q.At = s.Clock.Now()
	}
	t.Fill(actor.Org, &q.Facts)
	p, tr, err := t.Explain(q.ask(actor.Org, id.NewRequest(s.IDs)))
	p.Targets = slices.Clone(p.Targets)
	for i := range p.Targets {
		if why := s.out(actor.Org, &p.Targets[i], q.At, llm.Operation(q.Facts.Endpoint).Generates()); why != "" {
			p.Targets[i].Why += "; takes no request: " + why
		}
	}
	return p, tr, err
}

// ask is the request that has the facts in question, as far as more than conditions look at it.
func (q *Question) ask(o id.Org, request id.Request) *Ask {
	f := &q.Facts
	f.Endpoint, f.Priority = cmp.Or(f.Endpoint, string(llm.Chat)), cmp.Or(f.Priority, "normal")
	return &Ask{Org: o, Facts: f, At: q.At, Request: request, Session: f.Session, EndUser: f.EndUser, Call: &llm.Call{Model: f.Model, Operation: llm.Operation(f.Endpoint)}}
}

// rehearsing is a table as it would be with a draft, which knows the organization's people even if it has no rules yet.
func (s *Service) rehearsing(ctx context.Context, actor org.Actor, t *Table, d *Document) (*Table, error) {
	var alias *Alias
	var policy *Policy
	if d != nil {
		a, p, err := s.Check(ctx, actor, *d)
		if err != nil {
			return nil, public("check", err)
		}
		if d.Alias != "" {
			alias = &a
		} else {
			policy = &p
		}
	}
	people, err := s.Store.Directory(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("route: read the directory: %w", err)
	}
	t = t.Draft(actor.Org, alias, policy)
	return t, t.Know([]Directory{people})
}

// StartRehearsal begins a replay of the last days' requests against a draft. It runs on behind the answer, in batches; Rehearsal
// tells how far it is. One at a time for each organization.
func (s *Service) StartRehearsal(ctx context.Context, actor org.Actor, t *Table, d Document, days int) (Rehearsal, error) {
	if err := actor.Require(MayChange); err != nil {
		return Rehearsal{}, err
	}
	if days < 1 || days > MaxDays {
		return Rehearsal{}, fault.Field("days", fmt.Sprintf("days is 1 to %d: requests are kept that long.", MaxDays))
	}
	last, err := s.rehearsal(ctx, actor.Org, id.Rehearsal{})
	if err == nil && last.State == Running {
		return Rehearsal{}, fault.New(fault.Conflict, "too_many", "Another replay is under way. Wait until it is done, a few seconds.")
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Rehearsal{}, err
	}
	draft, err := s.rehearsing(ctx, actor, t, &d)
	if err != nil {
		return Rehearsal{}, err
	}
	present, err := s.rehearsing(ctx, actor, t, nil)
	if err != nil {
		return Rehearsal{}, err
	}
	now := s.Clock.Now().UTC()
	r := Rehearsal{ID: id.NewRehearsal(s.IDs), Org: actor.Org, Draft: d, Days: days, State: Running, By: actor.Label, At: now, UpdatedAt: now}
	if err := s.Store.StartRehearsal(ctx, r); err != nil {
		return Rehearsal{}, fmt.Errorf("route: start a replay: %w", err)
	}
	go s.rehearse(context.WithoutCancel(ctx), r, newJudge(present, actor.Org), newJudge(draft, actor.Org))
	return r, nil
}

// rehearse reads batch after batch and writes down how far it is. It ends by itself: the number of requests is bounded.
func (s *Service) rehearse(ctx context.Context, r Rehearsal, present, draft *judge) {
	t := &tally{now: r.At, org: r.Org, prices: s.Prices, quotes: map[Target]catalog.Quote{}, routes: map[string]int{}, moves: map[[2]string]*Move{}, waits: map[string][]int32{}}
	err := s.batches(ctx, &r, t, present, draft)
	r.State, r.Outcome, r.UpdatedAt = Done, t.sum(), s.Clock.Now().UTC()
	if err != nil {
		r.State = Broken
		s.Log.ErrorContext(ctx, "a replay of requests broke off", slog.String("rehearsal", r.ID.String()), slog.String("error", err.Error()))
	}
	if err := s.Store.SaveRehearsal(ctx, r); err != nil {
		s.Log.ErrorContext(ctx, "a replay's outcome was not stored", slog.String("rehearsal", r.ID.String()), slog.String("error", err.Error()))
	}
}

func (s *Service) batches(ctx context.Context, r *Rehearsal, t *tally, present, draft *judge) error {
	if present == nil || draft == nil {
		return nil // an organization without connections: nothing was ever asked
	}
	since := r.At.AddDate(0, 0, -r.Days)
	var before Mark
	for {
		batch, err := s.Store.Past(ctx, r.Org, since, before, rehearsalBatch)
		if err != nil {
			return err
		}
		for i := range batch {
			if t.out.Requests == MaxRehearsed {
				t.out.More = true
				return nil
			}
			t.add(&batch[i], present, draft)
		}
		if len(batch) < rehearsalBatch {
			return nil
		}
		before = batch[len(batch)-1].Mark
		r.Outcome, r.UpdatedAt = t.sum(), s.Clock.Now().UTC()
		if err := s.Store.SaveRehearsal(ctx, *r); err != nil {
			return err
		}
	}
}

// Rehearsal gives a replay as far as it is; the newest for the zero id.
func (s *Service) Rehearsal(ctx context.Context, actor org.Actor, which id.Rehearsal) (Rehearsal, error) {
	if err := actor.Require(MayChange); err != nil {
		return Rehearsal{}, err
	}
	r, err := s.rehearsal(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) {
		return Rehearsal{}, fault.Newf(fault.NotFound, "not_found", "There is no such replay. The newest %d are kept.", KeptRehearsals)
	}
	return r, err
}

func (s *Service) rehearsal(ctx context.Context, o id.Org, which id.Rehearsal) (Rehearsal, error) {
	r, err := s.Store.Rehearsal(ctx, o, which)
	if err == nil && r.State == Running && s.Clock.Now().Sub(r.UpdatedAt) > stale {
		r.State = Broken
	}
	return r, err
}
