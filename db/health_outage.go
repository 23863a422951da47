package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type breakerOutageRow struct {
	OrgID          id.Org        `gorm:"column:org_id;primaryKey"`
	ID             id.Outage     `gorm:"column:id;primaryKey"`
	ConnectionID   id.Connection `gorm:"column:connection_id"`
	Model          string        `gorm:"column:model"`
	Cause          string        `gorm:"column:cause"`
	Openings       int           `gorm:"column:openings"`
	BeganAt        time.Time     `gorm:"column:began_at"`
	EndedAt        *time.Time    `gorm:"column:ended_at"`
	AcknowledgedAt *time.Time    `gorm:"column:acknowledged_at"`
	AcknowledgedBy string        `gorm:"column:acknowledged_by"`
	ResolvedAt     *time.Time    `gorm:"column:resolved_at"`
	ResolvedBy     string        `gorm:"column:resolved_by"`
}

// TableName names the table.
func (breakerOutageRow) TableName() string { return "breaker_outages" }

func (r breakerOutageRow) outage() health.Outage {
	at := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return t.UTC()
	}
	return health.Outage{ID: r.ID, Target: health.Target{Org: r.OrgID, Connection: r.ConnectionID, Model: r.Model}, Cause: health.Cause(r.Cause), Openings: r.Openings, Began: r.BeganAt.UTC(),
		Ended: at(r.EndedAt), Acknowledged: at(r.AcknowledgedAt), AcknowledgedBy: r.AcknowledgedBy, Resolved: at(r.ResolvedAt), ResolvedBy: r.ResolvedBy}
}

type breakerOutageNoteRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	OutageID  id.Outage `gorm:"column:outage_id;primaryKey"`
	Number    int       `gorm:"column:number;primaryKey"`
	At        time.Time `gorm:"column:at"`
	WrittenBy string    `gorm:"column:written_by"`
	Text      string    `gorm:"column:text"`
}

// TableName names the table.
func (breakerOutageNoteRow) TableName() string { return "breaker_outage_notes" }

// follow begins or ends the outage that an event is about. An outage belongs to a target and not to a node: the first node
// that opens begins it, and the first that closes ends it.
func follow(tx *gorm.DB, e *breakerEventRow) error {
	ongoing := func() *gorm.DB {
		return tx.Model(&breakerOutageRow{}).Where("org_id = ? AND connection_id = ? AND model = ? AND ended_at IS NULL", e.OrgID, e.ConnectionID, e.Model)
	}
	switch {
	case e.State == health.Closed.String():
		return ongoing().Update("ended_at", e.At).Error
	case e.State != health.Open.String() || e.Cause == string(health.ByHand):
		return nil
	}
	row := breakerOutageRow{OrgID: e.OrgID, ID: e.ID, ConnectionID: e.ConnectionID, Model: e.Model, Cause: e.Cause, Openings: 1, BeganAt: e.At}
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row) // whichever index says that it goes on already
	if res.Error != nil || res.RowsAffected > 0 {
		return res.Error
	}
	return ongoing().Updates(map[string]any{"openings": gorm.Expr("openings + 1"), "cause": e.Cause}).Error
}

// Outages implements health.Store.
func (s *HealthStore) Outages(ctx context.Context, o id.Org, since time.Time, limit int) ([]health.Outage, error) {
	var rows []breakerOutageRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND (began_at >= ? OR ended_at IS NULL)", o, since.UTC()).Order("began_at DESC, id DESC").Limit(limit).Find(&rows).Error
	})
	out := make([]health.Outage, len(rows))
	for i, r := range rows {
		out[i] = r.outage()
	}
	return out, err
}

// Outage implements health.Store.
func (s *HealthStore) Outage(ctx context.Context, o id.Org, which id.Outage) (x health.Outage, found bool, err error) {
	var rows []breakerOutageRow
	var notes []breakerOutageNoteRow
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Where("org_id = ? AND id = ?", o, which).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		return tx.Where("org_id = ? AND outage_id = ?", o, which).Order("number").Find(&notes).Error
	})
	if err != nil || len(rows) == 0 {
		return x, false, err
	}
	x = rows[0].outage()
	for _, n := range notes {
		x.Notes = append(x.Notes, health.Remark{At: n.At.UTC(), By: n.WrittenBy, Text: n.Text})
	}
	return x, true, nil
}

// EndOutage implements health.Store.
func (s *HealthStore) EndOutage(ctx context.Context, t health.Target, at time.Time) error {
	clean(&t.Model)
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return tx.Model(&breakerOutageRow{}).Where("org_id = ? AND connection_id = ? AND model = ? AND ended_at IS NULL", t.Org, t.Connection, t.Model).Update("ended_at", at.UTC()).Error
	})
}

// nodeGone is how long a node that says nothing is taken for alive, as far as outages go.
const nodeGone = 10 * time.Minute

// EndOutages implements health.Store. An outage has the id of the event that began it. What a node heard from another one bears that
// one's label with more behind it.
func (s *HealthStore) EndOutages(ctx context.Context, node string, start, now time.Time) error {
	const began = "ended_at IS NULL AND EXISTS (SELECT 1 FROM breaker_events e WHERE e.org_id = breaker_outages.org_id AND e.id = breaker_outages.id AND (" +
		"e.node = ? AND breaker_outages.began_at < ? OR e.node <> ? AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.left_at IS NULL AND n.reaped_at IS NULL AND n.seen_at > ? " +
		"AND (n.label = e.node OR e.node LIKE n.label || ' %'))))"
	return s.db.system(ctx, "end outages of nodes that are gone or were started anew", func(tx *gorm.DB) error {
		return tx.Model(&breakerOutageRow{}).Where(began, node, start.UTC(), node, now.Add(-nodeGone).UTC()).Update("ended_at", now.UTC()).Error
	})
}

// Mark implements health.Store. What nobody said in x, another one may be saying now.
func (s *HealthStore) Mark(ctx context.Context, o id.Org, x health.Outage) error {
	set := map[string]any{}
	if !x.Acknowledged.IsZero() {
		set["acknowledged_at"], set["acknowledged_by"] = x.Acknowledged.UTC(), x.AcknowledgedBy
	}
	if !x.Resolved.IsZero() {
		set["resolved_at"], set["resolved_by"] = x.Resolved.UTC(), x.ResolvedBy
	}
	if len(set) == 0 {
		return nil
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&breakerOutageRow{}).Where("org_id = ? AND id = ?", o, x.ID).Updates(set).Error
	})
}

// Remark implements health.Store.
func (s *HealthStore) Remark(ctx context.Context, o id.Org, which id.Outage, r health.Remark) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var last int
		if err := tx.Model(&breakerOutageNoteRow{}).Where("org_id = ? AND outage_id = ?", o, which).Select("COALESCE(MAX(number), 0)").Scan(&last).Error; err != nil {
			return err
		}
		text := r.Text
		clean(&text)
		return tx.Create(&breakerOutageNoteRow{OrgID: o, OutageID: which, Number: last + 1, At: r.At.UTC(), WrittenBy: r.By, Text: text}).Error
	})
}

// PruneOutages implements health.Store.
func (s *HealthStore) PruneOutages(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "drop old outages", func(tx *gorm.DB) error {
		return tx.Where("began_at < ?", before.UTC()).Delete(&breakerOutageRow{}).Error
	})
}
