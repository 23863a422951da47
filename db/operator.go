package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
)

// OperatorStore keeps what is the installation's and no tenant's, and reads of tenants what console allows.
type OperatorStore struct{ db *DB }

var _ operator.Store = (*OperatorStore)(nil)

// NewOperatorStore makes the store. It is for the operator's room alone.
func NewOperatorStore(d *DB) *OperatorStore { return &OperatorStore{d} }

type operatorLinkRow struct {
	Digest    string     `gorm:"column:digest;primaryKey"`
	Name      string     `gorm:"column:name"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	ExpiresAt time.Time  `gorm:"column:expires_at"`
	UsedAt    *time.Time `gorm:"column:used_at"`
}

// TableName names the table.
func (operatorLinkRow) TableName() string { return "operator_links" }

type operatorSessionRow struct {
	Digest  string     `gorm:"column:digest;primaryKey"`
	ID      id.Session `gorm:"column:id"`
	Name    string     `gorm:"column:name"`
	IP      string     `gorm:"column:ip"`
	Agent   string     `gorm:"column:agent"`
	BeganAt time.Time  `gorm:"column:began_at"`
	SeenAt  time.Time  `gorm:"column:seen_at"`
	EndedAt *time.Time `gorm:"column:ended_at"`
}

// TableName names the table.
func (operatorSessionRow) TableName() string { return "operator_sessions" }

type operatorEntryRow struct {
	ID      id.Audit   `gorm:"column:id;primaryKey"`
	At      time.Time  `gorm:"column:at"`
	Session id.Session `gorm:"column:session_id"`
	Name    string     `gorm:"column:name"`
	IP      string     `gorm:"column:ip"`
	Action  string     `gorm:"column:action"`
	Org     id.Org     `gorm:"column:organization_id"`
	About   string     `gorm:"column:about"`
	Detail  string     `gorm:"column:detail"`
}

// TableName names the table.
func (operatorEntryRow) TableName() string { return "operator_entries" }

// AddLink implements operator.Store. Links that are over go, so that the table stays small.
func (s *OperatorStore) AddLink(ctx context.Context, l operator.Link) error {
	return s.db.console(ctx, "make a way in", func(tx *gorm.DB) error {
		if err := tx.Where("expires_at < ?", l.CreatedAt.Add(-24*time.Hour).UTC()).Delete(&operatorLinkRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&operatorLinkRow{Digest: l.Digest, Name: l.Name, CreatedAt: l.CreatedAt.UTC(), ExpiresAt: l.Expires.UTC()}).Error
	})
}

// UseLink implements operator.Store. One statement takes it, so of two that come at once one is refused.
func (s *OperatorStore) UseLink(ctx context.Context, digest string, now time.Time) (name string, ok bool, err error) {
	err = s.db.console(ctx, "take a way in", func(tx *gorm.DB) error {
		done := tx.Model(&operatorLinkRow{}).Where("digest = ? AND used_at IS NULL AND expires_at > ?", digest, now.UTC()).Update("used_at", now.UTC())
		if done.Error != nil || done.RowsAffected != 1 {
			return done.Error
		}
		var row operatorLinkRow
		if err := tx.Where("digest = ?", digest).Take(&row).Error; err != nil {
			return err
		}
		name, ok = row.Name, true
		return nil
	})
	return name, ok, err
}

// AddSession implements operator.Store. Sessions of a month ago go; what was done in them stays on record.
func (s *OperatorStore) AddSession(ctx context.Context, x operator.Session) error {
	return s.db.console(ctx, "begin an operator's session", func(tx *gorm.DB) error {
		if err := tx.Where("began_at < ?", x.BeganAt.Add(-30*day).UTC()).Delete(&operatorSessionRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&operatorSessionRow{x.Digest, x.ID, x.Name, x.IP, x.Agent, x.BeganAt.UTC(), x.SeenAt.UTC(), nil}).Error
	})
}

// Session implements operator.Store.
func (s *OperatorStore) Session(ctx context.Context, digest string) (operator.Session, bool, error) {
	var rows []operatorSessionRow
	err := s.db.console(ctx, "find an operator's session", func(tx *gorm.DB) error {
		return tx.Where("digest = ? AND ended_at IS NULL", digest).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return operator.Session{}, false, err
	}
	r := rows[0]
	return operator.Session{Digest: r.Digest, ID: r.ID, Name: r.Name, IP: r.IP, Agent: r.Agent, BeganAt: r.BeganAt.UTC(), SeenAt: r.SeenAt.UTC()}, true, nil
}

// Touch implements operator.Store.
func (s *OperatorStore) Touch(ctx context.Context, x id.Session, at time.Time) error {
	return s.setSession(ctx, x, "seen_at", at)
}

// EndSession implements operator.Store.
func (s *OperatorStore) EndSession(ctx context.Context, x id.Session, at time.Time) error {
	return s.setSession(ctx, x, "ended_at", at)
}

func (s *OperatorStore) setSession(ctx context.Context, x id.Session, column string, at time.Time) error {
	return s.db.console(ctx, "keep an operator's session", func(tx *gorm.DB) error {
		return tx.Model(&operatorSessionRow{}).Where("id = ? AND ended_at IS NULL", x).Update(column, at.UTC()).Error
	})
}

// Write implements operator.Store.
func (s *OperatorStore) Write(ctx context.Context, e operator.Entry) error {
	return s.db.console(ctx, "note what an operator did", func(tx *gorm.DB) error {
		return tx.Create(&operatorEntryRow{e.ID, e.At.UTC(), e.Session, e.Name, e.IP, e.Action, e.Org, e.About, e.Detail}).Error
	})
}

// Entries implements operator.Store.
func (s *OperatorStore) Entries(ctx context.Context, o id.Org, before id.Audit, limit int) ([]operator.Entry, error) {
	var rows []operatorEntryRow
	err := s.db.console(ctx, "read what operators did", func(tx *gorm.DB) error {
		q := tx.Order("id DESC").Limit(limit)
		if !o.IsZero() {
			q = q.Where("organization_id = ?", o)
		}
		if !before.IsZero() {
			q = q.Where("id < ?", before)
		}
		return q.Find(&rows).Error
	})
	out := make([]operator.Entry, len(rows))
	for i, r := range rows {
		out[i] = operator.Entry{ID: r.ID, At: r.At.UTC(), Session: r.Session, Name: r.Name, IP: r.IP, Action: r.Action, Org: r.Org, About: r.About, Detail: r.Detail}
	}
	return out, err
}

// Suspend implements operator.Store.
func (s *OperatorStore) Suspend(ctx context.Context, o id.Org, at time.Time, why string) error {
	return s.db.console(ctx, "suspend an organization, or resume it", func(tx *gorm.DB) error {
		return tx.Model(&orgRow{}).Where("id = ? AND deleted_at IS NULL", o).Updates(map[string]any{"suspended_at": toNull(at), "suspended_why": why}).Error
	})
}

type operatorSettingRow struct {
	Name  string `gorm:"column:name;primaryKey"`
	Value string `gorm:"column:value"`
}

// TableName names the table.
func (operatorSettingRow) TableName() string { return "operator_settings" }

type operatorBackupRow struct {
	ID      id.Audit  `gorm:"column:id;primaryKey"`
	At      time.Time `gorm:"column:at"`
	Version string    `gorm:"column:version"`
	Rows    int64     `gorm:"column:row_count"`
}

// TableName names the table.
func (operatorBackupRow) TableName() string { return "operator_backups" }

var newValue = clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"value"})}
