package provider

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

// Topic is published after every change of connections or aliases: compile the route index again.
const Topic live.Topic = "routes"

// Plan says whether there is room for one more connection. *billing.Service implements it.
type Plan interface {
	// RoomForConnection refuses, with a reason for people to read, inside the transaction that has just added it.
	RoomForConnection(ctx context.Context, o id.Org) error
}

// Parts are what Service works with. All are required but Plan.
type Parts struct {
	Store   Store
	Tx      work.Tx
	Audit   audit.Log
	Bus     live.Bus
	Vault   Vault
	URLs    URLs
	Prober  Prober
	Aliases Aliases
	// Tested names the live experiments that send requests to a connection, by its name; nil is none.
	Tested func(ctx context.Context, o id.Org, connection string) ([]string, error)
	Plan   Plan // nil where nobody counts connections
	IDs    *id.Source
	Clock  clock.Clock
	Log    *slog.Logger
}

// Service is the control plane of connections. Admins change them, managers see their settings; everybody else sees
// names and models.
type Service struct {
	Parts
	finder finder
}

// New makes the service.
func New(p Parts) *Service { return &Service{Parts: p} }

// A connection is every department's, so no part of the organization changes it for the others.
const (
	MayRead   = org.Manager // addresses, key hints and what tests said
	MayChange = org.Admin
)

// maxPerOrg bounds one tenant's share of the compiled index.
const maxPerOrg = 200

// List gives the organization's connections by name. Below manager the addresses, key hints and check messages are left
// out; credentials stay sealed for everybody.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]ConnectionRecord, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("provider: list connections: %w", err)
	}
	for i := range all {
		if actor.Role.AtLeast(MayRead) {
			continue
		}
		all[i].BaseURL, all[i].KeyHint, all[i].Check.Message = "", "", ""
	}
	return all, nil
}

// Get gives one connection to those who may see its settings.
func (s *Service) Get(ctx context.Context, actor org.Actor, c id.Connection) (ConnectionRecord, error) {
	if err := actor.Require(MayRead); err != nil {
		return ConnectionRecord{}, err
	}
	return s.get(ctx, actor.Org, c)
}

// Named gives one connection as List does to the same actor: what they may not see is left out.
func (s *Service) Named(ctx context.Context, actor org.Actor, c id.Connection) (ConnectionRecord, error) {
	all, err := s.List(ctx, actor)
	if err != nil {
		return ConnectionRecord{}, err
	}
	for _, r := range all {
		if r.ID == c {
			return r, nil
		}
	}
	return ConnectionRecord{}, NotFound()
}

// Users names the aliases on each connection: what a deletion would change, for the question before it.
func (s *Service) Users(ctx context.Context, actor org.Actor) (map[id.Connection][]string, error) {
	if err := actor.Require(MayChange); err != nil {
		return nil, err
	}
	return s.Aliases.Users(ctx, actor.Org)
}

func (s *Service) get(ctx context.Context, o id.Org, c id.Connection) (ConnectionRecord, error) {
	if c.IsZero() {
		return ConnectionRecord{}, NotFound()
	}
	r, err := s.Store.Get(ctx, o, c)
	if errors.Is(err, ErrNotFound) {
		return ConnectionRecord{}, NotFound()
	}
	return r, err
}

// NotFound is the one answer to an unknown id and to another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such connection.")
}
