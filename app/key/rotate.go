package key

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// How long a replaced secret may go on working. A week is enough to reach every machine; a secret that leaked is replaced
// with no overlap.
const (
	DefaultOverlap = 24 * time.Hour
	MaxOverlap     = 7 * 24 * time.Hour
)

// Rotation says how a key gets a new secret.
type Rotation struct {
	Overlap time.Duration // for which the present one goes on working
	// Public is the public part of the secret that is to be replaced; where the key has another by now, nothing happens. "" is for
	// whichever it has, as a script asks.
	Public string
}

// Rotate gives a key a new secret. The one before works until the overlap is over; one that was replaced still earlier
// stops at once. Whoever may create such a key may rotate it, because they see the new secret.
func (s *Service) Rotate(ctx context.Context, actor org.Actor, k id.Key, in Rotation) (Created, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Created{}, err
	}
	if in.Overlap < 0 || in.Overlap > MaxOverlap {
		return Created{}, fault.Field("overlap_hours", "The old secret can go on working for 0 to 168 hours, which is 7 days.")
	}
	text, minted, err := secret.Mint(s.Random, secret.VirtualKey, secret.Live)
	if err != nil {
		return Created{}, fmt.Errorf("rotate key: %w", err)
	}
	var out Key
	err = s.change(ctx, actor, k, "key.rotated", func(ctx context.Context, found Key, now time.Time) (facts, error) {
		if err := s.mayRotate(ctx, actor, found, now); err != nil {
			return facts{}, err
		}
		if in.Public != "" && in.Public != found.Public {
			return facts{}, rotated()
		}
		out = found
		out.Old = Old{found.Public, found.Last4, found.KeyID, found.MAC, now.Add(in.Overlap)}
		out.Public, out.Last4, out.UpdatedAt = minted.Public, minted.Last(), now
		out.KeyID, out.MAC = s.MAC.Sum(minted.Signed())
		return facts{true, map[string]any{"public": found.Public},
			map[string]any{"public": out.Public, "old_secret_until": out.Old.Until.UTC().Format(time.RFC3339)}}, s.Store.Rotate(ctx, out)
	})
	if err != nil {
		return Created{}, err
	}
	return Created{out, text}, nil
}

// rotated refuses a form that was sent twice: once more would stop the secret that was to go on working.
func rotated() *fault.Error {
	return fault.New(fault.Conflict, "changed_since", "This key got a new secret since you opened the page, so nothing was done. Look at it again: the one before may go on working for a while, and one more rotation would stop it at once.")
}

func (s *Service) mayRotate(ctx context.Context, actor org.Actor, k Key, now time.Time) error {
	if k.Agent != "" {
		return fault.New(fault.Conflict, "agent_session", "This is the log-in of a coding agent, which has no secret to replace. Delete it, and log in again from the agent.")
	}
	if status := k.Status(now); status != "active" {
		return fault.Newf(fault.Conflict, "key_not_active", "This key is %s, so a new secret would not work either. Enable it or give it a later expiry first, or create a new key.", status)
	}
	return s.mayCreate(ctx, actor, Input{Team: k.Team, Member: k.Member, Account: k.Account})
}

// facts is what a change did: whether anything, and the fields before and after, for the audit log.
type facts struct {
	different     bool
	before, after map[string]any
}

func (f facts) entry(action string, k Key) audit.Entry {
	return audit.Entry{Action: action, Target: k.ID.String(), TargetName: k.Name, Before: f.before, After: f.after}
}
