package db

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/memo"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

var _ usage.Keeper = (*UsageStore)(nil)

type dayMarkRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	Day       time.Time `gorm:"column:day;primaryKey"`
	Until     time.Time `gorm:"column:until_at"`
	FirstHour time.Time `gorm:"column:first_hour"`
	Version   int64     `gorm:"column:version"`
	Parted    bool      `gorm:"column:parted"`  // see sheetParts
	Edition   int64     `gorm:"column:edition"` // see recall
}

// TableName names the table.
func (dayMarkRow) TableName() string { return "usage_day_marks" }

func (r dayMarkRow) step() usage.Step { return usage.Step{From: r.Day.UTC(), To: r.Until.UTC()} }

// marksOf is what the marks of a day's hours add up to: it moves on with everything that is posted to the day.
const marksOf = "(SELECT COALESCE(SUM(m.version), 0) FROM usage_marks m WHERE m.org_id = usage_day_marks.org_id AND m.hour >= usage_day_marks.first_hour AND m.hour < usage_day_marks.until_at)"

// goodMarks are the days that touch a span and whose sums are right. A page asks for those of the same few spans again and again.
func goodMarks(tx *gorm.DB, o id.Org, span usage.Step) ([]dayMarkRow, error) {
	return memo.Once(tx.Statement.Context, marksIn{o, span.From.UTC(), span.To.UTC()}, func() (rows []dayMarkRow, err error) {
		err = tx.Where("usage_day_marks.org_id = ? AND day < ? AND until_at > ? AND version = "+marksOf, o, span.To.UTC(), span.From.UTC()).Order("day").Find(&rows).Error
		return rows, err
	})
}

type marksIn struct {
	org      id.Org
	from, to time.Time
}

// goodDays are the days within a span whose sums are right.
func goodDays(tx *gorm.DB, o id.Org, span usage.Step) (out []usage.Step, err error) {
	rows, err := goodMarks(tx, o, span)
	for _, r := range rows {
		if d := r.step(); !d.From.Before(span.From) && !d.To.After(span.To) {
			out = append(out, d)
		}
	}
	return out, err
}

// Due implements usage.Keeper.
func (s *UsageStore) Due(ctx context.Context, before time.Time) ([]usage.Due, error) {
	var marks []struct {
		OrgID id.Org    `gorm:"column:org_id"`
		Zone  string    `gorm:"column:zone"`
		Hour  time.Time `gorm:"column:hour"`
	}
	err := s.db.system(ctx, "find days to add up", func(tx *gorm.DB) error {
		return tx.Table("usage_marks").Select("usage_marks.org_id, organizations.zone, usage_marks.hour").
			Joins("JOIN organizations ON organizations.id = usage_marks.org_id").
			Where("usage_marks.version <> usage_marks.kept AND usage_marks.hour < ?", before.UTC()).
			Order("usage_marks.org_id, usage_marks.hour").Find(&marks).Error
	})
	var out []usage.Due
	for _, m := range marks {
		hour := m.Hour.UTC()
		if n := len(out); n > 0 && out[n-1].Org == m.OrgID {
			out[n-1].Last = hour
			continue
		}
		out = append(out, usage.Due{Org: m.OrgID, Zone: m.Zone, First: hour, Last: hour})
	}
	return out, err
}

// KeepDays implements usage.Keeper.
func (s *UsageStore) KeepDays(ctx context.Context, o id.Org, days []usage.Step) error {
	if len(days) == 0 {
		return nil
	}
	first, last := days[0].From.UTC().Truncate(time.Hour), days[len(days)-1].To.UTC()
	var due []dueHour
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("usage_marks").Select("hour, version").Where("org_id = ? AND hour >= ? AND hour < ? AND version <> kept", o, first, last).Order("hour").Find(&due).Error
	})
	if err != nil {
		return err
	}
	for _, d := range days {
		touched := slices.ContainsFunc(due, func(m dueHour) bool { return m.Hour.Before(d.To) && m.Hour.Add(time.Hour).After(d.From) })
		if !touched {
			continue
		}
		if err := s.keepDay(ctx, o, d); err != nil {
			return err
		}
		over := 0 // hours whose days are all made: the last one's second day may not be over
		for over < len(due) && !due[over].Hour.Add(time.Hour).After(d.To) {
			over++
		}
		if err := s.keptHours(ctx, o, due[:over]); err != nil {
			return err
		}
		due = due[over:]
	}
	return nil
}

// dueHour is an hour that was posted to since its day was made.
type dueHour struct {
	Hour    time.Time `gorm:"column:hour"`
	Version int64     `gorm:"column:version"`
}

// keptHours notes that hours are in the sums of their days, unless they were posted to again.
func (s *UsageStore) keptHours(ctx context.Context, o id.Org, hours []dueHour) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			for _, m := range hours {
				if err := tx.Table("usage_marks").Where("org_id = ? AND hour = ? AND version = ?", o, m.Hour.UTC(), m.Version).Update("kept", m.Version).Error; err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// otherDays has all days of an organization made again that is about to get another time zone.
func otherDays(tx *gorm.DB, o org.Organization) error {
	return tx.Exec("UPDATE usage_marks SET kept = 0 WHERE org_id = ? AND EXISTS (SELECT 1 FROM organizations WHERE organizations.id = ? AND zone <> ?)", o.ID, o.ID, o.Zone).Error
}
