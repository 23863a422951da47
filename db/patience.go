package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
)

type timeoutRow struct {
	OrgID           id.Org        `gorm:"column:org_id;primaryKey"`
	Model           string        `gorm:"column:model;primaryKey"`
	Operation       llm.Operation `gorm:"column:operation;primaryKey"`
	Tries           int           `gorm:"column:tries"`
	TriesBeforeNext int           `gorm:"column:tries_before_next"`
	Backoff         int64         `gorm:"column:backoff_ms"`
	MaxBackoff      int64         `gorm:"column:max_backoff_ms"`
	RetryUnsure     bool          `gorm:"column:retry_unsure"`
	RefuseWhenOpen  bool          `gorm:"column:refuse_when_open"`
	OnTimeout       string        `gorm:"column:on_timeout"`
	Growth          string        `gorm:"column:growth"`
	Connect         int64         `gorm:"column:connect_ms"`
	Headers         int64         `gorm:"column:headers_ms"`
	First           int64         `gorm:"column:first_ms"`
	Gap             int64         `gorm:"column:gap_ms"`
	Answer          int64         `gorm:"column:answer_ms"`
	Total           int64         `gorm:"column:total_ms"`
}

// TableName names the table.
func (timeoutRow) TableName() string { return "timeouts" }

func (r timeoutRow) setting() patience.Setting {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	return patience.Setting{Org: r.OrgID, Model: r.Model, Operation: r.Operation, Policy: patience.Policy{Tries: r.Tries, TriesBeforeNext: r.TriesBeforeNext,
		Backoff: ms(r.Backoff), MaxBackoff: ms(r.MaxBackoff), RetryUnsure: r.RetryUnsure, RefuseWhenOpen: r.RefuseWhenOpen, OnTimeout: patience.Action(r.OnTimeout), Growth: patience.Growth(r.Growth),
		Waits: patience.Waits{Connect: ms(r.Connect), Headers: ms(r.Headers), First: ms(r.First), Gap: ms(r.Gap), Answer: ms(r.Answer), Total: ms(r.Total)}}}
}

func timeoutRowOf(s patience.Setting) timeoutRow {
	p, w := s.Policy, s.Policy.Waits
	return timeoutRow{OrgID: s.Org, Model: s.Model, Operation: s.Operation, Tries: p.Tries, TriesBeforeNext: p.TriesBeforeNext, Backoff: p.Backoff.Milliseconds(),
		MaxBackoff: p.MaxBackoff.Milliseconds(), RetryUnsure: p.RetryUnsure, RefuseWhenOpen: p.RefuseWhenOpen, OnTimeout: string(p.OnTimeout), Growth: string(p.Growth), Connect: w.Connect.Milliseconds(),
		Headers: w.Headers.Milliseconds(), First: w.First.Milliseconds(), Gap: w.Gap.Milliseconds(), Answer: w.Answer.Milliseconds(), Total: w.Total.Milliseconds()}
}

// PatienceStore keeps timeouts and retries.
type PatienceStore struct{ db *DB }

// NewPatienceStore makes the store.
func NewPatienceStore(d *DB) *PatienceStore { return &PatienceStore{d} }

var _ patience.Store = (*PatienceStore)(nil)

// List implements patience.Store.
func (s *PatienceStore) List(ctx context.Context, o id.Org) ([]patience.Setting, error) {
	var rows []timeoutRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Find(&rows).Error })
	return settings(rows), err
}

func settings(rows []timeoutRow) []patience.Setting {
	out := make([]patience.Setting, len(rows))
	for i, r := range rows {
		out[i] = r.setting()
	}
	return out
}

// Set implements patience.Store.
func (s *PatienceStore) Set(ctx context.Context, p patience.Setting) error {
	row := timeoutRowOf(p)
	return s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "model"}, {Name: "operation"}}, DoUpdates: clause.AssignmentColumns([]string{
			"tries", "tries_before_next", "backoff_ms", "max_backoff_ms", "retry_unsure", "refuse_when_open", "on_timeout", "growth",
			"connect_ms", "headers_ms", "first_ms", "gap_ms", "answer_ms", "total_ms"})}).Create(&row).Error
	})
}

// Remove implements patience.Store.
func (s *PatienceStore) Remove(ctx context.Context, o id.Org, model string, op llm.Operation) (found bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND model = ? AND operation = ?", o, model, op).Delete(&timeoutRow{})
		found = res.RowsAffected > 0
		return res.Error
	})
	return found, err
}

// All implements patience.Store.
func (s *PatienceStore) All(ctx context.Context) ([]patience.Setting, error) {
	var rows []timeoutRow
	err := s.db.system(ctx, "compile timeouts", func(tx *gorm.DB) error { return tx.Order("org_id, model, operation").Find(&rows).Error })
	return settings(rows), err
}
