package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Input is what a person says about a report's credential.
type Input struct {
	Credential secret.String // empty keeps the one there is
	Narrow     string
}

// SetCredential stores the credential that reads a connection's report, sealed for the connection and its origin.
func (s *Service) SetCredential(ctx context.Context, actor org.Actor, c id.Connection, in Input) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	key := secret.New(strings.TrimSpace(in.Credential.Reveal()))
	narrow := strings.TrimSpace(in.Narrow)
	if len(narrow) > 200 || strings.ContainsFunc(narrow, unprintable) {
		return fault.Field("narrow", "Give the id as the provider shows it, such as proj_… or wrkspc_…, or nothing.")
	}
	if len(key.Reveal()) > 4096 || strings.ContainsFunc(key.Reveal(), unprintable) {
		return fault.Field("credential", "An API key has at most 4096 characters and no spaces or special characters inside. Copy it again.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		r, _, err := s.account(ctx, actor.Org, c)
		if err != nil {
			return err
		}
		now, err := s.Store.Credential(ctx, actor.Org, c)
		there := err == nil
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if !there && key.IsEmpty() {
			return fault.Field("credential", "Paste the admin key that may read the cost report. The connection's own key may not.")
		}
		before := facts(now)
		now.Org, now.Connection, now.Narrow, now.Trouble, now.UpdatedAt = actor.Org, c, narrow, "", s.Clock.Now().UTC()
		if !key.IsEmpty() {
			if now.Sealed, err = s.Vault.Seal(ctx, actor.Org, sealedTable, sealedColumn, binding(r), key); err != nil {
				return fmt.Errorf("seal: %w", err)
			}
			now.KeyHint = hint(key)
		}
		if err := s.Store.PutCredential(ctx, now); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "reconcile.credential_set", Target: c.String(), TargetName: r.Name, Before: before, After: facts(now)})
	})
	return public(err)
}

// RemoveCredential forgets the credential; what was read stays.
func (s *Service) RemoveCredential(ctx context.Context, actor org.Actor, c id.Connection) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		r, _, err := s.account(ctx, actor.Org, c)
		if err != nil {
			return err
		}
		if err := s.Store.DeleteCredential(ctx, actor.Org, c); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "reconcile.credential_removed", Target: c.String(), TargetName: r.Name})
	})
	return public(err)
}

const sealedTable, sealedColumn = "report_credentials", "credential"

// binding is what a credential is sealed for: another base URL leaves it unreadable (decision D18).
func binding(r provider.ConnectionRecord) string {
	return r.ID.String() + " " + provider.Origin(r.Kind, r.BaseURL)
}

func unprintable(r rune) bool { return r <= ' ' || r > '~' }

// hint is the last four characters of a credential long enough to keep the rest secret.
func hint(key secret.String) string {
	v := key.Reveal()
	if len(v) < 12 {
		return ""
	}
	return v[len(v)-4:]
}

// facts are what the audit log keeps: everything but the secret.
func facts(c Credential) map[string]any {
	if len(c.Sealed) == 0 {
		return nil
	}
	return map[string]any{"credential": "set, ends in " + c.KeyHint, "narrow": c.Narrow}
}
