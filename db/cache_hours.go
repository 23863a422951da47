package db

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// cacheHourRow is what the cache did for a member in one hour. Nodes are plain uuids, all zeros where there is none.
type cacheHourRow struct {
	Key     cacheHourKey `gorm:"embedded"`
	Hits    int64        `gorm:"column:hits"`
	Misses  int64        `gorm:"column:misses"`
	Saved   money.USD    `gorm:"column:saved_nanos"`
	SavedUS int64        `gorm:"column:saved_us"`
}

// TableName names the table.
func (cacheHourRow) TableName() string { return "cache_hours" }

type cacheHourKey struct {
	OrgID  id.Org    `gorm:"column:org_id;primaryKey"`
	Hour   time.Time `gorm:"column:hour;primaryKey"`
	Team   string    `gorm:"column:team_id;primaryKey"`
	Member string    `gorm:"column:member_id;primaryKey"`
	Model  string    `gorm:"column:model;primaryKey"`
}

// addCache adds a batch to the hours that savings are told from, in the transaction of the facts: each hit counts exactly once.
func addCache(tx *gorm.DB, b budget.Batch) error {
	sums := map[cacheHourKey]*cacheHourRow{}
	for i := range b.Requests {
		q := &b.Requests[i]
		hit := q.Cache == "hit" || q.Cache == "semantic"
		if !hit && q.Cache != "miss" {
			continue
		}
		k := cacheHourKey{q.Chain.Org, q.At.UTC().Truncate(time.Hour), q.Chain.Team.UUID(), q.Chain.Member.UUID(), q.Model}
		clean(&k.Model)
		r := sums[k]
		if r == nil {
			r = &cacheHourRow{Key: k}
			sums[k] = r
		}
		if !hit {
			r.Misses++
			continue
		}
		saved, err := r.Saved.Add(q.Saved)
		if err != nil {
			return err
		}
		r.Hits, r.Saved, r.SavedUS = r.Hits+1, saved, r.SavedUS+q.SavedTime.Microseconds()
	}
	if len(sums) == 0 {
		return nil
	}
	rows := make([]cacheHourRow, 0, len(sums))
	for _, r := range sums {
		rows = append(rows, *r)
	}
	// One order for all nodes, so that two posts wait for each other and never in a circle.
	slices.SortFunc(rows, func(a, b cacheHourRow) int {
		x, y := a.Key, b.Key
		return cmp.Or(x.OrgID.Compare(y.OrgID), x.Hour.Compare(y.Hour), cmp.Compare(x.Team, y.Team), cmp.Compare(x.Member, y.Member), cmp.Compare(x.Model, y.Model))
	})
	add := map[string]any{}
	for _, c := range []string{"hits", "misses", "saved_nanos", "saved_us"} {
		add[c] = gorm.Expr("cache_hours." + c + " + excluded." + c)
	}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "hour"}, {Name: "team_id"}, {Name: "member_id"}, {Name: "model"}},
		DoUpdates: clause.Assignments(add),
	}).CreateInBatches(&rows, hourRowsAtOnce).Error
}

// savedColumn is what savings are divided by.
var savedColumn = map[cache.Division]string{cache.ByHour: "hour", cache.ByModel: "model", cache.ByTeam: "team_id", cache.ByMember: "member_id"}

// Savings implements cache.Rules.
func (s *CacheStore) Savings(ctx context.Context, o id.Org, r cache.Reach, by cache.Division, from, to time.Time) ([]cache.Saving, error) {
	column := savedColumn[by]
	var rows []struct {
		Hour    time.Time `gorm:"column:hour"`
		Value   string    `gorm:"column:value"`
		Hits    int64     `gorm:"column:hits"`
		Misses  int64     `gorm:"column:misses"`
		Saved   money.USD `gorm:"column:saved_nanos"`
		SavedUS int64     `gorm:"column:saved_us"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		value := column + " AS value, "
		if by == cache.ByHour {
			value = "hour, "
		} else if by != cache.ByModel && s.db.Postgres() {
			value = column + "::text AS value, "
		}
		q := tx.Table("cache_hours").Select(value+"SUM(hits) AS hits, SUM(misses) AS misses, SUM(saved_nanos) AS saved_nanos, SUM(saved_us) AS saved_us").
			Where("org_id = ? AND hour >= ? AND hour < ?", o, from.UTC(), to.UTC())
		if !r.All {
			q = q.Where("(team_id IN ? OR member_id = ?)", uuids(r.Teams), r.Member.UUID())
		}
		return q.Group(column).Having("COUNT(*) > 0").Order("saved_nanos DESC").Limit(mostSavings).Find(&rows).Error
	})
	out := make([]cache.Saving, len(rows))
	for i, x := range rows {
		out[i] = cache.Saving{Hour: x.Hour.UTC(), Value: x.Value, Hits: x.Hits, Misses: x.Misses, Cost: x.Saved, Time: time.Duration(x.SavedUS) * time.Microsecond}
	}
	return out, err
}

// mostSavings is more than the hours of three months.
const mostSavings = 2500

// uuids are teams as their columns hold them; never empty, which IN does not take everywhere.
func uuids(teams []id.Team) []string {
	out := []string{id.Team{}.UUID()}
	for _, t := range teams {
		out = append(out, t.UUID())
	}
	return out[min(1, len(teams)):]
}
