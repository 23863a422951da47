package compliance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Behind is what became of what was under way while somebody was erased: requests come into the books after they end, and what they
// were tagged with may name the person.
type Behind struct {
	// Settles is when every node refuses the person's keys, also one that missed the message. What began later is not about the
	// erasure. Zero for erasures from before there were later passes.
	Settles time.Time
	// Sealed says whom to look for; empty once the erasure has ended.
	Sealed []byte
	Passed time.Time // when a later pass was last made
	Ended  time.Time // when nothing could come any more; zero while something may
	Silent int64     // nodes that were not heard of until it ended: what their journals hold was not seen
	Counts []Count
	// As those of Erasure, of the last pass that changed entries.
	Entries, First int64
	Head           string
}

// Rows is how many rows came behind.
func (b Behind) Rows() (n int64) {
	for _, c := range b.Counts {
		n += c.Rows
	}
	return n + b.Entries
}

const (
	// settle is twice as long as a node that hears no messages goes without reading again.
	settle = 10 * time.Minute
	// again is how often passes are made while a node is away.
	again = time.Hour
	// longest is how long a node may be away. A node that comes back later brings what it had journaled.
	longest = 30 * 24 * time.Hour
)

// Vault seals whom to look for. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Where it lies: its ciphertext opens nowhere else.
const table, column = "erasures", "sealed"

// words are what is sealed.
type words struct {
	Email string `json:"email"`
	Name  string `json:"name"`
	Was   Was    `json:"was"`
}

func (s *Service) remember(ctx context.Context, p Person, e *Erasure) error {
	text, err := json.Marshal(words{p.Email, p.Name, p.Was})
	if err != nil {
		return err
	}
	e.Behind.Settles = e.At.Add(settle)
	e.Behind.Sealed, err = s.Vault.Seal(ctx, e.Org, table, column, e.ID.UUID(), secret.New(string(text)))
	return err
}

func (s *Service) whom(ctx context.Context, e Erasure) (Person, error) {
	text, err := s.Vault.Open(ctx, e.Org, table, column, e.ID.UUID(), e.Behind.Sealed)
	if err != nil {
		return Person{}, err
	}
	var w words
	if err := json.Unmarshal([]byte(text.Reveal()), &w); err != nil {
		return Person{}, err
	}
	p := Person{Org: e.Org, Member: e.Member, Email: w.Email, Name: w.Name, Was: w.Was}
	named := p
	named.Email = p.Pseudonym() // as all of their memberships are called since
	if p.Former, _, err = s.under(ctx, named); err != nil {
		return p, err
	}
	p.Others, err = s.Store.Others(ctx, p)
	return p, err
}

// Finish makes the passes that are due over erasures of all organizations, for the schedule: one soon after, some while a node is
// away, and the last one when every node has brought into the books what it had journaled. Then whom to look for is forgotten, too.
func (s *Service) Finish(ctx context.Context) error {
	all, err := s.Store.Unended(ctx)
	if err != nil {
		return fmt.Errorf("find erasures that have not ended: %w", err)
	}
	now := s.Clock.Now().UTC()
	var failed error
	for _, e := range all {
		if err := s.finish(ctx, e, now); err != nil {
			failed = errors.Join(failed, fmt.Errorf("finish erasure %s: %w", e.ID, err))
		}
	}
	return failed
}

func (s *Service) finish(ctx context.Context, e Erasure, now time.Time) error {
	last := false
	if !now.Before(e.Behind.Settles) {
		s.Settled(ctx)
		silent, err := s.Store.Silent(ctx, e.Behind.Settles)
		if err != nil {
			return err
		}
		e.Behind.Silent, last = silent, silent == 0 || now.Sub(e.At) > longest
	}
	if !last && now.Before(e.Behind.Passed.Add(again)) {
		return nil
	}
	p, err := s.whom(ctx, e)
	if err != nil {
		return err
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		if _, held, err := s.holding(ctx, e.Org, p.Memberships()); err != nil || held { // set since; it goes on when that ends
			return err
		}
		return s.pass(ctx, p, e, now, last)
	})
}

// pass erases what came behind, and writes down what that was.
func (s *Service) pass(ctx context.Context, p Person, e Erasure, now time.Time, last bool) error {
	b := &e.Behind
	counts, err := s.Store.EraseBehind(ctx, p, b.Settles)
	if err != nil {
		return err
	}
	did, err := s.Audit.Redact(ctx, p.Org, p.Memberships(), nil, p.told())
	if err != nil {
		return err
	}
	b.Counts, b.Passed = sum(b.Counts, counts), now
	if did.Entries > 0 {
		b.Entries, b.First, b.Head = b.Entries+did.Entries, did.First, did.Head
	}
	if last {
		b.Ended, b.Sealed = now, nil
	}
	if err := s.Store.SetBehind(ctx, e); err != nil || !last {
		return err
	}
	return s.Audit.Append(ctx, org.System(e.Org, "erasure"), audit.Entry{Action: "erasure.ended", Target: e.ID.String(), TargetName: e.Pseudonym,
		After: map[string]any{"came_behind": b.Rows(), "silent_nodes": b.Silent}})
}

// sum adds counts of the same tables and deeds up.
func sum(a, b []Count) []Count {
	out := slices.Clone(a)
	for _, c := range b {
		i := slices.IndexFunc(out, func(o Count) bool { return o.Table == c.Table && o.What == c.What })
		if i < 0 {
			out = append(out, c)
			continue
		}
		out[i].Rows += c.Rows
	}
	return out
}
