package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

type auditAnchorRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	Seq    int64     `gorm:"column:seq"`
	Hash   []byte    `gorm:"column:hash"`
	At     time.Time `gorm:"column:at"`
	Pepper int64     `gorm:"column:pepper"`
	MAC    []byte    `gorm:"column:mac"`
}

// TableName implements gorm's Tabler.
func (auditAnchorRow) TableName() string { return "audit_anchors" }

type auditSettingRow struct {
	Org      id.Org `gorm:"column:org_id;primaryKey"`
	KeepDays int    `gorm:"column:keep_days"`
}

// TableName implements gorm's Tabler.
func (auditSettingRow) TableName() string { return "audit_settings" }

// Anchor implements audit.Store.
func (s *AuditStore) Anchor(ctx context.Context, o id.Org) (audit.Anchor, bool, error) {
	var row auditAnchorRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return audit.Anchor{}, false, nil
	}
	a := audit.Anchor{Seq: row.Seq, At: row.At.UTC(), KeyID: secret.KeyID(row.Pepper)}
	copy(a.Hash[:], row.Hash)
	copy(a.MAC[:], row.MAC)
	return a, err == nil, err
}

// Since implements audit.Store.
func (s *AuditStore) Since(ctx context.Context, o id.Org, at time.Time) (int64, error) {
	var rows []auditRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND at >= ?", o, at.UTC()).Order("seq").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Seq, nil
}

// Cut implements audit.Store.
func (s *AuditStore) Cut(ctx context.Context, o id.Org, a audit.Anchor) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		row := auditAnchorRow{o, a.Seq, a.Hash[:], a.At.UTC(), int64(a.KeyID), a.MAC[:]}
		put := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"seq", "hash", "at", "pepper", "mac"})}
		if err := tx.Session(&gorm.Session{}).Clauses(put).Create(&row).Error; err != nil {
			return err
		}
		return tx.Session(&gorm.Session{}).Where("org_id = ? AND seq <= ?", o, a.Seq).Delete(&auditRow{}).Error
	})
}

// KeepDays implements audit.Store.
func (s *AuditStore) KeepDays(ctx context.Context, o id.Org) (int, bool, error) {
	var row auditSettingRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, false, nil
	}
	return row.KeepDays, err == nil, err
}

// SetKeepDays implements audit.Store.
func (s *AuditStore) SetKeepDays(ctx context.Context, o id.Org, days int) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		put := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"keep_days"})}
		return tx.Clauses(put).Create(&auditSettingRow{o, days}).Error
	})
}

// Organizations implements audit.Store.
func (s *AuditStore) Organizations(ctx context.Context) ([]id.Org, error) {
	var rows []auditHeadRow
	err := s.db.system(ctx, "prune every organization's audit log", func(tx *gorm.DB) error { return tx.Order("org_id").Find(&rows).Error })
	out := make([]id.Org, len(rows))
	for i, r := range rows {
		out[i] = r.Org
	}
	return out, err
}
