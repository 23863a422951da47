package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// MayRead sees the batches of the keys that the actor sees; MayRun makes and changes them.
const (
	MayRead = org.Viewer
	MayRun  = org.Developer
)

// Keys says which keys somebody sees. *key.Service implements it.
type Keys interface {
	Get(ctx context.Context, actor org.Actor, k id.Key) (key.Key, error)
}

// Purses says which keys are somebody's own, whose budgets they may spend. *trial.Service implements it.
type Purses interface {
	Spendable(ctx context.Context, actor org.Actor, k id.Key) (key.Key, error)
}

// Service is what people ask: a batch is a key's, and who sees the key sees its batches.
type Service struct {
	Desk
	Keys    Keys
	Purses  Purses
	Grants  Grants
	Gateway Gateway
	Audit   audit.Log
}

func missing() *fault.Error { return fault.New(fault.NotFound, "not_found", "There is no such batch.") }

// Missing refuses an id that names no batch, or one that is not the actor's to see.
func Missing() *fault.Error { return missing() }

// sees reports whether the actor sees a key's batches. known remembers.
func (s *Service) sees(ctx context.Context, actor org.Actor, k id.Key, known map[id.Key]bool) (bool, error) {
	if seen, ok := known[k]; ok {
		return seen, nil
	}
	_, err := s.Keys.Get(ctx, actor, k)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, fmt.Errorf("batch: whose it is: %w", err)
	}
	known[k] = err == nil
	return err == nil, nil
}

// mostListed is how many batches are looked through for those that the actor sees.
const mostListed = 500

// List are the newest that the actor sees, and older ones that are not over, with what their lines came to; newest first.
func (s *Service) List(ctx context.Context, actor org.Actor, limit int) (out []Entry, err error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	known := map[id.Key]bool{}
	mine, err := s.seen(ctx, actor, Query{Limit: mostListed}, limit, known)
	if err != nil {
		return nil, err
	}
	open, err := s.seen(ctx, actor, Query{Open: true, Limit: mostListed}, mostListed, known)
	if err != nil {
		return nil, err
	}
	for _, b := range open {
		if !slices.ContainsFunc(mine, func(m Batch) bool { return m.ID == b.ID }) {
			mine = append(mine, b)
		}
	}
	slices.SortFunc(mine, func(a, b Batch) int { return b.ID.Compare(a.ID) })
	if out, err = s.entries(ctx, actor.Org, mine); err != nil {
		return nil, fmt.Errorf("batch: list: %w", err)
	}
	return out, nil
}

// seen are the newest that the actor sees of those that a query finds.
func (s *Service) seen(ctx context.Context, actor org.Actor, q Query, limit int, known map[id.Key]bool) (mine []Batch, err error) {
	all, err := s.Store.Batches(ctx, actor.Org, q)
	if err != nil {
		return nil, fmt.Errorf("batch: list: %w", err)
	}
	for _, b := range all {
		seen, err := s.sees(ctx, actor, b.Key, known)
		if err != nil {
			return nil, err
		}
		if seen {
			mine = append(mine, b)
		}
		if len(mine) == limit {
			break
		}
	}
	return mine, nil
}

// Get is one that the actor sees.
func (s *Service) Get(ctx context.Context, actor org.Actor, which id.Batch) (Entry, error) {
	if err := actor.Require(MayRead); err != nil {
		return Entry{}, err
	}
	b, err := s.Store.Batch(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) {
		return Entry{}, missing()
	}
	if err != nil {
		return Entry{}, fmt.Errorf("batch: get: %w", err)
	}
	seen, err := s.sees(ctx, actor, b.Key, map[id.Key]bool{})
	if err == nil && !seen {
		err = missing()
	}
	if err != nil {
		return Entry{}, err
	}
	t, err := s.Store.Tally(ctx, actor.Org, which)
	one := []Batch{b}
	if err == nil {
		err = s.open(ctx, actor.Org, one)
	}
	return Entry{one[0], t}, err
}

// May reports whether the actor may change a batch: whose key it is, and who may change that key.
func (s *Service) May(ctx context.Context, actor org.Actor, b *Batch) bool {
	if actor.Require(MayRun) != nil {
		return false
	}
	k, err := s.Keys.Get(ctx, actor, b.Key)
	return err == nil && (key.Changeable(actor, k) || !actor.Member.IsZero() && k.Member == actor.Member)
}

// Fails are lines that were not answered, behind a number.
func (s *Service) Fails(ctx context.Context, actor org.Actor, which id.Batch, after, limit int) ([]Item, error) {
	if _, _, err := s.readable(ctx, actor, which); err != nil {
		return nil, err
	}
	var out []Item
	for len(out) < limit {
		page, err := s.Store.Lines(ctx, actor.Org, which, Bad, after, limit-len(out))
		if err != nil {
			return nil, fmt.Errorf("batch: failed lines: %w", err)
		}
		if len(page) == 0 {
			break
		}
		for _, sealed := range page {
			i, err := s.vault.openItem(ctx, sealed)
			if err != nil {
				return nil, err
			}
			out, after = append(out, i), i.Number
		}
	}
	return out, nil
}

// Label is a batch's name, or what it asks.
func (b *Batch) Label() string {
	if b.Body.Name != "" {
		return b.Body.Name
	}
	return b.Body.Endpoint + " of " + b.CreatedAt.UTC().Format("2 January 15:04")
}

// Left estimates when a batch will be over, and what it will have cost by then, from how it went so far; false before enough did.
func (e *Entry) Left(now time.Time) (rest time.Duration, cost money.USD, ok bool) {
	done := e.Tally.Ended()
	if e.State != Running || done == 0 || e.Total == 0 || e.BeganAt.IsZero() {
		return 0, 0, false
	}
	open := time.Duration(e.Total - done)
	return now.Sub(e.BeganAt) / time.Duration(done) * open, e.Tally.Cost + e.Tally.Lost + e.Tally.Cost/money.USD(done)*money.USD(open), true
}
