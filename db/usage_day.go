package db

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
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
}

// TableName names the table.
func (dayMarkRow) TableName() string { return "usage_day_marks" }

func (r dayMarkRow) step() usage.Step { return usage.Step{From: r.Day.UTC(), To: r.Until.UTC()} }

// marksOf is what the marks of a day's hours add up to: it moves on with everything that is posted to the day.
const marksOf = "(SELECT COALESCE(SUM(m.version), 0) FROM usage_marks m WHERE m.org_id = usage_day_marks.org_id AND m.hour >= usage_day_marks.first_hour AND m.hour < usage_day_marks.until_at)"

// goodDays are the days within a span whose sums are right.
func goodDays(tx *gorm.DB, o id.Org, span usage.Step) ([]usage.Step, error) {
	var rows []dayMarkRow
	err := tx.Where("usage_day_marks.org_id = ? AND day >= ? AND until_at <= ? AND version = "+marksOf, o, span.From.UTC(), span.To.UTC()).Order("day").Find(&rows).Error
	out := make([]usage.Step, len(rows))
	for i, r := range rows {
		out[i] = r.step()
	}
	return out, err
}

// piecesOf cuts an ask's span into days that there are sums of and the rest. A day counts if it lies within one step.
func piecesOf(tx *gorm.DB, o id.Org, a usage.Ask) ([]piece, error) {
	all := usage.Step{From: a.Steps[0].From, To: a.Steps[len(a.Steps)-1].To}
	days, err := goodDays(tx, o, all)
	if err != nil {
		return nil, err
	}
	var out []piece
	add := func(from, to time.Time, days bool) {
		if !from.Before(to) {
			return
		}
		if n := len(out); n > 0 && out[n-1].days == days {
			out[n-1].To = to
			return
		}
		out = append(out, piece{usage.Step{From: from, To: to}, days})
	}
	at := all.From
	for _, d := range days {
		within := slices.ContainsFunc(a.Steps, func(s usage.Step) bool { return !d.From.Before(s.From) && !d.To.After(s.To) })
		if d.From.Before(at) || !within {
			continue
		}
		add(at, d.From, false)
		add(d.From, d.To, true)
		at = d.To
	}
	add(at, all.To, false)
	return out, nil
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
	var due []struct {
		Hour    time.Time `gorm:"column:hour"`
		Version int64     `gorm:"column:version"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("usage_marks").Select("hour, version").Where("org_id = ? AND hour >= ? AND hour < ? AND version <> kept", o, first, last).Find(&due).Error
	})
	if err != nil {
		return err
	}
	for _, d := range days {
		touched := slices.ContainsFunc(due, func(m struct {
			Hour    time.Time `gorm:"column:hour"`
			Version int64     `gorm:"column:version"`
		}) bool {
			return m.Hour.Before(d.To) && m.Hour.Add(time.Hour).After(d.From)
		})
		if !touched {
			continue
		}
		if err := s.keepDay(ctx, o, d); err != nil {
			return err
		}
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			for _, m := range due {
				if m.Hour.Add(time.Hour).After(last) {
					continue // the day that has the rest of it is not over
				}
				if err := tx.Table("usage_marks").Where("org_id = ? AND hour = ? AND version = ?", o, m.Hour.UTC(), m.Version).Update("kept", m.Version).Error; err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// keepDay makes one day's sums, unless they are right. What its hours' marks add up to is read first: what is posted between
// that and the end is in the sums or not, and moves the marks on either way.
func (s *UsageStore) keepDay(ctx context.Context, o id.Org, d usage.Step) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			if s.db.Postgres() { // two keepers at once would insert the same rows
				if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('usage_days'), hashtext(?))", o.String()).Error; err != nil {
					return err
				}
			}
			good, err := goodDays(tx, o, d)
			if err != nil || len(good) == 1 && good[0] == d {
				return err
			}
			next := dayMarkRow{OrgID: o, Day: d.From.UTC(), Until: d.To.UTC(), FirstHour: d.From.UTC().Truncate(time.Hour)}
			err = tx.Table("usage_marks").Select("COALESCE(SUM(version), 0)").Where("org_id = ? AND hour >= ? AND hour < ?", o, next.FirstHour, next.Until).Take(&next.Version).Error
			if err != nil {
				return err
			}
			if err := forgetDays(tx, o, d); err != nil {
				return err
			}
			if err := sumDay(tx, o, d); err != nil {
				return err
			}
			if err := sketchDay(tx, o, d); err != nil {
				return err
			}
			return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&next).Error
		})
	})
}

// forgetDays deletes the sums of a day and of all that overlap it: those of a zone that the organization had before.
func forgetDays(tx *gorm.DB, o id.Org, d usage.Step) error {
	var old []dayMarkRow
	if err := tx.Where("org_id = ? AND day < ? AND until_at > ?", o, d.To.UTC(), d.From.UTC()).Find(&old).Error; err != nil {
		return err
	}
	for _, m := range old {
		for _, table := range []string{"usage_days", "usage_day_values", "usage_day_sketches"} {
			if err := tx.Exec("DELETE FROM "+table+" WHERE org_id = ? AND hour = ?", o, m.Day.UTC()).Error; err != nil {
				return err
			}
		}
		if err := tx.Where("org_id = ? AND day = ?", o, m.Day.UTC()).Delete(&dayMarkRow{}).Error; err != nil {
			return err
		}
	}
	return nil
}

// sumDay adds hours up.
func sumDay(tx *gorm.DB, o id.Org, d usage.Step) error {
	by := strings.Join(hourOwn, ", ")
	sums := "SUM(" + strings.Join(counted, "), SUM(") + ")"
	names := strings.Join(counted, ", ")
	from, to := d.From.UTC(), d.To.UTC()
	err := tx.Exec("INSERT INTO usage_days (org_id, hour, "+by+", "+names+") SELECT org_id, "+moments(tx)+", "+by+", "+sums+
		" FROM usage_hours WHERE org_id = ? AND hour >= ? AND hour < ? GROUP BY org_id, "+by, from, o, from, to).Error
	if err != nil {
		return err
	}
	into := "INSERT INTO usage_day_values (org_id, dim, hour, value, " + names + ") SELECT org_id, "
	for _, dim := range append([]usage.Dim{""}, usage.Dims...) {
		value, group := "CAST("+keptColumns[dim]+" AS TEXT)", ", "+keptColumns[dim]
		if dim == "" {
			value, group = "''", ""
		}
		err := tx.Exec(into+"'"+string(dim)+"', hour, "+value+", "+sums+" FROM usage_days WHERE org_id = ? AND hour = ? GROUP BY org_id, hour"+group, o, from).Error
		if err != nil {
			return err
		}
	}
	return tx.Exec(into+"'tag:' || tag_key, "+moments(tx)+", tag_value, "+sums+" FROM usage_tags WHERE org_id = ? AND hour >= ? AND hour < ? GROUP BY org_id, tag_key, tag_value",
		from, o, from, to).Error
}

// moments is the place of a parameter that is a time among selected columns, where PostgreSQL cannot guess what it is.
func moments(tx *gorm.DB) string {
	if tx.Name() == "postgres" {
		return "CAST(? AS timestamptz)"
	}
	return "?"
}

func sketchDay(*gorm.DB, id.Org, usage.Step) error { return nil }

// otherDays has all days of an organization made again that is about to get another time zone.
func otherDays(tx *gorm.DB, o org.Organization) error {
	return tx.Exec("UPDATE usage_marks SET kept = 0 WHERE org_id = ? AND EXISTS (SELECT 1 FROM organizations WHERE organizations.id = ? AND zone <> ?)", o.ID, o.ID, o.Zone).Error
}
