package operator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// KeysChanged is the topic on which the data plane reads keys again, and with them which organization is suspended.
const KeysChanged live.Topic = "keys"

// maxReason bounds why an organization is suspended, in characters.
const maxReason = 300

// Tenant is an organization as operators see it: figures, no content.
type Tenant struct {
	ID           id.Org
	Name, Slug   string
	CreatedAt    time.Time
	DeletedAt    time.Time // zero while it lives
	SuspendedAt  time.Time // zero while it is not suspended
	SuspendedWhy string
	// Plan and PlanStatus are the billing's words, "" where nothing is billed; TrialEnds is zero without a trial.
	Plan, PlanStatus string
	TrialEnds        time.Time
	People           int64
	// Spent, Requests are of this month by UTC; Recent and Failed are requests of the last 24 hours.
	Spent          money.USD
	Requests       int64
	Recent, Failed int64
	// Used is the newest hour with a request, zero if there never was one.
	Used time.Time
}

// State is a tenant's state in a word: "active", "suspended" or "deleted".
func (t Tenant) State() string {
	switch {
	case !t.DeletedAt.IsZero():
		return "deleted"
	case !t.SuspendedAt.IsZero():
		return "suspended"
	}
	return "active"
}

// Query narrows the list of organizations.
type Query struct {
	Text   string // in name or short name, in any case
	State  string // "active", "suspended", "deleted"; "" = all
	Only   id.Org // one of them
	Before id.Org // those made before it: the next page
	Limit  int
}

// Tenants are organizations, newest first.
func (s *Service) Tenants(ctx context.Context, w Who, q Query) ([]Tenant, error) {
	if err := w.require(); err != nil {
		return nil, err
	}
	now := s.Clock.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	q.Text = strings.ToLower(strings.TrimSpace(q.Text))
	return s.Store.Tenants(ctx, q, month, now.Add(-24*time.Hour).Truncate(time.Hour))
}

// Tenant is one organization.
func (s *Service) Tenant(ctx context.Context, w Who, o id.Org) (Tenant, error) {
	all, err := s.Tenants(ctx, w, Query{Only: o, Limit: 1})
	if err != nil {
		return Tenant{}, err
	}
	if len(all) == 0 {
		return Tenant{}, org.Missing()
	}
	return all[0], nil
}

// Suspend keeps an organization's keys from models, on every node within a second. Its people read why on every page, and its
// pages go on: they may look, export and pay. Requests under way end by themselves.
func (s *Service) Suspend(ctx context.Context, w Who, o id.Org, why string) error {
	why = strings.Join(strings.Fields(why), " ")
	if why == "" || len([]rune(why)) > maxReason {
		return fault.Field("reason", fmt.Sprintf("Say why in 1 to %d characters. The organization's people read it.", maxReason))
	}
	return s.change(ctx, w, o, func(ctx context.Context, t Tenant) error {
		if !t.SuspendedAt.IsZero() {
			return fault.New(fault.Conflict, "suspended_already", "This organization is suspended already. Resume it first to give another reason.")
		}
		if err := s.Store.Suspend(ctx, o, s.Clock.Now(), why); err != nil {
			return err
		}
		return s.both(ctx, w, t, "organization.suspended", map[string]any{"reason": why}, why)
	})
}

// Resume ends a suspension.
func (s *Service) Resume(ctx context.Context, w Who, o id.Org) error {
	return s.change(ctx, w, o, func(ctx context.Context, t Tenant) error {
		if t.SuspendedAt.IsZero() {
			return fault.New(fault.Conflict, "not_suspended", "This organization is not suspended.")
		}
		if err := s.Store.Suspend(ctx, o, time.Time{}, ""); err != nil {
			return err
		}
		return s.both(ctx, w, t, "organization.resumed", nil, "")
	})
}

// Delete ends an organization for good, as its own admin could: its data key is destroyed. name must be the organization's.
func (s *Service) Delete(ctx context.Context, w Who, o id.Org, name string) error {
	return s.change(ctx, w, o, func(ctx context.Context, t Tenant) error {
		err := s.Orgs.DeleteOrganization(ctx, w.In(o), name)
		if f := fault.From(err); err != nil && f.Code == "subscribed" { // an operator gets to no organization's portal
			return fault.Newf(fault.Conflict, f.Code, "Its plan still runs, and Stripe would go on charging for it. Cancel the subscription %s in Stripe's dashboard. What is done there is read within a minute, or in the night; then delete the organization.", f.Detail["subscription"]).Because(err)
		}
		if err != nil {
			return err
		}
		return s.write(ctx, w, "organization.deleted", o, t.Name, "")
	})
}

// change does something to an organization that lives, and tells the data plane.
func (s *Service) change(ctx context.Context, w Who, o id.Org, do func(ctx context.Context, t Tenant) error) error {
	if err := w.require(); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		t, err := s.Tenant(ctx, w, o)
		if err != nil {
			return err
		}
		if !t.DeletedAt.IsZero() {
			return fault.New(fault.Conflict, "organization_deleted", "This organization was deleted. Nothing can be done with it any more.")
		}
		return do(ctx, t)
	})
	if err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	if err := s.Bus.Publish(ctx, KeysChanged); err != nil {
		s.Log.WarnContext(ctx, "publish failed, readers will poll", "topic", string(KeysChanged), "error", err.Error())
	}
	return nil
}

// both notes what was done in the operators' log and in the organization's.
func (s *Service) both(ctx context.Context, w Who, t Tenant, action string, after map[string]any, detail string) error {
	if err := s.Audit.Append(ctx, w.In(t.ID), audit.Entry{Action: action, Target: t.ID.String(), TargetName: t.Name, After: after}); err != nil {
		return err
	}
	return s.write(ctx, w, action, t.ID, t.Name, detail)
}
