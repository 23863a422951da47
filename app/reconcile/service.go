package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
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
		if _, _, err := s.account(ctx, actor.Org, c); err != nil {
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
	if _, _, err := s.account(ctx, actor.Org, c); err != nil {
		return Day{}, err
	}
	d, err := s.Store.Day(ctx, actor.Org, c, day)
	if err != nil {
		return Day{}, fmt.Errorf("reconcile: find day: %w", err)
	}
	return d, nil
}

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

// today is the present UTC day.
func (s *Service) today() time.Time { return s.Clock.Now().UTC().Truncate(24 * time.Hour) }
