package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

type cacheLikeRow struct {
	OrgID    id.Org     `gorm:"column:org_id;primaryKey"`
	ID       id.Request `gorm:"column:id;primaryKey"`
	At       time.Time  `gorm:"column:at"`
	Policy   id.Caching `gorm:"column:policy_id"`
	Prefix   string     `gorm:"column:prefix"`
	Entry    string     `gorm:"column:entry_key"`
	Sharing  string     `gorm:"column:sharing"`
	Node     string     `gorm:"column:node_id"`
	MemberID id.Member  `gorm:"column:member_id"`
	MakerID  id.Member  `gorm:"column:maker_id"`
	Asked    string     `gorm:"column:asked"`
	Mode     string     `gorm:"column:mode"`
	Strict   bool       `gorm:"column:strict"`
	Cosine   int64      `gorm:"column:cosine"`
	Served   bool       `gorm:"column:served"`
	Cost     money.USD  `gorm:"column:cost_nanos"`
	TookUS   int64      `gorm:"column:took_us"`
	Prompt   string     `gorm:"column:prompt"`
	Other    string     `gorm:"column:other"`
	Sealed   []byte     `gorm:"column:sealed"`
	Verdict  string     `gorm:"column:verdict"`
	By       string     `gorm:"column:verdict_by"`
	Judged   *time.Time `gorm:"column:judged_at"`
}

// TableName names the table.
func (cacheLikeRow) TableName() string { return "cache_likes" }

func (r *cacheLikeRow) sighting() cache.Sighting {
	s := cache.Sighting{ID: r.ID, Org: r.OrgID, At: r.At.UTC(), Policy: r.Policy, Sharing: cache.Sharing(r.Sharing), Node: r.Node, Member: r.MemberID, Maker: r.MakerID, Asked: r.Asked, Mode: cache.LikeMode(r.Mode),
		Strict: r.Strict, Cosine: r.Cosine, Served: r.Served, Cost: r.Cost, Took: time.Duration(r.TookUS) * time.Microsecond, Sealed: r.Sealed, Verdict: r.Verdict, By: r.By}
	s.Prefix, _ = cache.ParseKey(r.Prefix)
	s.Entry, _ = cache.ParseKey(r.Entry)
	s.Prompt, _ = cache.ParseKey(r.Prompt)
	s.Other, _ = cache.ParseKey(r.Other)
	if r.Judged != nil {
		s.Judged = r.Judged.UTC()
	}
	return s
}

type cacheDemandRow struct {
	OrgID  id.Org    `gorm:"column:org_id;primaryKey"`
	Prefix string    `gorm:"column:prefix;primaryKey"`
	Demand int       `gorm:"column:demand"`
	At     time.Time `gorm:"column:at"`
}

// TableName names the table.
func (cacheDemandRow) TableName() string { return "cache_demands" }

var (
	_ cache.Likes     = (*CacheStore)(nil)
	_ cache.Questions = (*CacheStore)(nil)
)

// KeepSightings implements cache.Likes.
func (s *CacheStore) KeepSightings(ctx context.Context, o id.Org, list []cache.Sighting) error {
	rows := make([]cacheLikeRow, len(list))
	for i, x := range list {
		rows[i] = cacheLikeRow{OrgID: o, ID: x.ID, At: x.At.UTC(), Policy: x.Policy, Prefix: x.Prefix.String(), Entry: x.Entry.String(), Sharing: string(x.Sharing), Node: x.Node, MemberID: x.Member, MakerID: x.Maker,
			Asked: x.Asked, Mode: string(x.Mode), Strict: x.Strict, Cosine: x.Cosine, Served: x.Served, Cost: x.Cost, TookUS: x.Took.Microseconds(), Prompt: x.Prompt.String(), Other: x.Other.String(), Sealed: x.Sealed}
		clean(&rows[i].Asked)
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, 50).Error
	})
}

// Sightings implements cache.Likes.
func (s *CacheStore) Sightings(ctx context.Context, o id.Org, r cache.Reach, q cache.LikeQuery) ([]cache.Sighting, error) {
	var rows []cacheLikeRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		list := tx.Where("org_id = ?", o)
		if !r.All {
			list = list.Where("node_id IN ?", append(uuids(r.Teams), r.Member.UUID(), o.UUID()))
		}
		if !q.ID.IsZero() {
			list = list.Where("id = ?", q.ID)
		}
		if q.Entry != (cache.Key{}) {
			list = list.Where("entry_key = ?", q.Entry.String())
		}
		if q.Served != nil {
			list = list.Where("served = ?", *q.Served)
		}
		if q.Unjudged {
			list = list.Where("verdict = ''")
		}
		return list.Order("at DESC, id").Offset(q.Offset).Limit(q.Limit).Find(&rows).Error
	})
	out := make([]cache.Sighting, len(rows))
	for i := range rows {
		out[i] = rows[i].sighting()
	}
	return out, err
}

// Judge implements cache.Likes.
func (s *CacheStore) Judge(ctx context.Context, o id.Org, which id.Request, verdict, by string, at time.Time) error {
	clean(&by)
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&cacheLikeRow{}).Where("org_id = ? AND id = ?", o, which).Updates(map[string]any{"verdict": verdict, "verdict_by": by, "judged_at": at.UTC()})
	})
}

// Demand implements cache.Likes.
func (s *CacheStore) Demand(ctx context.Context, d cache.Demanded, at time.Time) error {
	return s.db.scoped(ctx, d.Org, func(tx *gorm.DB) error {
		row := cacheDemandRow{OrgID: d.Org, Prefix: d.Prefix.String(), Demand: int(d.Demand), At: at.UTC()}
		res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if res.Error != nil || res.RowsAffected > 0 {
			return res.Error
		}
		return tx.Model(&cacheDemandRow{}).Where("org_id = ? AND prefix = ?", d.Org, row.Prefix).
			Updates(map[string]any{"demand": gorm.Expr("CASE WHEN demand < ? THEN ? ELSE demand END", row.Demand, row.Demand), "at": at.UTC()}).Error
	})
}

// demands reads what is demanded, for a snapshot; tx is the system's.
func demands(tx *gorm.DB) ([]cache.Demanded, error) {
	var rows []cacheDemandRow
	err := tx.Order("org_id, prefix").Find(&rows).Error
	var out []cache.Demanded
	for _, r := range rows {
		if p, ok := cache.ParseKey(r.Prefix); ok {
			out = append(out, cache.Demanded{Org: r.OrgID, Prefix: p, Demand: cache.Demand(r.Demand)})
		}
	}
	return out, err
}

// Grades implements cache.Likes.
func (s *CacheStore) Grades(ctx context.Context, o id.Org, r cache.Reach, from, to time.Time) ([]cache.Grade, error) {
	var rows []struct {
		Strict bool      `gorm:"column:strict"`
		Cosine int64     `gorm:"column:cosine"`
		Found  int64     `gorm:"column:found"`
		Served int64     `gorm:"column:served"`
		Right  int64     `gorm:"column:said_right"`
		Wrong  int64     `gorm:"column:said_wrong"`
		Cost   money.USD `gorm:"column:cost_nanos"`
		TookUS int64     `gorm:"column:took_us"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Table("cache_likes").Select("strict, cosine, COUNT(*) AS found, SUM(CASE WHEN served THEN 1 ELSE 0 END) AS served, SUM(CASE WHEN verdict = 'right' THEN 1 ELSE 0 END) AS said_right, "+
			"SUM(CASE WHEN verdict = 'wrong' THEN 1 ELSE 0 END) AS said_wrong, SUM(cost_nanos) AS cost_nanos, SUM(took_us) AS took_us").
			Where("org_id = ? AND at >= ? AND at <= ?", o, from.UTC(), to.UTC())
		if !r.All {
			q = q.Where("node_id IN ?", append(uuids(r.Teams), r.Member.UUID(), o.UUID()))
		}
		return q.Group("strict, cosine").Order("strict DESC, cosine DESC").Find(&rows).Error
	})
	out := make([]cache.Grade, len(rows))
	for i, x := range rows {
		out[i] = cache.Grade{Strict: x.Strict, Cosine: x.Cosine, Found: x.Found, Served: x.Served, Right: x.Right, Wrong: x.Wrong, Cost: x.Cost, Took: time.Duration(x.TookUS) * time.Microsecond}
	}
	return out, err
}

// Questions implements cache.Questions.
func (s *CacheStore) Questions(ctx context.Context, after cache.Mark, now time.Time, limit int) (out []cache.Asked, last cache.Mark, err error) {
	var rows []cacheEntryRow
	err = s.db.system(ctx, "read kept questions into memory", func(tx *gorm.DB) error {
		key := ""
		if after.Key != (cache.Key{}) {
			key = after.Key.String()
		}
		return tx.Select("org_id", "entry_key", "prefix", "question", "made_at").
			Where("prefix <> '' AND stale_until > ? AND (made_at > ? OR made_at = ? AND entry_key > ?)", now.UTC(), after.At.UTC(), after.At.UTC(), key).
			Order("made_at, entry_key").Limit(limit).Find(&rows).Error
	})
	for i := range rows {
		e := rows[i].entry()
		out = append(out, cache.Asked{Org: e.Org, Key: e.Key, Prefix: e.Prefix, Question: e.Question})
		last = cache.Mark{At: e.Made, Key: e.Key}
	}
	return out, last, err
}

// cutLikes deletes the sightings that a cut is about. Of one answer only what was asked goes: what was said of the pair still counts.
func cutLikes(tx *gorm.DB, c cache.Cut) error {
	q := tx.Session(&gorm.Session{}).Where("org_id = ?", c.Org)
	switch c.Kind {
	case cache.CutEntry:
		return q.Model(&cacheLikeRow{}).Where("entry_key = ?", c.Value).Update("sealed", nil).Error
	case cache.CutModel:
		q = q.Where("asked = ?", c.Value)
	case cache.CutPrompt:
		q = q.Where("(prompt = ? OR other = ?)", c.Value, c.Value)
	case cache.CutNode:
		q = q.Where("node_id = ?", c.Value)
	case cache.CutMember:
		q = q.Where("(member_id = ? OR maker_id = ? OR node_id = ?)", c.Value, c.Value, c.Value)
	}
	return q.Delete(&cacheLikeRow{}).Error
}

// sweepLikes forgets what is too old; tx is the system's.
func sweepLikes(tx *gorm.DB, now time.Time) error {
	if err := tx.Where("at < ?", now.Add(-cache.LikesKept).UTC()).Delete(&cacheLikeRow{}).Error; err != nil {
		return err
	}
	return tx.Where("at < ?", now.Add(-cache.DemandsKept).UTC()).Delete(&cacheDemandRow{}).Error
}
