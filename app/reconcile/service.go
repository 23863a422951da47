package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Parts are what Service works with. All are required.
type Parts struct {
	Store       Store
	Connections provider.Store
	Tx          work.Tx
	Audit       audit.Log
	Vault       provider.Vault
	Out         http.RoundTripper // egress
	IDs         *id.Source
	Clock       clock.Clock
	Log         *slog.Logger
}

// Service is the control plane of reconciliation. Admins set credentials, managers see what was found.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// MayRead and MayChange are the lowest roles that see reports and that set credentials.
const (
	MayRead   = org.Admin // a provider bills the whole organization: no department sees what others spend
	MayChange = org.Admin
)

// Account is a connection whose provider has a cost report.
type Account struct {
	Connection provider.ConnectionRecord
	Credential *Credential // nil if there is none
	KeyTitle   string      // what the provider calls the key
	NarrowBy   string      // what the provider calls a part of the account
	Gone       bool        // the connection was deleted, and has no name any more; what was read stays
}

// Accounts gives the connections that can be reconciled, by name.
func (s *Service) Accounts(ctx context.Context, actor org.Actor) ([]Account, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	all, err := s.Connections.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("reconcile: list connections: %w", err)
	}
	credentials, err := s.Store.Credentials(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("reconcile: list credentials: %w", err)
	}
	byID := map[id.Connection]*Credential{}
	for i := range credentials {
		byID[credentials[i].Connection] = &credentials[i]
	}
	var out []Account
	for _, r := range all {
		if src, ok := sources[r.Kind]; ok {
			out = append(out, Account{Connection: r, Credential: byID[r.ID], KeyTitle: src.title, NarrowBy: src.narrow})
		}
	}
	return out, nil
}

// Account gives one of them.
func (s *Service) Account(ctx context.Context, actor org.Actor, c id.Connection) (Account, error) {
	if err := actor.Require(MayRead); err != nil {
		return Account{}, err
	}
	r, src, err := s.account(ctx, actor.Org, c)
	if fault.Is(err, fault.NotFound) {
		if err := s.known(ctx, actor.Org, c); err != nil {
			return Account{}, err
		}
		return Account{Connection: provider.ConnectionRecord{ID: c, Org: actor.Org}, Gone: true}, nil
	}
	if err != nil {
		return Account{}, err
	}
	a := Account{Connection: r, KeyTitle: src.title, NarrowBy: src.narrow}
	credential, err := s.Store.Credential(ctx, actor.Org, c)
	switch {
	case errors.Is(err, ErrNotFound):
		return a, nil
	case err != nil:
		return a, fmt.Errorf("reconcile: find credential: %w", err)
	}
	a.Credential = &credential
	return a, nil
}

// Days gives what was found from a day on, newest first; of one connection, or of all if it is zero.
func (s *Service) Days(ctx context.Context, actor org.Actor, c id.Connection, from Date, limit int) ([]Day, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	if !c.IsZero() {
		if err := s.known(ctx, actor.Org, c); err != nil {
			return nil, err
		}
	}
	days, err := s.Store.Days(ctx, actor.Org, c, from, limit)
	if err != nil {
		return nil, fmt.Errorf("reconcile: list days: %w", err)
	}
	return days, nil
}

// Day gives one day with both sides' lines.
func (s *Service) Day(ctx context.Context, actor org.Actor, c id.Connection, day Date) (Day, error) {
	if err := actor.Require(MayRead); err != nil {
		return Day{}, err
	}
	if err := s.known(ctx, actor.Org, c); err != nil {
		return Day{}, err
	}
	d, err := s.Store.Day(ctx, actor.Org, c, day)
	if err != nil {
		return Day{}, fmt.Errorf("reconcile: find day: %w", err)
	}
	return d, nil
}

// known refuses what account does, but for a connection of which days stay although it is gone.
func (s *Service) known(ctx context.Context, o id.Org, c id.Connection) error {
	_, _, missing := s.account(ctx, o, c)
	if c.IsZero() || !fault.Is(missing, fault.NotFound) {
		return missing
	}
	days, err := s.Store.Days(ctx, o, c, DateOf(time.Time{}), 1)
	if err != nil {
		return fmt.Errorf("reconcile: find days: %w", err)
	}
	if len(days) == 0 {
		return missing
	}
	return nil
}

// account finds a connection whose provider has a report.
func (s *Service) account(ctx context.Context, o id.Org, c id.Connection) (provider.ConnectionRecord, source, error) {
	if c.IsZero() {
		return provider.ConnectionRecord{}, source{}, NotFound()
	}
	r, err := s.Connections.Get(ctx, o, c)
	if errors.Is(err, provider.ErrNotFound) {
		return r, source{}, NotFound()
	}
	if err != nil {
		return r, source{}, fmt.Errorf("reconcile: find connection: %w", err)
	}
	src, ok := sources[r.Kind]
	if !ok {
		return r, source{}, NotFound()
	}
	return r, src, nil
}

// NotFound is the one answer to an unknown connection, to another tenant's, and to one whose provider has no report.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such connection with a cost report.")
}

func public(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return NotFound()
	case fault.From(err).Kind != fault.Internal:
		return err
	}
	return fmt.Errorf("reconcile: %w", err)
}

// today is the present UTC day.
func (s *Service) today() time.Time { return s.Clock.Now().UTC().Truncate(24 * time.Hour) }
