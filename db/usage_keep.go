package db

import (
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
	keySheet   = "tag keys"
)

type sheetRow struct {
	OrgID   id.Org    `gorm:"column:org_id;primaryKey"`
	Day     time.Time `gorm:"column:day;primaryKey"`
	Dim     string    `gorm:"column:dim;primaryKey"`
	Content []byte    `gorm:"column:content"`
}

// TableName names the table.
func (sheetRow) TableName() string { return "usage_sheets" }

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
