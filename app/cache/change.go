package cache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Changeable reports whether the actor may change a policy they see: pages leave out what the service would refuse.
func Changeable(a org.Actor, l Listed) bool {
	return a.Require(org.Developer) == nil && may(a, l.Scope, l.Place) == nil
}

// Create puts a policy on a scope. It binds within a second, on every node. Sharing in the whole organization waits for an admin,
// unless one creates it.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Listed, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Listed{}, err
	}
	if in.Scope.IsZero() || in.Scope.Org() != actor.Org || places[in.Scope.Kind()] == 0 {
		return Listed{}, noScope()
	}
	var out Listed
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		place, err := s.Rules.Place(ctx, in.Scope)
		if errors.Is(err, ErrNotFound) || err == nil && !actor.Sees(in.Scope, place.place()) {
			return noScope()
		}
		if err != nil {
			return err
		}
		if err := may(actor, in.Scope, place); err != nil {
			return err
		}
		if place.Archived {
			return fault.Field("scope", "This is archived. Restore it first, or choose another.")
		}
		if in, err = in.checked(); err != nil {
			return err
		}
		if err := s.room(ctx, in.Scope); err != nil {
			return err
		}
		now := s.now()
		r := Rule{ID: id.NewCaching(s.IDs), Org: actor.Org, Scope: in.Scope, Name: in.Name, Models: in.Models, Purposes: in.Purposes, Settings: in.Settings, Binding: in.Binding, CreatedAt: now, UpdatedAt: now}
		r.approve(actor)
		out = Listed{r, place}
		if err := s.Rules.Insert(ctx, r); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("cache_policy.created", out, nil, stored(out)))
	})
	if err != nil {
		return Listed{}, public("create", err)
	}
	s.changed(ctx)
	return out, nil
}

// room refuses one policy too many on a node.
func (s *Service) room(ctx context.Context, scope org.Scope) error {
	all, err := s.Rules.List(ctx, scope.Org())
	if err != nil {
		return err
	}
	n := 0
	for _, l := range all {
		if l.Scope == scope {
			n++
		}
	}
	if n >= MaxRules {
		return fault.Field("scope", fmt.Sprintf("A node has at most %d cache policies: each is looked at for every request. Join some.", MaxRules))
	}
	return nil
}

// approve notes that an admin said it, or that nobody has to.
func (r *Rule) approve(a org.Actor) {
	if r.Approved = a.Role == org.Admin && r.Mode == Exact && r.Sharing == Org; r.Approved {
		r.ApprovedBy = a.Label
	} else {
		r.ApprovedBy = ""
	}
}

// Update changes a policy; where it sits stays. What is kept already is given as the policy says now; sharing that changed makes
// other keys, so nothing is given to more people than it was kept for.
func (s *Service) Update(ctx context.Context, actor org.Actor, r id.Caching, in Input) (Listed, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Listed{}, err
	}
	var changed Listed
	err := s.change(ctx, actor, r, "update", func(ctx context.Context, old Listed) (audit.Entry, error) {
		in, err := in.checked()
		if err != nil {
			return audit.Entry{}, err
		}
		if err := unchanged(old, in.Seen); err != nil {
			return audit.Entry{}, err
		}
		changed = old
		changed.Name, changed.Models, changed.Purposes, changed.Settings, changed.Binding, changed.UpdatedAt = in.Name, in.Models, in.Purposes, in.Settings, in.Binding, s.now()
		if !old.Approved || changed.Mode != Exact || changed.Sharing != Org || !sameReach(old.Rule, changed.Rule) {
			changed.approve(actor)
		}
		return note("cache_policy.updated", changed, stored(old), stored(changed)), s.Rules.Update(ctx, changed.Rule)
	})
	return changed, err
}

// unchanged refuses what was made on another state than is there; one of the zero time was made on any.
func unchanged(l Listed, seen time.Time) error {
	if seen.IsZero() || seen.Equal(l.UpdatedAt) {
		return nil
	}
	return fault.New(fault.Conflict, "changed", "Somebody changed this cache policy while you did, so nothing was saved. Load it again and repeat your change.")
}

// sameReach reports whether a change concerns no request more, on no one else's policy, so that what an admin agreed to still holds.
func sameReach(a, b Rule) bool {
	return equal(a.Models, b.Models) && equal(a.Purposes, b.Purposes) && a.Tools == b.Tools && a.Like.Mode == b.Like.Mode &&
		(a.Binding || !b.Binding) && b.Warmest <= a.Warmest && b.MaxBytes <= a.MaxBytes
}

func equal(a, b []string) bool { return fmt.Sprintf("%q", a) == fmt.Sprintf("%q", b) }

// Approve agrees to sharing in the whole organization, of the policy as it was seen.
func (s *Service) Approve(ctx context.Context, actor org.Actor, r id.Caching, seen time.Time) (Listed, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Listed{}, err
	}
	var changed Listed
	err := s.change(ctx, actor, r, "approve", func(ctx context.Context, old Listed) (audit.Entry, error) {
		if err := unchanged(old, seen); err != nil {
			return audit.Entry{}, err
		}
		if !old.Waits() {
			return audit.Entry{}, &fault.Error{Kind: fault.Conflict, Code: "nothing_to_approve", Public: "This policy shares nothing in the whole organization that waits for you."}
		}
		changed = old
		changed.approve(actor)
		changed.UpdatedAt = s.now()
		return note("cache_policy.approved", changed, stored(old), stored(changed)), s.Rules.Update(ctx, changed.Rule)
	})
	return changed, err
}

// Delete takes a policy away: those above and beside it bind.
func (s *Service) Delete(ctx context.Context, actor org.Actor, r id.Caching) error {
	if err := actor.Require(org.Developer); err != nil {
		return err
	}
	return s.change(ctx, actor, r, "delete", func(ctx context.Context, old Listed) (audit.Entry, error) {
		return note("cache_policy.deleted", old, stored(old), nil), s.Rules.Delete(ctx, actor.Org, r)
	})
}

// change is a change of a policy that the actor may make, with its audit entry and its message.
func (s *Service) change(ctx context.Context, actor org.Actor, r id.Caching, op string, do func(ctx context.Context, old Listed) (audit.Entry, error)) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		old, err := s.find(ctx, actor, r)
		if err != nil {
			return err
		}
		if err := may(actor, old.Scope, old.Place); err != nil {
			return err
		}
		entry, err := do(ctx, old)
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry)
	})
	if err != nil {
		return public(op, err)
	}
	s.changed(ctx)
	return nil
}

func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("cache policies changed, but listeners could not be told", "error", err)
	}
}

func note(action string, l Listed, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: l.ID.String(), TargetName: l.Name, Before: before, After: after}
}

func stored(l Listed) map[string]any {
	out := map[string]any{"name": l.Name, "scope": string(l.Scope.Kind()), "of": l.Place.Label, "models": l.Models, "purposes": l.Purposes, "mode": string(l.Mode), "binding": l.Binding}
	if l.Mode == Exact {
		out["sharing"], out["ttl"], out["stale"], out["approved"] = string(l.Sharing), l.TTL.String(), l.Stale.String(), l.Approved
		out["last_resort"] = l.LastResort.String()
		out["warmest"], out["tools"], out["max_bytes"], out["pace"] = l.Warmest, l.Tools, l.MaxBytes, string(l.Pace)
		if l.Like.On() {
			out["like"], out["threshold"], out["embedder"], out["judge"] = string(l.Like.Mode), Hundredths(l.Like.Least()), l.Like.Embedder, l.Like.Judge
		}
	}
	return out
}

func public(op string, err error) error {
	if errors.Is(err, ErrTaken) {
		return &fault.Error{Kind: fault.Conflict, Code: "cache_policy_exists", Field: "name", Public: "This node has a cache policy of that name already. Change that one, or take another name."}
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err // joined refusals of fields stay joined
	}
	return fmt.Errorf("cache: %s: %w", op, err)
}
