package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

type connectionRow struct {
	OrgID         id.Org          `gorm:"column:org_id;primaryKey"`
	ID            id.Connection   `gorm:"column:id;primaryKey"`
	Name          string          `gorm:"column:name"`
	Kind          string          `gorm:"column:kind"`
	BaseURL       string          `gorm:"column:base_url"`
	Service       string          `gorm:"column:service"`
	Credential    []byte          `gorm:"column:credential"`
	KeyHint       string          `gorm:"column:key_hint"`
	Models        []string        `gorm:"column:models;serializer:json"`
	Listed        provider.Listed `gorm:"column:listed;serializer:json"`
	Disabled      bool            `gorm:"column:disabled"`
	Residency     string          `gorm:"column:residency"`
	ZeroRetention bool            `gorm:"column:zero_retention"`
	NoTraining    bool            `gorm:"column:no_training"`
	LastCheck     provider.Check  `gorm:"column:last_check;serializer:json"`
	Version       int64           `gorm:"column:version"`
	CreatedAt     time.Time       `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt     time.Time       `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (connectionRow) TableName() string { return "connections" }

func connectionRowOf(r provider.ConnectionRecord) connectionRow {
	row := connectionRow{OrgID: r.Org, ID: r.ID, Name: r.Name, Kind: string(r.Kind), BaseURL: r.BaseURL, Service: r.Service, Credential: r.Sealed,
		KeyHint: r.KeyHint, Models: r.Models, Listed: r.Listed, Disabled: r.Disabled, Residency: r.Terms.Residency, ZeroRetention: r.Terms.ZeroRetention, NoTraining: r.Terms.NoTraining, LastCheck: r.Check, Version: r.Version,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
	if row.Models == nil {
		row.Models = []string{}
	}
	return row
}

func (r connectionRow) record() provider.ConnectionRecord {
	return provider.ConnectionRecord{ID: r.ID, Org: r.OrgID, Name: r.Name, Kind: provider.Kind(r.Kind), BaseURL: r.BaseURL, Service: r.Service,
		Sealed: r.Credential, KeyHint: r.KeyHint, Models: r.Models, Listed: r.Listed, Disabled: r.Disabled, Terms: provider.Terms{Residency: r.Residency, ZeroRetention: r.ZeroRetention, NoTraining: r.NoTraining}, Check: r.LastCheck,
		Version: r.Version, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

// ConnectionStore keeps provider connections.
type ConnectionStore struct{ db *DB }

// NewConnectionStore makes the store.
func NewConnectionStore(d *DB) *ConnectionStore { return &ConnectionStore{d} }

var _ provider.Store = (*ConnectionStore)(nil)

// Insert implements provider.Store.
func (s *ConnectionStore) Insert(ctx context.Context, r provider.ConnectionRecord) error {
	row := connectionRowOf(r)
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return provider.ErrTaken
	}
	return err
}

// Update implements provider.Store.
func (s *ConnectionStore) Update(ctx context.Context, r provider.ConnectionRecord) error {
	row := connectionRowOf(r)
	row.Version++
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		res := tx.Select("*").Omit("org_id", "id", "kind", "created_at").
			Where("org_id = ? AND id = ? AND version = ?", r.Org, r.ID, r.Version).Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return provider.ErrChanged
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return provider.ErrTaken
	}
	return err
}

// Delete implements provider.Store.
func (s *ConnectionStore) Delete(ctx context.Context, o id.Org, c id.Connection) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND id = ?", o, c).Delete(&connectionRow{})
		switch {
		case errors.Is(res.Error, gorm.ErrForeignKeyViolated):
			return provider.ErrChanged // an alias got a target on it since the caller looked
		case res.Error == nil && res.RowsAffected == 0:
			return provider.ErrNotFound
		}
		return res.Error
	})
}

// Get implements provider.Store.
func (s *ConnectionStore) Get(ctx context.Context, o id.Org, c id.Connection) (provider.ConnectionRecord, error) {
	var row connectionRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, c).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return provider.ConnectionRecord{}, provider.ErrNotFound
	}
	return row.record(), err
}

// List implements provider.Store.
func (s *ConnectionStore) List(ctx context.Context, o id.Org) ([]provider.ConnectionRecord, error) {
	var rows []connectionRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("name").Find(&rows).Error
	})
	return connectionRecords(rows), err
}

// All implements provider.Store. Ids sort by the time they were made.
func (s *ConnectionStore) All(ctx context.Context) ([]provider.ConnectionRecord, error) {
	var rows []connectionRow
	err := s.db.system(ctx, "compile the route index", func(tx *gorm.DB) error {
		return tx.Where(ofLiving).Order("id").Find(&rows).Error
	})
	return connectionRecords(rows), err
}

func connectionRecords(rows []connectionRow) []provider.ConnectionRecord {
	out := make([]provider.ConnectionRecord, len(rows))
	for i, r := range rows {
		out[i] = r.record()
	}
	return out
}
