package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Create adds a connection and seals its credential.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (ConnectionRecord, error) {
	if err := actor.Require(MayChange); err != nil {
		return ConnectionRecord{}, err
	}
	in, err := in.checked(s.URLs, true)
	if err != nil {
		return ConnectionRecord{}, err
	}
	now := s.Clock.Now().UTC()
	r := ConnectionRecord{ID: id.NewConnection(s.IDs), Org: actor.Org, Name: in.Name, Kind: in.Kind, BaseURL: in.BaseURL, Service: in.Service,
		Disabled: in.Disabled, Version: 1, CreatedAt: now, UpdatedAt: now}
	if in.Terms != nil {
		r.Terms = *in.Terms
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		there, err := s.Store.List(ctx, actor.Org)
		if err != nil {
			return err
		}
		if len(there) >= maxPerOrg {
			return fault.Newf(fault.Conflict, "too_many", "An organization has at most %d connections. Delete one first.", maxPerOrg)
		}
		if err := s.seal(ctx, &r, in.Credential); err != nil {
			return err
		}
		if err := s.Store.Insert(ctx, r); err != nil {
			return err
		}
		if s.Plan != nil && r.Kind != Sandbox {
			if err := s.Plan.RoomForConnection(ctx, r.Org); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, entry("connection.created", r, nil, facts(r)))
	})
	if err != nil {
		return ConnectionRecord{}, public("create", err)
	}
	s.changed(ctx)
	return r, nil
}

// Update changes name, address, credential and whether it takes traffic; the kind stays. A base URL with another
// origin erases the credential unless a new one comes with it: a key is never sent to a host it was not given for
// (decision D18). Look at HasCredential of the result.
func (s *Service) Update(ctx context.Context, actor org.Actor, c id.Connection, in Input) (ConnectionRecord, error) {
	if err := actor.Require(MayChange); err != nil {
		return ConnectionRecord{}, err
	}
	// The kind never changes, so what it needs can be checked before the transaction.
	now, err := s.get(ctx, actor.Org, c)
	if err != nil {
		return ConnectionRecord{}, err
	}
	in.Kind = now.Kind
	if in, err = in.checked(s.URLs, false); err != nil {
		return ConnectionRecord{}, err
	}
	return s.change(ctx, actor, c, "connection.updated", func(r *ConnectionRecord) error {
		if !in.Seen.IsZero() && !in.Seen.Equal(r.UpdatedAt) {
			return ErrChanged
		}
		if Origin(r.Kind, in.BaseURL) != Origin(r.Kind, r.BaseURL) {
			r.Sealed, r.KeyHint = nil, ""
		}
		if in.BaseURL != r.BaseURL {
			r.Models, r.Listed = nil, Listed{}
		}
		if in.BaseURL != r.BaseURL || in.Service != r.Service || !in.Credential.IsEmpty() {
			r.Check = Check{}
		}
		r.Name, r.BaseURL, r.Service, r.Disabled = in.Name, in.BaseURL, in.Service, in.Disabled
		if in.Terms != nil {
			r.Terms = *in.Terms
		}
		return s.seal(ctx, r, in.Credential)
	})
}

// Delete removes a connection. While aliases send traffic there it refuses and names them, unless confirmed: then their
// targets on it go too, and aliases left without a target.
func (s *Service) Delete(ctx context.Context, actor org.Actor, c id.Connection, confirmed bool) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		r, err := s.get(ctx, actor.Org, c)
		if err != nil {
			return err
		}
		all, err := s.Aliases.Users(ctx, actor.Org)
		if err != nil {
			return err
		}
		users := all[c]
		if len(users) > 0 && !confirmed {
			return fault.Newf(fault.Conflict, "in_use", "The connection %q is a target of the alias %s. Point them elsewhere first, or confirm to remove it from them.",
				r.Name, strings.Join(users, ", ")).With("aliases", strings.Join(users, ","))
		}
		if err := s.tested(ctx, r); err != nil {
			return err
		}
		if len(users) > 0 {
			if err := s.Aliases.Release(ctx, actor, c); err != nil {
				return err
			}
		}
		if err := s.Store.Delete(ctx, actor.Org, c); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("connection.deleted", r, facts(r), nil))
	})
	if err != nil {
		return public("delete", err)
	}
	s.changed(ctx)
	return nil
}

// tested refuses to delete what a variant of an experiment asks, or to call it something else: experiments go by its name.
func (s *Service) tested(ctx context.Context, r ConnectionRecord) error {
	if s.Tested == nil {
		return nil
	}
	by, err := s.Tested(ctx, r.Org, r.Name)
	if err != nil || len(by) == 0 {
		return err
	}
	return fault.Newf(fault.Conflict, "in_use", "The experiment %s sends requests to the connection %q. Stop it first; what it counted stays.", strings.Join(by, ", "), r.Name)
}

// change is read, edit, write, audit in one transaction.
func (s *Service) change(ctx context.Context, actor org.Actor, c id.Connection, action string, edit func(*ConnectionRecord) error) (ConnectionRecord, error) {
	var r ConnectionRecord
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if r, err = s.get(ctx, actor.Org, c); err != nil {
			return err
		}
		old, before := r, facts(r)
		if err := edit(&r); err != nil {
			return err
		}
		if r.Name != old.Name {
			if err := s.tested(ctx, old); err != nil {
				return err
			}
		}
		r.UpdatedAt = s.Clock.Now().UTC()
		if err := s.Store.Update(ctx, r); err != nil {
			return err
		}
		r.Version++
		return s.Audit.Append(ctx, actor, entry(action, r, before, facts(r)))
	})
	if err != nil {
		return ConnectionRecord{}, public("change", err)
	}
	s.changed(ctx)
	return r, nil
}

// seal encrypts a credential, if one was given, for the record's row and origin.
func (s *Service) seal(ctx context.Context, r *ConnectionRecord, key secret.String) error {
	if key.IsEmpty() {
		return nil
	}
	sealed, err := s.Vault.Seal(ctx, r.Org, sealedTable, sealedColumn, r.binding(), key)
	if err != nil {
		return fmt.Errorf("provider: seal credential: %w", err)
	}
	r.Sealed, r.KeyHint = sealed, hint(key)
	return nil
}

// changed tells the data planes. A lost message costs a second: readers poll as well.
func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil {
		s.Log.WarnContext(ctx, "publish failed, readers will poll", "topic", string(Topic), "error", err)
	}
}

// public turns a store's error into a refusal.
func public(op string, err error) error {
	switch {
	case errors.Is(err, ErrTaken):
		taken := fault.New(fault.Conflict, "name_taken", "Another connection has this name already. Choose another one.").Because(err)
		taken.Field = "name"
		return taken
	case errors.Is(err, ErrChanged):
		return fault.New(fault.Conflict, "changed", "Somebody changed this connection while you did. Load it again and repeat your change.").Because(err)
	case errors.Is(err, ErrNotFound):
		return NotFound()
	case fault.From(err).Kind != fault.Internal:
		return err
	}
	return fmt.Errorf("provider: %s connection: %w", op, err)
}

func entry(action string, r ConnectionRecord, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: r.ID.String(), TargetName: r.Name, Before: before, After: after}
}

// facts are what the audit log keeps of a connection: everything but the secret.
func facts(r ConnectionRecord) map[string]any {
	credential := "none"
	if r.HasCredential() {
		credential = "set, ends in " + r.KeyHint
	}
	out := map[string]any{"name": r.Name, "kind": string(r.Kind), "base_url": r.BaseURL, "service": r.Service, "disabled": r.Disabled, "credential": credential}
	if r.Terms != (Terms{}) {
		out["terms"] = r.Terms
	}
	return out
}
