package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// AuditStore keeps the audit log.
type AuditStore struct{ db *DB }

var _ audit.Store = (*AuditStore)(nil)

// NewAuditStore makes the store.
func NewAuditStore(d *DB) *AuditStore { return &AuditStore{d} }

type auditHeadRow struct {
	Org    id.Org `gorm:"column:org_id;primaryKey"`
	Seq    int64  `gorm:"column:seq"`
	Hash   []byte `gorm:"column:hash"`
	Pepper int64  `gorm:"column:pepper"`
	MAC    []byte `gorm:"column:mac"`
}

// TableName implements gorm's Tabler.
func (auditHeadRow) TableName() string { return "audit_heads" }

func (r auditHeadRow) head() audit.Head {
	h := audit.Head{Seq: r.Seq, KeyID: secret.KeyID(r.Pepper)}
	copy(h.Hash[:], r.Hash)
	copy(h.MAC[:], r.MAC)
	return h
}

type auditRow struct {
	Org        id.Org    `gorm:"column:org_id;primaryKey"`
	ID         id.Audit  `gorm:"column:id;primaryKey"`
	Seq        int64     `gorm:"column:seq"`
	At         time.Time `gorm:"column:at"`
	Actor      string    `gorm:"column:actor"`
	Member     id.Member `gorm:"column:member_id"`
	IP         string    `gorm:"column:ip"`
	UserAgent  string    `gorm:"column:user_agent"`
	RequestID  string    `gorm:"column:request_id"`
	Action     string    `gorm:"column:action"`
	Target     string    `gorm:"column:target"`
	TargetName string    `gorm:"column:target_name"`
	Before     string    `gorm:"column:before_json"`
	After      string    `gorm:"column:after_json"`
	Pepper     int64     `gorm:"column:pepper"`
	Hash       []byte    `gorm:"column:hash"`
	Via        string    `gorm:"column:via"`
	Role       string    `gorm:"column:role"`
}

// TableName implements gorm's Tabler.
func (auditRow) TableName() string { return "audit_entries" }

func (r auditRow) record() audit.Record {
	out := audit.Record{ID: r.ID, Org: r.Org, Seq: r.Seq, At: r.At.UTC(), Actor: r.Actor, Member: r.Member, IP: r.IP, UserAgent: r.UserAgent,
		RequestID: r.RequestID, Action: r.Action, Target: r.Target, TargetName: r.TargetName, Before: r.Before, After: r.After,
		KeyID: secret.KeyID(r.Pepper), Via: org.Via(r.Via), Role: org.Role(r.Role)}
	copy(out.Hash[:], r.Hash)
	return out
}

// Lock implements audit.Store. On PostgreSQL the head's row is locked; on SQLite the transaction holds the database's
// one write lock since it began.
func (s *AuditStore) Lock(ctx context.Context, o id.Org) (h audit.Head, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		first := auditHeadRow{Org: o, Hash: make([]byte, 32)}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&first).Error; err != nil {
			return err
		}
		var row auditHeadRow
		err := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("org_id = ?", o).Take(&row).Error
		h = row.head()
		return err
	})
	return h, err
}

// Insert implements audit.Store.
func (s *AuditStore) Insert(ctx context.Context, r audit.Record, h audit.Head) error {
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		row := auditRow{r.Org, r.ID, r.Seq, r.At.UTC(), r.Actor, r.Member, r.IP, r.UserAgent, r.RequestID, r.Action, r.Target, r.TargetName,
			r.Before, r.After, int64(r.KeyID), r.Hash[:], string(r.Via), string(r.Role)}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return tx.Model(&auditHeadRow{}).Where("org_id = ?", r.Org).
			Updates(map[string]any{"seq": h.Seq, "hash": h.Hash[:], "pepper": int64(h.KeyID), "mac": h.MAC[:]}).Error
	})
}

// Head implements audit.Store.
func (s *AuditStore) Head(ctx context.Context, o id.Org) (audit.Head, error) {
	var row auditHeadRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return audit.Head{}, nil
	}
	return row.head(), err
}

// List implements audit.Store.
func (s *AuditStore) List(ctx context.Context, o id.Org, after int64, limit int) ([]audit.Record, error) {
	var rows []auditRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND seq > ?", o, after).Order("seq").Limit(limit).Find(&rows).Error
	})
	return records(rows), err
}

func records(rows []auditRow) []audit.Record {
	out := make([]audit.Record, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.record())
	}
	return out
}
