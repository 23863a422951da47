package db

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// ComplianceStore keeps holds and the proofs of erasures, and knows where people's data lies.
type ComplianceStore struct {
	db *DB
	// AtOnce is how many rows of a table are handed out together, and so in memory.
	AtOnce int
}

var _ compliance.Store = (*ComplianceStore)(nil)

// NewComplianceStore makes the store.
func NewComplianceStore(d *DB) *ComplianceStore { return &ComplianceStore{db: d, AtOnce: 100_000} }

type holdRow struct {
	Org     id.Org     `gorm:"column:org_id;primaryKey"`
	ID      id.Hold    `gorm:"column:id;primaryKey"`
	Member  id.Member  `gorm:"column:member_id"`
	Reason  string     `gorm:"column:reason"`
	By      string     `gorm:"column:set_by"`
	At      time.Time  `gorm:"column:set_at"`
	EndedBy string     `gorm:"column:ended_by"`
	EndedAt *time.Time `gorm:"column:ended_at"`
}

// TableName implements gorm's Tabler.
func (holdRow) TableName() string { return "legal_holds" }

// unheld is the condition that no legal hold keeps what a table has of an organization, for what deletes by age.
func unheld(table string) string {
	return "NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.org_id = " + table + ".org_id AND h.ended_at IS NULL)"
}

// heldNow asks for a hold in the transaction that deletes: one may have been set since the job began.
func heldNow(tx *gorm.DB, o id.Org) (bool, error) {
	var n int64
	err := tx.Model(&holdRow{}).Where("org_id = ? AND ended_at IS NULL", o).Count(&n).Error
	return n > 0, err
}

// Holds implements compliance.Store.
func (s *ComplianceStore) Holds(ctx context.Context, o id.Org) ([]compliance.Hold, error) {
	var rows []holdRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, id DESC").Find(&rows).Error
	})
	out := make([]compliance.Hold, len(rows))
	for i, r := range rows {
		out[i] = compliance.Hold{ID: r.ID, Org: r.Org, Member: r.Member, Reason: r.Reason, By: r.By, At: r.At.UTC(), EndedBy: r.EndedBy, EndedAt: fromNull(r.EndedAt)}
	}
	return out, err
}

// AddHold implements compliance.Store.
func (s *ComplianceStore) AddHold(ctx context.Context, h compliance.Hold) error {
	return s.db.scoped(ctx, h.Org, func(tx *gorm.DB) error {
		return tx.Create(&holdRow{h.Org, h.ID, h.Member, h.Reason, h.By, h.At.UTC(), "", nil}).Error
	})
}

// EndHold implements compliance.Store.
func (s *ComplianceStore) EndHold(ctx context.Context, o id.Org, which id.Hold, by string, at time.Time) (ended bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		done := tx.Model(&holdRow{}).Where("org_id = ? AND id = ? AND ended_at IS NULL", o, which).Updates(map[string]any{"ended_by": by, "ended_at": at.UTC()})
		ended = done.RowsAffected > 0
		return done.Error
	})
	return ended, err
}

// Find implements compliance.Store.
func (s *ComplianceStore) Find(ctx context.Context, o id.Org, email string) (id.Member, bool, error) {
	var rows []memberRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND email = ?", o, email).Order("id DESC").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return id.Member{}, false, err
	}
	return rows[0].ID, true, nil
}

// Under implements compliance.Store.
func (s *ComplianceStore) Under(ctx context.Context, o id.Org, email string) ([]compliance.Under, error) {
	var rows []memberRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND email = ?", o, email).Order("id").Find(&rows).Error
	})
	out := make([]compliance.Under, len(rows))
	for i, r := range rows {
		out[i] = compliance.Under{Member: r.ID, Name: r.Name, Left: r.RemovedAt != nil}
	}
	return out, err
}

type erasureRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.Erasure `gorm:"column:id;primaryKey"`
	Member    id.Member  `gorm:"column:member_id"`
	Pseudonym string     `gorm:"column:pseudonym"`
	Reason    string     `gorm:"column:reason"`
	By        string     `gorm:"column:made_by"`
	At        time.Time  `gorm:"column:made_at"`
	Counts    string     `gorm:"column:counts"`
	Entries   int64      `gorm:"column:entries"`
	First     int64      `gorm:"column:first"`
	Head      string     `gorm:"column:head"`
	Sealed    []byte     `gorm:"column:sealed"`
	Settles   *time.Time `gorm:"column:settles_at"`
	Passed    *time.Time `gorm:"column:passed_at"`
	Ended     *time.Time `gorm:"column:ended_at"`
	Behind    string     `gorm:"column:behind"`
	Silent    int64      `gorm:"column:silent"`
}

// TableName implements gorm's Tabler.
func (erasureRow) TableName() string { return "erasures" }

// Erasures implements compliance.Store.
func (s *ComplianceStore) Erasures(ctx context.Context, o id.Org) ([]compliance.Erasure, error) {
	var rows []erasureRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("id DESC").Find(&rows).Error })
	if err != nil {
		return nil, err
	}
	return erasuresOf(rows)
}

// AddErasure implements compliance.Store.
func (s *ComplianceStore) AddErasure(ctx context.Context, e compliance.Erasure) error {
	counts, err := json.Marshal(e.Counts)
	if err != nil {
		return err
	}
	b := e.Behind
	return s.db.scoped(ctx, e.Org, func(tx *gorm.DB) error {
		return tx.Create(&erasureRow{Org: e.Org, ID: e.ID, Member: e.Member, Pseudonym: e.Pseudonym, Reason: e.Reason, By: e.By, At: e.At.UTC(), Counts: string(counts), Entries: e.Entries, First: e.First, Head: e.Head,
			Sealed: b.Sealed, Settles: toNull(b.Settles), Behind: "{}"}).Error
	})
}

// Held implements audit.Store.
func (s *AuditStore) Held(ctx context.Context, o id.Org) (bool, error) {
	var held bool
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		held, err = heldNow(tx, o)
		return err
	})
	return held, err
}

// Rewrite implements audit.Store.
func (s *AuditStore) Rewrite(ctx context.Context, o id.Org, all []audit.Record) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		for _, r := range all {
			err := tx.Session(&gorm.Session{}).Model(&auditRow{}).Where("org_id = ? AND seq = ?", o, r.Seq).Updates(map[string]any{"actor": r.Actor, "ip": r.IP, "user_agent": r.UserAgent,
				"target": r.Target, "target_name": r.TargetName, "before_json": r.Before, "after_json": r.After, "pepper": int64(r.KeyID), "hash": r.Hash[:]}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// MoveHead implements audit.Store.
func (s *AuditStore) MoveHead(ctx context.Context, o id.Org, h audit.Head) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&auditHeadRow{}).Where("org_id = ?", o).Updates(map[string]any{"seq": h.Seq, "hash": h.Hash[:], "pepper": int64(h.KeyID), "mac": h.MAC[:]}).Error
	})
}
