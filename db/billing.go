package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/billing"
)

// BillingStore keeps what organizations pay for.
type BillingStore struct{ db *DB }

// NewBillingStore makes the store.
func NewBillingStore(d *DB) *BillingStore { return &BillingStore{d} }

var _ billing.Store = (*BillingStore)(nil)

type billingRow struct {
	Org           id.Org     `gorm:"column:org_id;primaryKey"`
	TrialEndsAt   time.Time  `gorm:"column:trial_ends_at"`
	Customer      *string    `gorm:"column:customer"`
	Subscription  string     `gorm:"column:subscription"`
	Item          string     `gorm:"column:item"`
	Plan          string     `gorm:"column:plan"`
	Status        string     `gorm:"column:status"`
	Seats         int64      `gorm:"column:seats"`
	PeriodStart   *time.Time `gorm:"column:period_start"`
	PeriodEnd     *time.Time `gorm:"column:period_end"`
	EndsAt        *time.Time `gorm:"column:ends_at"`
	DueSince      *time.Time `gorm:"column:due_since"`
	OrderKind     string     `gorm:"column:order_kind"`
	OrderPlan     string     `gorm:"column:order_plan"`
	OrderSeats    int64      `gorm:"column:order_seats"`
	OrderAt       *time.Time `gorm:"column:order_at"`
	OrderTrialEnd *time.Time `gorm:"column:order_trial_end"`
	Sequence      int64      `gorm:"column:sequence"`
	Session       string     `gorm:"column:session"`
	SessionURL    string     `gorm:"column:session_url"`
	SessionPlan   string     `gorm:"column:session_plan"`
	SessionSeats  int64      `gorm:"column:session_seats"`
	SessionUntil  *time.Time `gorm:"column:session_until"`
	Version       int64      `gorm:"column:version"`
	UpdatedAt     time.Time  `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName implements gorm's Tabler.
func (billingRow) TableName() string { return "billing_accounts" }

func billingRowOf(a billing.Account) billingRow {
	r := billingRow{Org: a.Org, TrialEndsAt: a.TrialEndsAt.UTC(),
		Subscription: a.Subscription.ID, Item: a.Item, Plan: string(a.Subscription.Plan), Status: string(a.Status), Seats: a.Subscription.Seats,
		PeriodStart: toNull(a.PeriodStart), PeriodEnd: toNull(a.PeriodEnd), EndsAt: toNull(a.EndsAt), DueSince: toNull(a.DueSince),
		OrderKind: string(a.Order.Kind), OrderPlan: string(a.Order.Plan), OrderSeats: a.Order.Seats, OrderAt: toNull(a.Order.At), OrderTrialEnd: toNull(a.Order.TrialEnd),
		Sequence: a.Sequence, Session: a.Session.ID, SessionURL: a.Session.URL, SessionPlan: string(a.Session.Plan), SessionSeats: a.Session.Seats, SessionUntil: toNull(a.Session.Until),
		Version: a.Version, UpdatedAt: a.UpdatedAt.UTC()}
	if a.Customer != "" {
		r.Customer = &a.Customer
	}
	return r
}

func (r billingRow) account() billing.Account {
	a := billing.Account{Org: r.Org, TrialEndsAt: r.TrialEndsAt.UTC(), Sequence: r.Sequence, Version: r.Version, UpdatedAt: r.UpdatedAt.UTC(),
		Subscription: billing.Subscription{ID: r.Subscription, Item: r.Item, Plan: billing.Name(r.Plan), Status: billing.Status(r.Status), Seats: r.Seats,
			PeriodStart: fromNull(r.PeriodStart), PeriodEnd: fromNull(r.PeriodEnd), EndsAt: fromNull(r.EndsAt), DueSince: fromNull(r.DueSince)},
		Order:   billing.Order{Kind: billing.Kind(r.OrderKind), Plan: billing.Name(r.OrderPlan), Seats: r.OrderSeats, At: fromNull(r.OrderAt), TrialEnd: fromNull(r.OrderTrialEnd)},
		Session: billing.Session{ID: r.Session, URL: r.SessionURL, Plan: billing.Name(r.SessionPlan), Seats: r.SessionSeats, Until: fromNull(r.SessionUntil)}}
	if r.Customer != nil {
		a.Customer = *r.Customer
	}
	return a
}

// Account implements billing.Store.
func (s *BillingStore) Account(ctx context.Context, o id.Org) (billing.Account, bool, error) {
	var row billingRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return billing.Account{}, false, nil
	}
	return row.account(), err == nil, err
}

// Open implements billing.Store.
func (s *BillingStore) Open(ctx context.Context, a billing.Account) error {
	row := billingRowOf(a)
	return s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoNothing: true}).Create(&row).Error
	})
}

// Save implements billing.Store.
func (s *BillingStore) Save(ctx context.Context, a billing.Account) (saved bool, err error) {
	row := billingRowOf(a)
	row.Version++
	err = s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		done := tx.Model(&billingRow{}).Where("org_id = ? AND version = ?", a.Org, a.Version).Select("*").Omit("org_id").Updates(&row)
		saved = done.RowsAffected == 1
		return done.Error
	})
	return saved, err
}

// OfCustomer implements billing.Store.
func (s *BillingStore) OfCustomer(ctx context.Context, customer string) (id.Org, bool, error) {
	var row billingRow
	err := s.db.system(ctx, "an event of Stripe says a customer, not an organization", func(tx *gorm.DB) error {
		return tx.Where("customer = ?", customer).Where(ofLiving).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return id.Org{}, false, nil
	}
	return row.Org, err == nil, err
}

type billingEventRow struct {
	Org   id.Org    `gorm:"column:org_id;primaryKey"`
	Event string    `gorm:"column:event;primaryKey"`
	Kind  string    `gorm:"column:kind"`
	At    time.Time `gorm:"column:at"`
}

// TableName implements gorm's Tabler.
func (billingEventRow) TableName() string { return "billing_events" }

// Heard implements billing.Store.
func (s *BillingStore) Heard(ctx context.Context, o id.Org, e billing.Event) (fresh bool, err error) {
	row := billingEventRow{o, e.ID, e.Kind, e.At.UTC()}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		done := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "event"}}, DoNothing: true}).Create(&row)
		fresh = done.RowsAffected == 1
		return done.Error
	})
	return fresh, err
}

// Known implements billing.Store.
func (s *BillingStore) Known(ctx context.Context, o id.Org, event string) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&billingEventRow{}).Where("org_id = ? AND event = ?", o, event).Count(&n).Error
	})
	return n > 0, err
}

// Organizations implements billing.Store.
func (s *BillingStore) Organizations(ctx context.Context) (out []id.Org, err error) {
	err = s.db.system(ctx, "bring the seats of all organizations up to date", func(tx *gorm.DB) error {
		return tx.Model(&orgRow{}).Where("deleted_at IS NULL").Order("created_at, id").Pluck("id", &out).Error
	})
	return out, err
}
