package db

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// errGone says that a day's sheets were taken away after they were found: its organization moved to another zone.
var errGone = errors.New("db: a day's sums are gone")

// sheetFor is the smallest sheet that can answer: nothing and everything, or one dimension, by themselves.
func sheetFor(r report.Reach, a usage.Ask, tag string) string {
	switch {
	case tag != "":
		return tagSheet
	case !r.All || !r.Under.IsZero():
		return wholeSheet
	}
	dims := slices.Clone(a.By)
	for _, f := range a.Where {
		if !slices.Contains(dims, f.Dim) {
			dims = append(dims, f.Dim)
		}
	}
	switch len(dims) {
	case 0:
		return ""
	case 1:
		return string(dims[0])
	}
	return wholeSheet
}

// addSheets adds the sheets of a piece's days up, one in memory at a time. They are read together with the days' marks: a day
// whose mark is gone meanwhile has lost its sheets.
func addSheets(tx *gorm.DB, r report.Reach, tag string, p piece, sum *fold) error {
	dim := sheetFor(r, sum.ask, tag)
	rows, err := tx.Table("usage_day_marks").Select("usage_day_marks.day, usage_sheets.content").
		Joins("LEFT JOIN usage_sheets ON usage_sheets.org_id = usage_day_marks.org_id AND usage_sheets.day = usage_day_marks.day AND usage_sheets.dim = ?", dim).
		Where("usage_day_marks.org_id = ? AND usage_day_marks.day >= ? AND usage_day_marks.day < ? AND until_at <= ?", r.Org, p.From.UTC(), p.To.UTC(), p.To.UTC()).
		Order("usage_day_marks.day").Rows()
	if err != nil {
		return err
	}
	still := map[int64]bool{}
	err = each(rows, func() error {
		var day time.Time
		var content []byte
		if err := rows.Scan(&day, &content); err != nil {
			return err
		}
		if still[day.Unix()] = true; content == nil {
			return nil // nothing was used
		}
		s, err := decodeSheet(content)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", dim, day.UTC(), err)
		}
		return sum.scan(s, sum.step(day.UTC()), r, tag)
	})
	if err == nil && slices.ContainsFunc(p.days, func(d usage.Step) bool { return !still[d.From.Unix()] }) {
		return errGone
	}
	return err
}
