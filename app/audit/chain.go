package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
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
}

var _ Log = (*Chain)(nil)

// NewChain makes a Chain; mac is master.MAC(audit.Purpose).
func NewChain(store Store, tx work.Tx, c clock.Clock, ids *id.Source, mac *secret.MAC) *Chain {
	return &Chain{store: store, tx: tx, clock: c, ids: ids, mac: mac}
}

var errNoOrg = errors.New("audit: the actor has no organization")

// Append implements Log. The chain's head is locked until the transaction ends, so an organization's changes are
// serial from their audit entry on; services therefore append last.
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
	return c.tx.Do(ctx, func(ctx context.Context) error {
		seq, prev, err := c.store.Lock(ctx, actor.Org)
		if err != nil {
			return fmt.Errorf("audit %s: lock chain: %w", e.Action, err)
		}
		r := Record{
			ID: id.NewAudit(c.ids), Org: actor.Org, Seq: seq + 1, At: c.clock.Now().UTC().Truncate(time.Microsecond),
			Actor: actor.Label, Member: actor.Member, IP: actor.IP, UserAgent: actor.UserAgent, RequestID: actor.RequestID,
			Action: e.Action, Target: e.Target, TargetName: e.TargetName, Before: before, After: after,
		}
		r.KeyID, r.Hash = c.mac.Sum(message(prev, &r))
		if err := c.store.Insert(ctx, r); err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		return nil
	})
}

// List gives a page of the organization's entries, newest first, older than the entry number before (0 = from the
// newest). Admins may read it: it is about all departments.
func (c *Chain) List(ctx context.Context, actor org.Actor, before int64, limit int) ([]Record, error) {
	if err := actor.Require(org.Manager); err != nil {
		return nil, err
	}
	if !actor.Everywhere(org.Manager) {
		return nil, fault.New(fault.Forbidden, "forbidden", "The audit log is the whole organization's. Ask an organization admin.")
	}
	if limit < 1 || limit > 200 {
		limit = 50
	}
	return c.store.List(ctx, actor.Org, before, limit, true)
}

// Broken says where a chain stops being true.
type Broken struct {
	Seq int64
	Why string
}

// Error implements error.
func (b *Broken) Error() string {
	return fmt.Sprintf("audit: chain broken at entry %d: %s", b.Seq, b.Why)
}

// Verify walks an organization's whole chain and returns how many entries it has, or *Broken at the first that was
// altered, removed or added behind our back. For `bodhi verify` and jobs; callers authorize.
func (c *Chain) Verify(ctx context.Context, o id.Org) (int64, error) {
	headSeq, headHash, err := c.store.Head(ctx, o)
	if err != nil {
		return 0, fmt.Errorf("audit: read head: %w", err)
	}
	var seq int64
	var prev [32]byte
	for seq < headSeq {
		page, err := c.store.List(ctx, o, seq, 500, false)
		if err != nil {
			return seq, fmt.Errorf("audit: read entries: %w", err)
		}
		for i := range page {
			r := &page[i]
			if seq == headSeq {
				break // appended since the head was read
			}
			if r.Seq != seq+1 {
				return seq, &Broken{seq + 1, "the entry is missing"}
			}
			if r.Org != o || !c.mac.Verify(r.KeyID, message(prev, r), r.Hash) {
				return seq, &Broken{r.Seq, "the entry does not match its hash"}
			}
			seq, prev = r.Seq, r.Hash
		}
		if len(page) == 0 {
			return seq, &Broken{seq + 1, "the entry is missing"}
		}
	}
	if prev != headHash {
		return seq, &Broken{seq, "the last entry is not the one the head names"}
	}
	return seq, nil
}

// message is what a hash covers: the hash before, and every field that means something. The order of fields here is
// part of the stored format.
func message(prev [32]byte, r *Record) string {
	b, err := json.Marshal(struct {
		Prev                                                                    []byte
		ID, Org                                                                 string
		Seq                                                                     int64
		At, Actor, Member, IP, UserAgent, RequestID, Action, Target, TargetName string
		Before, After                                                           string
	}{prev[:], r.ID.UUID(), r.Org.UUID(), r.Seq, r.At.UTC().Format(time.RFC3339Nano), r.Actor, r.Member.String(), r.IP,
		r.UserAgent, r.RequestID, r.Action, r.Target, r.TargetName, r.Before, r.After})
	if err != nil { // strings and numbers always marshal
		return ""
	}
	return string(b)
}

// canonical is JSON with sorted keys: encoding/json sorts maps.
func canonical(m map[string]any) (string, error) {
	if m == nil {
		return "", nil
	}
	b, err := json.Marshal(m)
	return string(b), err
}
