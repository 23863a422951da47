package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
)

type reportDayRow struct {
	OrgID      id.Org         `gorm:"column:org_id;primaryKey"`
	Connection id.Connection  `gorm:"column:connection_id;primaryKey"`
	Day        reconcile.Date `gorm:"column:day;primaryKey"`
	Ours       money.USD      `gorm:"column:ours_nanos"`
	Theirs     money.USD      `gorm:"column:theirs_nanos"`
	Attempts   int64          `gorm:"column:attempts"`
	ReadAt     time.Time      `gorm:"column:read_at"`
}

// TableName names the table.
func (reportDayRow) TableName() string { return "report_days" }

func (r reportDayRow) day() reconcile.Day {
	return reconcile.Day{Connection: r.Connection, Day: r.Day, Ours: r.Ours, Theirs: r.Theirs, Attempts: r.Attempts, ReadAt: r.ReadAt.UTC()}
}

type reportLineRow struct {
	OrgID      id.Org         `gorm:"column:org_id;primaryKey"`
	Connection id.Connection  `gorm:"column:connection_id;primaryKey"`
	Day        reconcile.Date `gorm:"column:day;primaryKey"`
	Ours       bool           `gorm:"column:ours;primaryKey"`
	Item       string         `gorm:"column:item;primaryKey"`
	Cost       money.USD      `gorm:"column:cost_nanos"`
}

// TableName names the table.
func (reportLineRow) TableName() string { return "report_lines" }

type reportCorrectionRow struct {
	OrgID      id.Org         `gorm:"column:org_id;primaryKey"`
	ID         id.Correction  `gorm:"column:id;primaryKey"`
	Connection id.Connection  `gorm:"column:connection_id"`
	Day        reconcile.Date `gorm:"column:day"`
	Amount     money.USD      `gorm:"column:amount_nanos"`
	At         time.Time      `gorm:"column:at"`
}

// TableName names the table.
func (reportCorrectionRow) TableName() string { return "report_corrections" }

const ofDay = "org_id = ? AND connection_id = ? AND day = ?"

// Ours implements reconcile.Store.
func (s *ReconcileStore) Ours(ctx context.Context, o id.Org, c id.Connection, day reconcile.Date) (lines []reconcile.Line, attempts int64, err error) {
	var rows []struct {
		Model string
		Cost  money.USD
		N     int64
	}
	from := day.Start()
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("attempts").Select("model, SUM(cost_nanos) AS cost, COUNT(*) AS n").
			Where("org_id = ? AND at >= ? AND at < ? AND connection_id = ?", o, from, from.AddDate(0, 0, 1), c).Group("model").Order("model").Find(&rows).Error
	})
	for _, r := range rows {
		lines = append(lines, reconcile.Line{Item: r.Model, Cost: r.Cost})
		attempts += r.N
	}
	return lines, attempts, err
}

// Gone implements reconcile.Store.
func (s *ReconcileStore) Gone(ctx context.Context, o id.Org) (gone time.Time, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		gone, err = goneBefore(tx, o)
		return err
	})
	return gone, err
}

// Save implements reconcile.Store. It joins the caller's transaction.
func (s *ReconcileStore) Save(ctx context.Context, o id.Org, d reconcile.Day, correction id.Correction) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		row := reportDayRow{OrgID: o, Connection: d.Connection, Day: d.Day, Ours: d.Ours, Theirs: d.Theirs, Attempts: d.Attempts, ReadAt: d.ReadAt.UTC()}
		err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "connection_id"}, {Name: "day"}},
			DoUpdates: clause.AssignmentColumns([]string{"ours_nanos", "theirs_nanos", "attempts", "read_at"})}).Create(&row).Error
		if err != nil {
			return err
		}
		if err := tx.Where(ofDay, o, d.Connection, d.Day).Delete(&reportLineRow{}).Error; err != nil {
			return err
		}
		lines := append(lineRows(o, d, true, d.OurLines), lineRows(o, d, false, d.TheirLines)...)
		if len(lines) > 0 {
			if err := tx.CreateInBatches(lines, 200).Error; err != nil {
				return err
			}
		}
		known, err := corrected(tx, o, d.Connection, d.Day)
		if err != nil || known == d.Difference() {
			return err
		}
		return tx.Create(&reportCorrectionRow{OrgID: o, ID: correction, Connection: d.Connection, Day: d.Day, Amount: d.Difference() - known, At: d.ReadAt.UTC()}).Error
	})
}

func lineRows(o id.Org, d reconcile.Day, ours bool, lines []reconcile.Line) []reportLineRow {
	out := make([]reportLineRow, len(lines))
	for i, l := range lines {
		out[i] = reportLineRow{OrgID: o, Connection: d.Connection, Day: d.Day, Ours: ours, Item: l.Item, Cost: l.Cost}
	}
	return out
}

func corrected(tx *gorm.DB, o id.Org, c id.Connection, day reconcile.Date) (sum money.USD, err error) {
	err = tx.Model(&reportCorrectionRow{}).Where(ofDay, o, c, day).Select("COALESCE(SUM(amount_nanos), 0)").Scan(&sum).Error
	return sum, err
}

// Days implements reconcile.Store.
func (s *ReconcileStore) Days(ctx context.Context, o id.Org, c id.Connection, from reconcile.Date, limit int) ([]reconcile.Day, error) {
	var rows []reportDayRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Where("org_id = ? AND day >= ?", o, from)
		if !c.IsZero() {
			q = q.Where("connection_id = ?", c)
		}
		return q.Order("day DESC, connection_id").Limit(limit).Find(&rows).Error
	})
	out := make([]reconcile.Day, len(rows))
	for i, r := range rows {
		out[i] = r.day()
	}
	return out, err
}

// Day implements reconcile.Store.
func (s *ReconcileStore) Day(ctx context.Context, o id.Org, c id.Connection, day reconcile.Date) (reconcile.Day, error) {
	var row reportDayRow
	var lines []reportLineRow
	var known money.USD
	var changes int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Where(ofDay, o, c, day).Take(&row).Error; err != nil {
			return err
		}
		if err := tx.Where(ofDay, o, c, day).Order("cost_nanos DESC, item").Find(&lines).Error; err != nil {
			return err
		}
		if err := tx.Model(&reportCorrectionRow{}).Where(ofDay, o, c, day).Count(&changes).Error; err != nil {
			return err
		}
		var err error
		known, err = corrected(tx, o, c, day)
		return err
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return reconcile.Day{}, nil
	}
	d := row.day()
	d.Corrected, d.Corrections = known, changes
	for _, l := range lines {
		line := reconcile.Line{Item: l.Item, Cost: l.Cost}
		if l.Ours {
			d.OurLines = append(d.OurLines, line)
		} else {
			d.TheirLines = append(d.TheirLines, line)
		}
	}
	return d, err
}
