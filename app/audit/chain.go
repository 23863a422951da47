package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Purpose is the name under which app derives the chain's MAC from the master key.
const Purpose = "audit chain v1"

// Chain appends, lists and verifies entries.
type Chain struct {
	store Store
	tx    work.Tx
	clock clock.Clock
	ids   *id.Source
	mac   *secret.MAC
	// Otherwise is how many days entries are kept where an organization has set nothing; nil is KeepDays.
	Otherwise func(ctx context.Context) (int, error)
}

var _ Log = (*Chain)(nil)

// NewChain makes a Chain; mac is master.MAC(audit.Purpose).
func NewChain(store Store, tx work.Tx, c clock.Clock, ids *id.Source, mac *secret.MAC) *Chain {
	return &Chain{store: store, tx: tx, clock: c, ids: ids, mac: mac}
}

var errNoOrg = errors.New("audit: the actor has no organization")

// Append implements Log. The chain's head is locked until the transaction ends, so an organization's changes are
// serial from their audit entry on; services therefore append last.
//
// A head that somebody forged is not signed again: Verify keeps finding it, whatever happens afterwards.
func (c *Chain) Append(ctx context.Context, actor org.Actor, e Entry) error {
	if actor.Org.IsZero() {
		return errNoOrg
	}
	before, err := canonical(e.Before)
	if err != nil {
		return fmt.Errorf("audit %s: before: %w", e.Action, err)
	}
	after, err := canonical(e.After)
	if err != nil {
		return fmt.Errorf("audit %s: after: %w", e.Action, err)
	}
	via := actor.Via
	if via == "" {
		via = org.ViaJob // from inside the program: nobody came in by a door
	}
	return c.tx.Do(ctx, func(ctx context.Context) error {
		head, err := c.store.Lock(ctx, actor.Org)
		if err != nil {
			return fmt.Errorf("audit %s: lock chain: %w", e.Action, err)
		}
		r := Record{
			ID: id.NewAudit(c.ids), Org: actor.Org, Seq: head.Seq + 1, At: c.clock.Now().UTC().Truncate(time.Microsecond),
			Actor: actor.Label, Role: actor.Role, Member: actor.Member, Via: via, IP: actor.IP, UserAgent: actor.UserAgent,
			RequestID: actor.RequestID, Action: e.Action, Target: e.Target, TargetName: e.TargetName, Before: before, After: after,
		}
		r.KeyID, r.Hash = c.mac.Sum(message(head.Hash, &r))
		next := Head{Seq: r.Seq, Hash: r.Hash, KeyID: head.KeyID, MAC: head.MAC}
		genuine, err := c.signed(ctx, actor.Org, head)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		if genuine {
			next.KeyID, next.MAC = c.mac.Sum(headMessage(actor.Org, next))
		}
		if err := c.store.Insert(ctx, r, next); err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		return nil
	})
}

// signed reports whether a head is what we left. Heads from before there were signatures have none; they are believed as
// long as their last entry is from that time too, which newer ones say by naming a door.
func (c *Chain) signed(ctx context.Context, o id.Org, h Head) (bool, error) {
	switch {
	case h.Seq == 0:
		return h == Head{}, nil
	case h.MAC != [32]byte{}:
		return c.mac.Verify(h.KeyID, headMessage(o, h), h.MAC), nil
	}
	last, err := c.store.List(ctx, o, h.Seq-1, 1)
	return len(last) == 1 && last[0].Seq == h.Seq && last[0].Via == "", err
}
