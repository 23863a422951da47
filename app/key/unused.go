package key

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Idle is how long a key lies unused before it is offered for revoking: longer than a month's job needs.
const Idle = 30 * 24 * time.Hour

// MaxRevoked is how many keys are revoked in one transaction, which the organization's other audited changes wait for.
const MaxRevoked = 200

// Unused reports whether a key was not used for Idle, nor made within it. Uses are known to about half a minute.
func (k Key) Unused(now time.Time) bool {
	last := k.CreatedAt
	if k.LastUsedAt.After(last) {
		last = k.LastUsedAt
	}
	return !now.Before(last.Add(Idle))
}

// Revocable reports whether the actor revokes keys in bulk where this one stands: leads and above.
func Revocable(actor org.Actor, k Key) bool { return actor.InTeam(k.Team, org.Lead) }

// RevokeUnused deletes keys that nobody used for Idle: all of them or, with a refusal that names the first that must not
// go, none. Each leaves an entry of its own. It is for team leads and above.
func (s *Service) RevokeUnused(ctx context.Context, actor org.Actor, keys []id.Key) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	if len(keys) == 0 || len(keys) > MaxRevoked {
		return fault.Field("keys", fmt.Sprintf("Choose 1 to %d keys.", MaxRevoked))
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		for _, k := range keys {
			if err := s.revokeUnused(ctx, actor, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("revoke unused keys: %w", err)
	}
	s.changed(ctx)
	return nil
}

func (s *Service) revokeUnused(ctx context.Context, actor org.Actor, k id.Key) error {
	found, err := s.Store.Get(ctx, actor.Org, k)
	if err != nil {
		return err
	}
	if !sees(actor, found) {
		return Missing()
	}
	if !Revocable(actor, found) {
		return fault.Newf(fault.Forbidden, "forbidden", "The key %q is of a team that you do not lead. None was revoked.", found.Name)
	}
	now := s.Clock.Now()
	if !found.Unused(now) {
		return fault.Newf(fault.Conflict, "key_in_use", "The key %q was used or made within the last 30 days. None was revoked: leave it out, or delete it on its own page.", found.Name)
	}
	if err := s.Store.Delete(ctx, actor.Org, k, now); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, facts{}.entry("key.deleted", found))
}
