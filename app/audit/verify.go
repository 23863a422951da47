package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

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
	head, err := c.store.Head(ctx, o)
	if err != nil {
		return 0, fmt.Errorf("audit: read head: %w", err)
	}
	if head.Seq == 0 {
		return 0, &Broken{0, "there are no entries, not even that of the sign-up"}
	}
	from, prev, err := c.start(ctx, o)
	if err != nil {
		return 0, err
	}
	seq, last, err := c.follow(ctx, o, from, prev, head.Seq)
	if err != nil {
		return seq - from, err
	}
	if seq < from || last != head.Hash {
		return seq - from, &Broken{seq, "the last entry is not the one the head names"}
	}
	genuine, err := c.signed(ctx, o, head)
	if err != nil {
		return seq - from, fmt.Errorf("audit: read entries: %w", err)
	}
	if !genuine {
		return seq - from, &Broken{head.Seq, "the head's signature is wrong: entries after it may have been cut off"}
	}
	return seq - from, nil
}

// start is the number and hash that the chain's first entry follows: zero, or the anchor's.
func (c *Chain) start(ctx context.Context, o id.Org) (seq int64, hash [32]byte, err error) {
	a, ok, err := c.store.Anchor(ctx, o)
	if err != nil {
		return 0, hash, fmt.Errorf("audit: read anchor: %w", err)
	}
	if !ok {
		return 0, hash, nil
	}
	if !c.mac.Verify(a.KeyID, anchorMessage(o, a), a.MAC) {
		return 0, hash, &Broken{a.Seq, "the anchor's signature is wrong: nobody knows what was removed"}
	}
	first, err := c.store.List(ctx, o, 0, 1)
	if err != nil {
		return 0, hash, fmt.Errorf("audit: read entries: %w", err)
	}
	if len(first) == 1 && first[0].Seq <= a.Seq {
		return 0, hash, &Broken{first[0].Seq, "the entry was removed, and is there again"}
	}
	return a.Seq, a.Hash, nil
}

// follow checks the entries after seq, whose hash is prev, up to an entry.
func (c *Chain) follow(ctx context.Context, o id.Org, seq int64, prev [32]byte, to int64) (int64, [32]byte, error) {
	for seq < to {
		page, err := c.store.List(ctx, o, seq, 500)
		if err != nil {
			return seq, prev, fmt.Errorf("audit: read entries: %w", err)
		}
		for i := range page {
			r := &page[i]
			if seq == to {
				break
			}
			if r.Seq != seq+1 {
				return seq, prev, &Broken{seq + 1, "the entry is missing"}
			}
			if r.Org != o || !c.mac.Verify(r.KeyID, message(prev, r), r.Hash) {
				return seq, prev, &Broken{r.Seq, "the entry does not match its hash"}
			}
			seq, prev = r.Seq, r.Hash
		}
		if len(page) == 0 {
			return seq, prev, &Broken{seq + 1, "the entry is missing"}
		}
	}
	return seq, prev, nil
}

// message is what a hash covers: the hash before, and every field that means something. The order of fields here is
// part of the stored format; fields that came later are left out where they are empty.
func message(prev [32]byte, r *Record) string {
	return text(struct {
		Prev                                                                    []byte
		ID, Org                                                                 string
		Seq                                                                     int64
		At, Actor, Member, IP, UserAgent, RequestID, Action, Target, TargetName string
		Before, After                                                           string
		Via, Role                                                               string `json:",omitempty"`
	}{prev[:], r.ID.UUID(), r.Org.UUID(), r.Seq, r.At.UTC().Format(time.RFC3339Nano), r.Actor, r.Member.String(), r.IP,
		r.UserAgent, r.RequestID, r.Action, r.Target, r.TargetName, r.Before, r.After, string(r.Via), string(r.Role)})
}

func headMessage(o id.Org, h Head) string {
	return text(struct {
		Head string
		Seq  int64
		Hash []byte
	}{o.UUID(), h.Seq, h.Hash[:]})
}

func anchorMessage(o id.Org, a Anchor) string {
	return text(struct {
		Anchor string
		Seq    int64
		Hash   []byte
		At     string
	}{o.UUID(), a.Seq, a.Hash[:], a.At.UTC().Format(time.RFC3339Nano)})
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // strings and numbers always marshal
		return ""
	}
	return string(b)
}
