package evaluation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Keys says which keys are somebody's own, whose budgets they may spend. *trial.Service implements it.
type Keys interface {
	Own(ctx context.Context, actor org.Actor) ([]key.Key, error)
	// Spendable is one of them, or why it is not.
	Spendable(ctx context.Context, actor org.Actor, k id.Key) (key.Key, error)
}

// Desk knows what a key may do right now. *key.Desk implements it.
type Desk interface {
	Grant(o id.Org, k id.Key) (*key.Grant, error)
}

// Parts are what Service and Worker work with. All are required.
type Parts struct {
	Store   Store
	Keys    Keys
	Desk    Desk
	Gateway Gateway
	Vault   Vault
	Texts   Texts
	// Judgements are the requests that people judged.
	Judgements feedback.Judgements
	Tx         work.Tx
	Audit      audit.Log
	Bus        live.Bus
	IDs        *id.Source
	Clock      clock.Clock
	Log        *slog.Logger
}

// Service is the control plane.
type Service struct {
	Parts
	vault  vault
	caller caller
}

// New makes the service.
func New(p Parts) *Service {
	return &Service{Parts: p, vault: vault{p.Vault}, caller: caller{p.Gateway, p.Clock}}
}

// MissingDataset refuses an id that names no dataset, or one that is not the actor's to see.
func MissingDataset() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such dataset.")
}

// MissingRun refuses an id that names no run, or one that is not the actor's to see.
func MissingRun() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such evaluation.")
}

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Microsecond) }

// Datasets are those that the actor sees, by name.
func (s *Service) Datasets(ctx context.Context, actor org.Actor) ([]Dataset, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	all, err := s.Store.Datasets(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("evaluation: datasets: %w", err)
	}
	return slices.DeleteFunc(all, func(d Dataset) bool { return !sees(actor, &d) }), nil
}

// Dataset is one that the actor sees.
func (s *Service) Dataset(ctx context.Context, actor org.Actor, d id.Dataset) (Dataset, error) {
	if err := actor.Require(MayRead); err != nil {
		return Dataset{}, err
	}
	return s.dataset(ctx, actor, d)
}

func (s *Service) dataset(ctx context.Context, actor org.Actor, d id.Dataset) (Dataset, error) {
	found, err := s.Store.Dataset(ctx, actor.Org, d)
	if errors.Is(err, ErrNotFound) || err == nil && !sees(actor, &found) {
		return Dataset{}, MissingDataset()
	}
	if err != nil {
		return Dataset{}, fmt.Errorf("evaluation: dataset: %w", err)
	}
	return found, nil
}

// Rows are the rows of a dataset that the actor sees, behind a number, at most limit.
func (s *Service) Rows(ctx context.Context, actor org.Actor, d id.Dataset, after, limit int) ([]Row, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	if _, err := s.dataset(ctx, actor, d); err != nil {
		return nil, err
	}
	return s.vault.openRows(ctx, s.Store, actor.Org, d, after, limit)
}

// change is a change in a transaction with its audit entry.
func (s *Service) change(ctx context.Context, actor org.Actor, op string, do func(ctx context.Context) (*audit.Entry, error)) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		entry, err := do(ctx)
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, *entry)
	})
	if errors.Is(err, ErrTaken) {
		return &fault.Error{Kind: fault.Conflict, Code: "dataset_exists", Field: "name", Public: "Your organization has a dataset of this name already. Take another name."}
	}
	var refusal *fault.Error
	if err != nil && !errors.As(err, &refusal) {
		return fmt.Errorf("evaluation: %s: %w", op, err)
	}
	return err
}

// tell wakes the nodes that work.
func (s *Service) tell(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil { // they poll as well
		s.Log.Warn("an evaluation changed, but nodes could not be told", "error", err)
	}
}
