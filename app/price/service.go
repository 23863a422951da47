package price

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic is published after every change of overrides: read them again.
const Topic live.Topic = "prices"

// Parts are what Service works with. All but Changed are required.
type Parts struct {
	Store       Store
	Connections Connections
	Shelf       *Shelf
	Tx          work.Tx
	Audit       audit.Log
	Bus         live.Bus
	IDs         *id.Source
	Clock       clock.Clock
	Log         *slog.Logger
	// Changed tells people of a change, in its transaction. before is nil for a new price, after for one that is gone.
	Changed func(ctx context.Context, by org.Actor, before, after *Override) error
}

// Connections says whether an organization has a connection.
type Connections interface {
	Has(ctx context.Context, o id.Org, c id.Connection) (bool, error)
}

// Service is the control plane of a tenant's own prices. Admins change them, managers see them; nobody below, because a
// negotiated price is between two companies.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// MayRead and MayChange are the lowest roles that see overrides and that change them.
const (
	MayRead   = org.Manager
	MayChange = org.Admin
)

// maxPerOrg bounds one tenant's share of the compiled table, which a call walks through.
const maxPerOrg = 500

// List gives the organization's overrides, newest first.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Override, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("price: list overrides: %w", err)
	}
	return all, nil
}

// Get gives one override.
func (s *Service) Get(ctx context.Context, actor org.Actor, which id.Override) (Override, error) {
	if err := actor.Require(MayRead); err != nil {
		return Override{}, err
	}
	return s.get(ctx, actor.Org, which)
}

func (s *Service) get(ctx context.Context, o id.Org, which id.Override) (Override, error) {
	if which.IsZero() {
		return Override{}, NotFound()
	}
	r, err := s.Store.Get(ctx, o, which)
	if errors.Is(err, ErrNotFound) {
		return Override{}, NotFound()
	}
	return r, err
}

// NotFound is the one answer to an unknown id and to another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such price.")
}
