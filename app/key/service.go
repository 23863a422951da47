package key

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Config is what Service works with. Random may be nil: the system's randomness.
type Config struct {
	Store  Store
	Tree   Tree
	Tx     work.Tx
	Audit  audit.Log
	Bus    live.Bus
	Clock  clock.Clock
	IDs    *id.Source
	MAC    *secret.MAC // master.MAC(key.Purpose)
	Random io.Reader
	Log    *slog.Logger
	// Allowances may be nil where keys are made without budgets and limits of their own.
	Allowances Allowances
	// Misused tells people of a key that was shown after its end, in the transaction that writes it down; nil tells nobody.
	Misused func(ctx context.Context, r Refusal) error
}

// Service is the control plane of virtual keys.
//
// Developers make and manage keys that act as themselves, in their own teams; leads those of their teams, service
// accounts too; managers those of their departments' teams, admins all. A key somebody may not see is as missing as one that never was; one they may
// see but not change is forbidden.
type Service struct{ Config }

// NewService makes the service.
func NewService(c Config) *Service { return &Service{c} }

// Get gives one key.
func (s *Service) Get(ctx context.Context, actor org.Actor, k id.Key) (Key, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Key{}, err
	}
	found, err := s.Store.Get(ctx, actor.Org, k)
	if err != nil {
		return Key{}, fmt.Errorf("get key: %w", err)
	}
	if !sees(actor, found) {
		return Key{}, Missing()
	}
	return found, nil
}

// Disable stops a key on every node within a second; Enable starts it again. Repeating either changes nothing. A key that
// somebody else than its member disabled is held: its member does not enable it again.
func (s *Service) Disable(ctx context.Context, actor org.Actor, k id.Key) error {
	return s.change(ctx, actor, k, "key.disabled", func(ctx context.Context, found Key, now time.Time) (facts, error) {
		held := found.Held || !own(actor, found)
		if !found.DisabledAt.IsZero() && held == found.Held {
			return facts{}, nil
		}
		if found.DisabledAt.IsZero() {
			found.DisabledAt = now
		}
		found.Held, found.UpdatedAt = held, now
		return facts{different: true}, s.Store.SetDisabled(ctx, found)
	})
}

// Enable lets a disabled key work again.
func (s *Service) Enable(ctx context.Context, actor org.Actor, k id.Key) error {
	return s.change(ctx, actor, k, "key.enabled", func(ctx context.Context, found Key, now time.Time) (facts, error) {
		if found.DisabledAt.IsZero() {
			return facts{}, nil
		}
		if !Enables(actor, found) {
			return facts{}, fault.New(fault.Forbidden, "forbidden", "Somebody above you disabled this key, so you cannot enable it yourself. Ask your team lead.")
		}
		found.DisabledAt, found.Held, found.UpdatedAt = time.Time{}, false, now
		return facts{different: true}, s.Store.SetDisabled(ctx, found)
	})
}

// Enables reports whether the actor may enable a disabled key, for pages that show or hide buttons.
func Enables(actor org.Actor, k Key) bool {
	return Changeable(actor, k) && (!k.Held || !own(actor, k) || actor.Role == org.Admin)
}

// Delete ends a key for good. What it spent stays in the books.
func (s *Service) Delete(ctx context.Context, actor org.Actor, k id.Key) error {
	return s.change(ctx, actor, k, "key.deleted", func(ctx context.Context, _ Key, now time.Time) (facts, error) {
		return facts{different: true}, s.Store.Delete(ctx, actor.Org, k, now)
	})
}

// change applies one change with its audit entry.
func (s *Service) change(ctx context.Context, actor org.Actor, k id.Key, action string, apply func(context.Context, Key, time.Time) (facts, error)) error {
	if err := actor.Require(org.Developer); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		found, err := s.Store.Get(ctx, actor.Org, k)
		if err != nil {
			return err
		}
		if !sees(actor, found) {
			return Missing()
		}
		if !Changeable(actor, found) {
			return fault.New(fault.Forbidden, "forbidden", "You can change your own keys only. Ask your team lead.")
		}
		did, err := apply(ctx, found, s.Clock.Now())
		if err != nil || !did.different {
			return err
		}
		return s.Audit.Append(ctx, actor, did.entry(action, found))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	s.changed(ctx)
	return nil
}

// sees reports whether the actor may know of the key: its member, people of its team, those above the team.
func sees(actor org.Actor, k Key) bool {
	return own(actor, k) || actor.InTeam(k.Team, org.Viewer)
}

// Changeable reports whether the actor may change the key, for pages that show or hide buttons.
func Changeable(actor org.Actor, k Key) bool {
	if !actor.Role.AtLeast(org.Developer) {
		return false
	}
	return own(actor, k) || actor.InTeam(k.Team, org.Lead)
}

func own(actor org.Actor, k Key) bool { return !actor.Member.IsZero() && k.Member == actor.Member }

// created is what the audit log keeps of a new key.
func created(k Key) map[string]any {
	out := editable(k)
	delete(out, "name") // the entry has it
	out["team"], out["public"] = k.Team.String(), k.Public
	if k.Agent != "" {
		out["agent"] = k.Agent
	}
	if k.ExpiresAt.IsZero() {
		delete(out, "expires_at")
	}
	if k.Member.IsZero() {
		out["account"] = k.Account
	} else {
		out["member"] = k.Member.String()
	}
	return out
}

// changed tells every node to read the keys again. The change is committed; nodes that miss the hint poll.
func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil && !errors.Is(err, context.Canceled) {
		s.Log.WarnContext(ctx, "change not published", "topic", string(Topic), "error", err)
	}
}
