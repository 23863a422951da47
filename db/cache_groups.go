package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Groups implements cache.Likes.
func (s *CacheStore) Groups(ctx context.Context, o id.Org, r cache.Reach, from, to time.Time, limit int) ([]cache.Group, error) {
	var rows []struct {
		Last   cacheLikeRow `gorm:"embedded"`
		Found  int64        `gorm:"column:group_found"`
		Served int64        `gorm:"column:group_served"`
		Saved  money.USD    `gorm:"column:group_saved"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		const group = "OVER (PARTITION BY prefix, entry_key)"
		all := tx.Session(&gorm.Session{NewDB: true}).Table("cache_likes").
			Select(selected(tx, "cache_likes", &cacheLikeRow{})+", COUNT(*) "+group+" AS group_found, CAST(SUM(CASE WHEN served THEN 1 ELSE 0 END) "+group+" AS BIGINT) AS group_served, "+
				"CAST(SUM(CASE WHEN served THEN cost_nanos ELSE 0 END) "+group+" AS BIGINT) AS group_saved, "+
				"ROW_NUMBER() OVER (PARTITION BY prefix, entry_key ORDER BY CASE WHEN sealed IS NULL THEN 1 ELSE 0 END, at DESC, id) AS nth").
			Where("org_id = ? AND at >= ? AND at <= ?", o, from.UTC(), to.UTC())
		if !r.All {
			all = all.Where("node_id IN ?", append(uuids(r.Teams), r.Member.UUID(), o.UUID()))
		}
		return tx.Table("(?) AS g", all).Where("org_id = ? AND nth = 1", o).Order("group_found DESC, group_saved DESC, entry_key").Limit(limit).Find(&rows).Error
	})
	out := make([]cache.Group, len(rows))
	for i := range rows {
		out[i] = cache.Group{Last: rows[i].Last.sighting(), Found: rows[i].Found, Served: rows[i].Served, Saved: rows[i].Saved}
	}
	return out, err
}
