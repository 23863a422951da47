package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/price"
)

type overrideRow struct {
	OrgID      id.Org                        `gorm:"column:org_id;primaryKey"`
	ID         id.Override                   `gorm:"column:id;primaryKey"`
	Provider   string                        `gorm:"column:provider"`
	Connection *id.Connection                `gorm:"column:connection_id"`
	Model      string                        `gorm:"column:model"`
	From       time.Time                     `gorm:"column:from_at"`
	Until      *time.Time                    `gorm:"column:until_at"`
	Prices     map[catalog.Class]money.Price `gorm:"column:prices;serializer:json"`
	Note       string                        `gorm:"column:note"`
	Version    int64                         `gorm:"column:version"`
	CreatedAt  time.Time                     `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  time.Time                     `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (overrideRow) TableName() string { return "price_overrides" }

func overrideRowOf(o price.Override) overrideRow {
	row := overrideRow{OrgID: o.Org, ID: o.ID, Provider: o.Provider, Model: o.Model, From: o.From.UTC(), Prices: o.Prices, Note: o.Note,
		Version: o.Version, CreatedAt: o.CreatedAt.UTC(), UpdatedAt: o.UpdatedAt.UTC()}
	if !o.Connection.IsZero() {
		row.Connection = &o.Connection
	}
	if !o.Until.IsZero() {
		until := o.Until.UTC()
		row.Until = &until
	}
	return row
}

func (r overrideRow) override() price.Override {
	o := price.Override{ID: r.ID, Org: r.OrgID, Provider: r.Provider, Model: r.Model, From: r.From.UTC(), Prices: r.Prices, Note: r.Note,
		Version: r.Version, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
	if r.Connection != nil {
		o.Connection = *r.Connection
	}
	if r.Until != nil {
		o.Until = r.Until.UTC()
	}
	return o
}

// PriceStore keeps tenants' own prices.
type PriceStore struct{ db *DB }

// NewPriceStore makes the store.
func NewPriceStore(d *DB) *PriceStore { return &PriceStore{d} }

var _ price.Store = (*PriceStore)(nil)

// Insert implements price.Store.
func (s *PriceStore) Insert(ctx context.Context, o price.Override) error {
	row := overrideRowOf(o)
	return s.db.scoped(ctx, o.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// Update implements price.Store.
func (s *PriceStore) Update(ctx context.Context, o price.Override) error {
	row := overrideRowOf(o)
	row.Version++
	return s.db.scoped(ctx, o.Org, func(tx *gorm.DB) error {
		res := tx.Select("*").Omit("org_id", "id", "created_at").
			Where("org_id = ? AND id = ? AND version = ?", o.Org, o.ID, o.Version).Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return price.ErrChanged
		}
		return res.Error
	})
}

// Delete implements price.Store.
func (s *PriceStore) Delete(ctx context.Context, o id.Org, which id.Override) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND id = ?", o, which).Delete(&overrideRow{})
		if res.Error == nil && res.RowsAffected == 0 {
			return price.ErrNotFound
		}
		return res.Error
	})
}

// Get implements price.Store.
func (s *PriceStore) Get(ctx context.Context, o id.Org, which id.Override) (price.Override, error) {
	var row overrideRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, which).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return price.Override{}, price.ErrNotFound
	}
	return row.override(), err
}

// List implements price.Store. Ids sort by the time they were made.
func (s *PriceStore) List(ctx context.Context, o id.Org) ([]price.Override, error) {
	var rows []overrideRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("id DESC").Find(&rows).Error
	})
	return overridesOf(rows), err
}

// All implements price.Store.
func (s *PriceStore) All(ctx context.Context, at time.Time) ([]price.Override, error) {
	var rows []overrideRow
	err := s.db.system(ctx, "compile the price table", func(tx *gorm.DB) error {
		return tx.Where("until_at IS NULL OR until_at > ?", at.UTC()).Order("id").Find(&rows).Error
	})
	return overridesOf(rows), err
}

func overridesOf(rows []overrideRow) []price.Override {
	out := make([]price.Override, len(rows))
	for i, r := range rows {
		out[i] = r.override()
	}
	return out
}

// Has implements price.Connections.
func (s *ConnectionStore) Has(ctx context.Context, o id.Org, c id.Connection) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&connectionRow{}).Where("org_id = ? AND id = ?", o, c).Count(&n).Error
	})
	return n > 0, err
}
