package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Cut implements cache.Rules. Two at once wait for each other at the organization's row, so that numbers have one order.
func (s *CacheStore) Cut(ctx context.Context, c cache.Cut) (keys []cache.Key, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, c.Org, func(tx *gorm.DB) error {
			if s.db.Postgres() {
				if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", "cache cuts of "+c.Org.UUID()).Error; err != nil {
					return err
				}
			}
			var last int64
			if err := tx.Model(&cacheCutRow{}).Where("org_id = ?", c.Org).Select("COALESCE(MAX(number), 0)").Scan(&last).Error; err != nil {
				return err
			}
			if c.Kind == cache.CutAll { // says what all earlier ones say
				if err := tx.Where("org_id = ?", c.Org).Delete(&cacheCutRow{}).Error; err != nil {
					return err
				}
			}
			next := max(last+1, c.At.UnixMilli()) // a restored backup must not count what Redis has as newer than the next cuts
			row := cacheCutRow{OrgID: c.Org, Number: next, Kind: string(c.Kind), Value: c.Value, At: c.At.UTC(), By: c.By}
			clean(&row.Value, &row.By)
			if err := tx.Create(&row).Error; err != nil {
				return err
			}
			if keys, err = dropCut(tx, c); err != nil {
				return err
			}
			return cutLikes(tx, c)
		})
	})
	return keys, err
}

// dropCut deletes the entries that a cut ends.
func dropCut(tx *gorm.DB, c cache.Cut) (keys []cache.Key, err error) {
	among := func() *gorm.DB {
		q := tx.Session(&gorm.Session{}).Model(&cacheEntryRow{}).Where("org_id = ?", c.Org)
		switch c.Kind {
		case cache.CutEntry:
			q = q.Where("entry_key = ?", c.Value)
		case cache.CutModel:
			q = q.Where("(asked = ? OR model = ?)", c.Value, c.Value)
		case cache.CutPrompt:
			q = q.Where("prompt = ?", c.Value)
		case cache.CutNode:
			q = q.Where("node_id = ?", c.Value)
		case cache.CutMember:
			q = q.Where("(member_id = ? OR node_id = ?)", c.Value, c.Value)
		}
		return q
	}
	var names []string
	if err := among().Pluck("entry_key", &names).Error; err != nil || len(names) == 0 {
		return nil, err
	}
	for _, n := range names {
		if k, ok := cache.ParseKey(n); ok {
			keys = append(keys, k)
		}
	}
	return keys, among().Delete(&cacheEntryRow{}).Error
}

// Cuts implements cache.Rules.
func (s *CacheStore) Cuts(ctx context.Context, o id.Org) ([]cache.Cut, error) {
	var rows []cacheCutRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("number DESC").Limit(50).Find(&rows).Error
	})
	out := make([]cache.Cut, len(rows))
	for i := range rows {
		out[i] = rows[i].cut()
	}
	return out, err
}

// Withdraw forgets what a member's requests paid for and what is theirs alone, when they leave. It joins the transaction in which
// they do.
func (s *CacheStore) Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	_, err := s.Cut(ctx, cache.Cut{Org: o, Kind: cache.CutMember, Value: m.UUID(), At: at, By: "system: the member left"})
	return err
}

// Entries implements cache.Rules.
func (s *CacheStore) Entries(ctx context.Context, o id.Org, r cache.Reach, q cache.Query) ([]cache.Shelved, error) {
	var rows []cacheEntryRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		list := tx.Omit("sealed", "question").Where("org_id = ? AND (stale_until > ? OR kept_until > ?)", o, q.Now.UTC(), q.Now.UTC())
		if !r.All {
			list = list.Where("node_id IN ?", append(uuids(r.Teams), r.Member.UUID(), o.UUID()))
		}
		if q.Model != "" {
			list = list.Where("(asked = ? OR model = ?)", q.Model, q.Model)
		}
		if q.Sharing != "" {
			list = list.Where("sharing = ?", string(q.Sharing))
		}
		if q.Prompt != (cache.Key{}) {
			list = list.Where("prompt = ?", q.Prompt.String())
		}
		if q.Key != (cache.Key{}) {
			list = list.Where("entry_key = ?", q.Key.String())
		}
		order := "made_at DESC, entry_key"
		if q.ByHits {
			order = "hits DESC, made_at DESC, entry_key"
		}
		return list.Order(order).Offset(q.Offset).Limit(q.Limit).Find(&rows).Error
	})
	out := make([]cache.Shelved, len(rows))
	for i := range rows {
		out[i] = cache.Shelved{Entry: *rows[i].entry(), Hits: rows[i].Hits, Size: rows[i].Size}
		if l := rows[i].LastHit; l != nil {
			out[i].LastHit = l.UTC()
		}
	}
	return out, err
}
