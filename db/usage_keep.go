package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Every dimension has a sheet of its own, small and quick to read; these have the rest.
const (
	wholeSheet = "all"  // every dimension together
	tagSheet   = "tags" // what usage_tags is kept by
)

type sheetRow struct {
	OrgID   id.Org    `gorm:"column:org_id;primaryKey"`
	Day     time.Time `gorm:"column:day;primaryKey"`
	Dim     string    `gorm:"column:dim;primaryKey"`
	Content []byte    `gorm:"column:content"`
}

// TableName names the table.
func (sheetRow) TableName() string { return "usage_sheets" }

// keepDay makes one day's sheets, unless they are right. What its hours' marks add up to is read first: what is posted between
// that and the end is in the sums or not, and moves the marks on either way. Reading a day's hours may take a second, so it is
// done before the transaction that writes: posting waits for a few inserts.
func (s *UsageStore) keepDay(ctx context.Context, o id.Org, d usage.Step) error {
	next := dayMarkRow{OrgID: o, Day: d.From.UTC(), Until: d.To.UTC(), FirstHour: d.From.UTC().Truncate(time.Hour)}
	right := false
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		good, err := goodDays(tx, o, d)
		if right = len(good) == 1 && good[0] == d; err != nil || right {
			return err
		}
		return tx.Table("usage_marks").Select("COALESCE(SUM(version), 0)").Where("org_id = ? AND hour >= ? AND hour < ?", o, next.FirstHour, next.Until).Take(&next.Version).Error
	})
	if err != nil || right {
		return err
	}
	var sheets []sheetRow
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		sheets, err = sheetsOf(tx, o, d)
		return err
	})
	if err != nil {
		return err
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return saveSheets(tx, next, d, sheets) })
	})
}

// saveSheets puts a day's sheets in the place of older ones. Of two keepers at once, the one that read later wins.
func saveSheets(tx *gorm.DB, next dayMarkRow, d usage.Step, sheets []sheetRow) error {
	if tx.Name() == "postgres" { // two would insert the same rows; SQLite has one writer
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('usage_days'), hashtext(?))", next.OrgID.String()).Error; err != nil {
			return err
		}
	}
	var newer int64
	err := tx.Model(&dayMarkRow{}).Where("org_id = ? AND day = ? AND until_at = ? AND version >= ?", next.OrgID, next.Day, next.Until, next.Version).Count(&newer).Error
	if err != nil || newer > 0 {
		return err
	}
	if err := forgetDays(tx, next.OrgID, d); err != nil {
		return err
	}
	if len(sheets) > 0 {
		if err := tx.Create(&sheets).Error; err != nil {
			return err
		}
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&next).Error
}

// forgetDays deletes the sheets of a day and of all that overlap it: those of a zone that the organization had before.
func forgetDays(tx *gorm.DB, o id.Org, d usage.Step) error {
	var old []dayMarkRow
	if err := tx.Where("org_id = ? AND day < ? AND until_at > ?", o, d.To.UTC(), d.From.UTC()).Find(&old).Error; err != nil {
		return err
	}
	for _, m := range old {
		if err := tx.Where("org_id = ? AND day = ?", o, m.Day.UTC()).Delete(&sheetRow{}).Error; err != nil {
			return err
		}
		if err := tx.Where("org_id = ? AND day = ?", o, m.Day.UTC()).Delete(&dayMarkRow{}).Error; err != nil {
			return err
		}
	}
	return nil
}

// sheetsOf adds a day's hours up.
func sheetsOf(tx *gorm.DB, o id.Org, d usage.Step) ([]sheetRow, error) {
	all, err := hoursSheet(tx, "usage_hours", hourOwn, o, d)
	if err != nil {
		return nil, err
	}
	tags, err := hoursSheet(tx, "usage_tags", tagOwn, o, d)
	if err != nil {
		return nil, err
	}
	var out []sheetRow
	add := func(dim string, s *sheet) {
		if len(s.sums) > 0 {
			out = append(out, sheetRow{o, d.From.UTC(), dim, s.encode()})
		}
	}
	add(wholeSheet, all)
	add(tagSheet, tags)
	add("", all.by())
	for _, dim := range usage.Dims {
		add(string(dim), all.by(keptColumns[dim]))
	}
	return out, nil
}

// hoursSheet reads a day of a table of hourly sums.
func hoursSheet(tx *gorm.DB, table string, own []string, o id.Org, d usage.Step) (*sheet, error) {
	columns := ""
	for _, c := range own {
		columns += "CAST(" + c + " AS TEXT), "
	}
	for i, c := range counted {
		if i > 0 {
			columns += ", "
		}
		columns += c
	}
	rows, err := tx.Table(table).Select(columns).Where("org_id = ? AND hour >= ? AND hour < ?", o, d.From.UTC(), d.To.UTC()).Rows()
	if err != nil {
		return nil, err
	}
	out := newSheet(own...)
	values, sums, into := make([]string, len(own)), [counts]int64{}, []any{}
	for i := range values {
		into = append(into, &values[i])
	}
	for i := range sums {
		into = append(into, &sums[i])
	}
	return out, each(rows, func() error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		out.add(values, &sums)
		return nil
	})
}
