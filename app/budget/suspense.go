package budget

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Suspended is what one node that nobody hears of left behind on one budget: lease that it may have spent without
// anybody knowing. It counts as spent until the node is back or somebody releases it.
type Suspended struct {
	Budget  id.Budget
	Measure ledger.Measure
	Start   time.Time // of the period
	Node    id.Node
	Host    string // what people call the node; "" if the books do not know
	Epoch   int64  // the node's session
	Since   time.Time
	Amount  ledger.Units // still in suspense
	// Damaged says that the node is back and its journal could not be read to the end: what is missing may have been spent.
	Damaged bool
}

// Release is a named person's word that so much of a node's lease will never be billed. It is a row of its own: the
// history is not changed by it. Should the node come back after all, what it spent is booked, and the budget may then be
// above its limit, which reports say.
type Release struct {
	ID     id.Release
	Org    id.Org
	Budget id.Budget
	Start  time.Time
	Node   id.Node
	Epoch  int64
	Amount ledger.Units
	By     string
	Note   string
	At     time.Time
}

// SuspenseStore keeps suspense and its releases. Its methods join the transaction in ctx. *db.LedgerStore implements it.
type SuspenseStore interface {
	// Suspended lists what is in suspense, oldest first: under one budget, or with a zero budget under all of the
	// organization's.
	Suspended(ctx context.Context, o id.Org, b id.Budget) ([]Suspended, error)
	// AddRelease writes a release down and takes it out of suspense; ErrNotFound if there is less than that.
	AddRelease(ctx context.Context, r Release) error
}

// Suspense lists what lost nodes left on a budget that the actor may see.
func (s *Service) Suspense(ctx context.Context, actor org.Actor, b id.Budget) ([]Suspended, error) {
	if _, err := s.Get(ctx, actor, b); err != nil {
		return nil, err
	}
	return s.suspended(ctx, actor.Org, b)
}

// AllSuspense lists it for the whole organization, for admins.
func (s *Service) AllSuspense(ctx context.Context, actor org.Actor) ([]Suspended, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	return s.suspended(ctx, actor.Org, id.Budget{})
}

func (s *Service) suspended(ctx context.Context, o id.Org, b id.Budget) ([]Suspended, error) {
	if s.Held == nil {
		return nil, nil
	}
	all, err := s.Held.Suspended(ctx, o, b)
	if err != nil {
		return nil, fmt.Errorf("budget: suspense: %w", err)
	}
	return all, nil
}

// ReleaseInput says what to release and why.
type ReleaseInput struct {
	Node   id.Node
	Start  time.Time    // the period; zero = every period of the budget
	Amount ledger.Units // 0 = all that is in suspense
	Note   string       // required: who checked what
}

// maxNote bounds a release's note.
const maxNote = 500

// Release takes what a lost node left on a budget out of suspense, so that it can be spent again. Admins only, because
// nobody can check it afterwards: the provider may have been asked by the node.
func (s *Service) Release(ctx context.Context, actor org.Actor, b id.Budget, in ReleaseInput) ([]Release, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	in.Note = strings.TrimSpace(in.Note)
	if n := utf8.RuneCountInString(in.Note); n < 3 || n > maxNote {
		return nil, fault.Field("note", fmt.Sprintf("Say in 3 to %d characters how you know that the node spent nothing of it.", maxNote))
	}
	if in.Amount < 0 {
		return nil, fault.Field("amount", "Release an amount above 0, or leave it out to release all.")
	}
	var made []Release
	err := s.Tx.Do(ctx, func(ctx context.Context) (err error) {
		l, err := s.find(ctx, actor.Org, b)
		if err != nil {
			return err
		}
		all, err := s.suspended(ctx, actor.Org, b)
		if err != nil {
			return err
		}
		made, err = s.release(ctx, actor, l, in, all)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil, fault.New(fault.Conflict, "nothing_suspended", "There is not so much in suspense of this node on this budget. Look again: the node may have come back.")
	}
	if err != nil {
		return nil, public("release", "", err)
	}
	s.changed(ctx)
	return made, nil
}

// release writes down what it takes of what is in suspense.
func (s *Service) release(ctx context.Context, actor org.Actor, l Listed, in ReleaseInput, all []Suspended) (made []Release, err error) {
	all = slices.DeleteFunc(all, func(x Suspended) bool { return x.Node != in.Node || !in.Start.IsZero() && !x.Start.Equal(in.Start) })
	var sum ledger.Units
	for _, x := range all {
		sum += x.Amount
	}
	left := cmp.Or(in.Amount, sum)
	if sum == 0 || left > sum {
		return nil, ErrNotFound
	}
	for _, x := range all {
		if left == 0 {
			break
		}
		r := Release{ID: id.NewRelease(s.IDs), Org: actor.Org, Budget: l.ID, Start: x.Start, Node: x.Node, Epoch: x.Epoch, Amount: min(x.Amount, left),
			By: actor.Label, Note: in.Note, At: s.Clock.Now().UTC().Truncate(time.Microsecond)}
		left -= r.Amount
		if err := s.Held.AddRelease(ctx, r); err != nil {
			return nil, err
		}
		if err := s.Audit.Append(ctx, actor, released(l, x, r)); err != nil {
			return nil, err
		}
		made = append(made, r)
	}
	return made, nil
}

func released(l Listed, x Suspended, r Release) audit.Entry {
	return note("budget.suspense_released", l.Budget, map[string]any{"suspense": l.Measure.Plain(x.Amount), "measure": l.Measure.String()},
		map[string]any{"suspense": l.Measure.Plain(x.Amount - r.Amount), "released": l.Measure.Plain(r.Amount), "node": r.Node.String(), "host": x.Host,
			"period_start": r.Start.UTC().Format(time.RFC3339), "note": r.Note})
}
