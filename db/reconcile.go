package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
)

type reportCredentialRow struct {
	OrgID      id.Org        `gorm:"column:org_id;primaryKey"`
	Connection id.Connection `gorm:"column:connection_id;primaryKey"`
	Credential []byte        `gorm:"column:credential"`
	KeyHint    string        `gorm:"column:key_hint"`
	Narrow     string        `gorm:"column:narrow"`
	ReadAt     *time.Time    `gorm:"column:read_at"`
	Trouble    string        `gorm:"column:trouble"`
	UpdatedAt  time.Time     `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (reportCredentialRow) TableName() string { return "report_credentials" }

func (r reportCredentialRow) credential() reconcile.Credential {
	c := reconcile.Credential{Org: r.OrgID, Connection: r.Connection, Sealed: r.Credential, KeyHint: r.KeyHint, Narrow: r.Narrow,
		Trouble: r.Trouble, UpdatedAt: r.UpdatedAt.UTC()}
	if r.ReadAt != nil {
		c.ReadAt = r.ReadAt.UTC()
	}
	return c
}

// ReconcileStore keeps providers' cost reports beside our own sums.
type ReconcileStore struct{ db *DB }

// NewReconcileStore makes the store.
func NewReconcileStore(d *DB) *ReconcileStore { return &ReconcileStore{d} }

var _ reconcile.Store = (*ReconcileStore)(nil)

// PutCredential implements reconcile.Store.
func (s *ReconcileStore) PutCredential(ctx context.Context, c reconcile.Credential) error {
	row := reportCredentialRow{OrgID: c.Org, Connection: c.Connection, Credential: c.Sealed, KeyHint: c.KeyHint, Narrow: c.Narrow,
		Trouble: c.Trouble, UpdatedAt: c.UpdatedAt.UTC()}
	if !c.ReadAt.IsZero() {
		at := c.ReadAt.UTC()
		row.ReadAt = &at
	}
	return s.db.scoped(ctx, c.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "connection_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"credential", "key_hint", "narrow", "read_at", "trouble", "updated_at"})}).Create(&row).Error
	})
}

// DeleteCredential implements reconcile.Store.
func (s *ReconcileStore) DeleteCredential(ctx context.Context, o id.Org, c id.Connection) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND connection_id = ?", o, c).Delete(&reportCredentialRow{})
		if res.Error == nil && res.RowsAffected == 0 {
			return reconcile.ErrNotFound
		}
		return res.Error
	})
}

// Credential implements reconcile.Store.
func (s *ReconcileStore) Credential(ctx context.Context, o id.Org, c id.Connection) (reconcile.Credential, error) {
	var row reportCredentialRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND connection_id = ?", o, c).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return reconcile.Credential{}, reconcile.ErrNotFound
	}
	return row.credential(), err
}

// Credentials implements reconcile.Store.
func (s *ReconcileStore) Credentials(ctx context.Context, o id.Org) ([]reconcile.Credential, error) {
	var rows []reportCredentialRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("connection_id").Find(&rows).Error
	})
	return credentialsOf(rows), err
}

// AllCredentials implements reconcile.Store.
func (s *ReconcileStore) AllCredentials(ctx context.Context) ([]reconcile.Credential, error) {
	var rows []reportCredentialRow
	err := s.db.system(ctx, "read the providers' cost reports", func(tx *gorm.DB) error {
		return tx.Where(ofLiving).Order("org_id, connection_id").Find(&rows).Error
	})
	return credentialsOf(rows), err
}

func credentialsOf(rows []reportCredentialRow) []reconcile.Credential {
	out := make([]reconcile.Credential, len(rows))
	for i, r := range rows {
		out[i] = r.credential()
	}
	return out
}

// Noted implements reconcile.Store. A credential that was removed meanwhile is no error.
func (s *ReconcileStore) Noted(ctx context.Context, o id.Org, c id.Connection, at time.Time, trouble string) error {
	set := map[string]any{"trouble": trouble}
	if trouble == "" {
		set["read_at"] = at.UTC()
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&reportCredentialRow{}).Where("org_id = ? AND connection_id = ?", o, c).Updates(set).Error
	})
}
