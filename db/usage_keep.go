package db

import (
	"context"
	"strings"
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
	made := usage.Step{From: d.From, To: d.From}
	all, tags := newSheet(hourOwn...), newSheet(tagOwn...)
	var speed []byte
	right := false
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		err := tx.Table("usage_marks").Select("COALESCE(SUM(version), 0)").Where("org_id = ? AND hour >= ? AND hour < ?", o, next.FirstHour, next.Until).Take(&next.Version).Error
		if err != nil {
			return err
		}
		good, err := goodDays(tx, o, d)
		if right = len(good) == 1 && good[0] == d; err != nil || right {
			return err
		}
		// A day that is right up to some hour only lacks the hours since then.
		if len(good) == 1 && good[0].From.Equal(d.From) {
			made = good[0]
		}
		if speed, err = speedOf(tx, o, d, made); err != nil {
			return err
		}
		return readDay(tx, o, d, made, all, tags)
	})
	if err != nil || right {
		return err
	}
	sheets := sheetsOf(o, d, all, tags)
	if len(speed) > 0 {
		sheets = append(sheets, sheetRow{o, d.From.UTC(), speedSheet, speed})
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return saveSheets(tx, next, made, sheets) })
	})
}

// saveSheets puts a day's sheets in the place of older ones. Of two keepers at once, the one that read later wins, and none
// whose beginning, made, the other has replaced: it may have read hours twice.
func saveSheets(tx *gorm.DB, next dayMarkRow, made usage.Step, sheets []sheetRow) error {
	if tx.Name() == "postgres" { // two would insert the same rows; SQLite has one writer
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('usage_days'), hashtext(?))", next.OrgID.String()).Error; err != nil {
			return err
		}
	}
	var there []dayMarkRow
	if err := tx.Where("org_id = ? AND day = ?", next.OrgID, next.Day).Find(&there).Error; err != nil {
		return err
	}
	if len(there) == 1 && !there[0].Until.Before(next.Until) && there[0].Version >= next.Version {
		return nil
	}
	if made.From.Before(made.To) && (len(there) == 0 || !there[0].Until.Equal(made.To)) {
		return nil
	}
	if err := forgetDays(tx, next.OrgID, next.step()); err != nil {
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

// readDay adds a day's hours up: those that are in no sheet yet, and the sheets of the others.
func readDay(tx *gorm.DB, o id.Org, d, made usage.Step, all, tags *sheet) error {
	if made.From.Before(made.To) {
		var old []sheetRow
		if err := tx.Where("org_id = ? AND day = ? AND dim IN ?", o, d.From.UTC(), []string{wholeSheet, tagSheet}).Find(&old).Error; err != nil {
			return err
		}
		for _, row := range old {
			into := all
			if row.Dim == tagSheet {
				into = tags
			}
			if err := into.merge(row.Content); err != nil {
				return err
			}
		}
	}
	rest := usage.Step{From: made.To, To: d.To}
	if err := all.read(tx, "usage_hours", o, rest); err != nil {
		return err
	}
	return tags.read(tx, "usage_tags", o, rest)
}

// sheetsOf are all sheets of a day.
func sheetsOf(o id.Org, d usage.Step, all, tags *sheet) []sheetRow {
	out := []sheetRow{}
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
	return out
}

// read adds a part of a table of hourly sums.
func (s *sheet) read(tx *gorm.DB, table string, o id.Org, d usage.Step) error {
	columns := ""
	for i := range s.columns {
		columns += "CAST(" + s.columns[i].name + " AS TEXT), "
	}
	rows, err := tx.Table(table).Select(columns+strings.Join(counted, ", ")).Where("org_id = ? AND hour >= ? AND hour < ?", o, d.From.UTC(), d.To.UTC()).Rows()
	if err != nil {
		return err
	}
	values, sums, into := make([]string, len(s.columns)), [counts]int64{}, []any{}
	for i := range values {
		into = append(into, &values[i])
	}
	for i := range sums {
		into = append(into, &sums[i])
	}
	return each(rows, func() error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		s.add(values, &sums)
		return nil
	})
}

// merge adds an encoded sheet of the same columns.
func (s *sheet) merge(content []byte) error {
	old, err := decodeSheet(content)
	if err != nil {
		return err
	}
	columns, words := make([]*readColumn, len(s.columns)), make([][]string, len(s.columns))
	for i := range s.columns {
		name := s.columns[i].name
		if columns[i], err = old.column(name); err != nil {
			return err
		}
		for _, v := range columns[i].values {
			words[i] = append(words[i], unpacked(name, v))
		}
	}
	values, sums := make([]string, len(s.columns)), [counts]int64{}
	for n := range old.rows {
		for i := range columns {
			values[i] = words[i][columns[i].places.at(n)]
		}
		for i := range sums {
			sums[i] = int64(old.sums[i].at(n))
		}
		s.add(values, &sums)
	}
	return nil
}
