package db

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// healthHourRow is how one target's attempts went in one hour.
type healthHourRow struct {
	Key      healthHourKey `gorm:"embedded"`
	Attempts int64         `gorm:"column:attempts"`
	Failed   int64         `gorm:"column:failed"`
	// FirstByteUS is a sum over the attempts that succeeded.
	FirstByteUS int64 `gorm:"column:first_byte_us"`
}

// TableName names the table.
func (healthHourRow) TableName() string { return "health_hours" }

type healthHourKey struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	Hour         time.Time     `gorm:"column:hour;primaryKey"`
	ConnectionID id.Connection `gorm:"column:connection_id;primaryKey"`
	Model        string        `gorm:"column:model;primaryKey"`
}

// addHealth adds a batch to the hours that the status page is told from. It belongs to the transaction of the attempts, so
// it counts each exactly once and survives what they survive.
func addHealth(tx *gorm.DB, b budget.Batch) error {
	sums := map[healthHourKey]*healthHourRow{}
	for i := range b.Attempts {
		a, end := &b.Attempts[i].Attempt, &b.Attempts[i].End
		counts, failed := health.Tells(end.Class)
		if !counts || a.Connection.IsZero() {
			continue
		}
		k := healthHourKey{a.Chain.Org, a.At.UTC().Truncate(time.Hour), a.Connection, a.Model}
		clean(&k.Model)
		r := sums[k]
		if r == nil {
			r = &healthHourRow{Key: k}
			sums[k] = r
		}
		if r.Attempts++; failed {
			r.Failed++
		} else {
			r.FirstByteUS += end.FirstByte.Microseconds()
		}
	}
	if len(sums) == 0 {
		return nil
	}
	rows := make([]healthHourRow, 0, len(sums))
	for _, r := range sums {
		rows = append(rows, *r)
	}
	// One order for all nodes, so that two posts wait for each other and never in a circle.
	slices.SortFunc(rows, func(a, b healthHourRow) int {
		x, y := a.Key, b.Key
		return cmp.Or(x.OrgID.Compare(y.OrgID), x.Hour.Compare(y.Hour), x.ConnectionID.Compare(y.ConnectionID), cmp.Compare(x.Model, y.Model))
	})
	add := map[string]any{}
	for _, c := range []string{"attempts", "failed", "first_byte_us"} {
		add[c] = gorm.Expr("health_hours." + c + " + excluded." + c)
	}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "hour"}, {Name: "connection_id"}, {Name: "model"}},
		DoUpdates: clause.Assignments(add),
	}).CreateInBatches(&rows, hourRowsAtOnce).Error
}

// Hours implements health.Store. It reads a row for each target and hour, whatever the traffic is.
func (s *HealthStore) Hours(ctx context.Context, o id.Org, since time.Time) ([]health.Hour, error) {
	var rows []healthHourRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND hour >= ?", o, since.UTC().Truncate(time.Hour)).Order("connection_id, model, hour").Find(&rows).Error
	})
	out := make([]health.Hour, len(rows))
	for i, r := range rows {
		out[i] = health.Hour{Connection: r.Key.ConnectionID, Model: r.Key.Model, Hour: r.Key.Hour.UTC(), Attempts: r.Attempts, Failed: r.Failed}
		if good := r.Attempts - r.Failed; good > 0 {
			out[i].FirstByte = micros(r.FirstByteUS / good)
		}
	}
	return out, err
}

// PruneHours implements health.Store.
func (s *HealthStore) PruneHours(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "drop old hours of targets", func(tx *gorm.DB) error {
		return tx.Where("hour < ?", before.UTC()).Delete(&healthHourRow{}).Error
	})
}

// hourRowsAtOnce keeps one statement below both databases' limits on parameters.
const hourRowsAtOnce = 500
