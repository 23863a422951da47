package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type breakerEventRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ID           id.Outage     `gorm:"column:id;primaryKey"`
	ConnectionID id.Connection `gorm:"column:connection_id"`
	Model        string        `gorm:"column:model"`
	At           time.Time     `gorm:"column:at"`
	State        string        `gorm:"column:state"`
	Cause        string        `gorm:"column:cause"`
	Until        *time.Time    `gorm:"column:until"`
	Level        int           `gorm:"column:level"`
	Node         string        `gorm:"column:node"`
}

// TableName names the table.
func (breakerEventRow) TableName() string { return "breaker_events" }

func (r breakerEventRow) event() health.Event {
	state, _ := health.ParseState(r.State)
	e := health.Event{ID: r.ID, Node: r.Node, Change: health.Change{Target: health.Target{Org: r.OrgID, Connection: r.ConnectionID, Model: r.Model}, To: state,
		Cause: health.Cause(r.Cause), At: r.At.UTC(), Level: r.Level, By: r.Node}}
	if r.Until != nil {
		e.Until = r.Until.UTC()
	}
	return e
}

type breakerHoldRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ConnectionID id.Connection `gorm:"column:connection_id;primaryKey"`
	Model        string        `gorm:"column:model;primaryKey"`
	At           time.Time     `gorm:"column:at"`
	Reason       string        `gorm:"column:reason"`
}

// TableName names the table.
func (breakerHoldRow) TableName() string { return "breaker_holds" }

// HealthStore keeps what breakers did and which targets were taken out of service.
type HealthStore struct{ db *DB }

// NewHealthStore makes the store.
func NewHealthStore(d *DB) *HealthStore { return &HealthStore{d} }

var _ health.Store = (*HealthStore)(nil)

// Note implements health.Store.
func (s *HealthStore) Note(ctx context.Context, events []health.Event) error {
	byOrg := map[id.Org][]breakerEventRow{}
	for _, e := range events {
		r := breakerEventRow{OrgID: e.Target.Org, ID: e.ID, ConnectionID: e.Target.Connection, Model: e.Target.Model, At: e.At.UTC(), State: e.To.String(), Cause: string(e.Cause), Level: e.Level, Node: e.Node}
		if e.By != "" {
			r.Node = e.By
		}
		if !e.Until.IsZero() {
			until := e.Until.UTC()
			r.Until = &until
		}
		clean(&r.Model, &r.Node)
		byOrg[r.OrgID] = append(byOrg[r.OrgID], r)
	}
	for o, rows := range byOrg {
		err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			for i := range rows {
				res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows[i])
				if res.Error != nil {
					return res.Error
				}
				if res.RowsAffected == 0 {
					continue // it was noted before
				}
				if err := follow(tx, &rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Events implements health.Store.
func (s *HealthStore) Events(ctx context.Context, o id.Org, since time.Time, limit int) ([]health.Event, error) {
	var rows []breakerEventRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND at >= ?", o, since.UTC()).Order("at DESC, id DESC").Limit(limit).Find(&rows).Error
	})
	out := make([]health.Event, len(rows))
	for i, r := range rows {
		out[i] = r.event()
	}
	return out, err
}

// Event implements health.Store.
func (s *HealthStore) Event(ctx context.Context, o id.Org, e id.Outage) (health.Event, bool, error) {
	var rows []breakerEventRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, e).Limit(1).Find(&rows).Error })
	if err != nil || len(rows) == 0 {
		return health.Event{}, false, err
	}
	return rows[0].event(), true, nil
}

// Prune implements health.Store.
func (s *HealthStore) Prune(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "drop old breaker events", func(tx *gorm.DB) error {
		return tx.Where("at < ?", before.UTC()).Delete(&breakerEventRow{}).Error
	})
}

// Hold implements health.Store.
func (s *HealthStore) Hold(ctx context.Context, h health.Held) error {
	row := breakerHoldRow{OrgID: h.Target.Org, ConnectionID: h.Target.Connection, Model: h.Target.Model, At: h.At.UTC(), Reason: h.Reason}
	return s.db.scoped(ctx, h.Target.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "connection_id"}, {Name: "model"}}, DoUpdates: clause.AssignmentColumns([]string{"at", "reason"})}).Create(&row).Error
	})
}

// Unhold implements health.Store.
func (s *HealthStore) Unhold(ctx context.Context, t health.Target) (found bool, err error) {
	err = s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND connection_id = ? AND model = ?", t.Org, t.Connection, t.Model).Delete(&breakerHoldRow{})
		found = res.RowsAffected > 0
		return res.Error
	})
	return found, err
}

// Held implements health.Store.
func (s *HealthStore) Held(ctx context.Context, o id.Org) ([]health.Held, error) {
	var rows []breakerHoldRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Find(&rows).Error })
	return heldOf(rows), err
}

// AllHeld implements health.Store.
func (s *HealthStore) AllHeld(ctx context.Context) ([]health.Held, error) {
	var rows []breakerHoldRow
	err := s.db.system(ctx, "find targets out of service", func(tx *gorm.DB) error {
		return tx.Order("org_id, connection_id, model").Find(&rows).Error
	})
	return heldOf(rows), err
}

func heldOf(rows []breakerHoldRow) []health.Held {
	out := make([]health.Held, len(rows))
	for i, r := range rows {
		out[i] = health.Held{Target: health.Target{Org: r.OrgID, Connection: r.ConnectionID, Model: r.Model}, At: r.At.UTC(), Reason: r.Reason}
	}
	return out
}
