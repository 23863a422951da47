package db

import (
	"context"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// trimStep is how many entries are looked at and deleted in one statement.
const trimStep = 500

// Trim implements cache.Counter. Once it has to, it makes a tenth of the room free, so that not every new answer sorts all of them.
func (s *CacheStore) Trim(ctx context.Context, o id.Org) (keys []cache.Key, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			var has struct {
				Entries int64 `gorm:"column:entries"`
				Bytes   int64 `gorm:"column:bytes"`
			}
			if err := tx.Model(&cacheEntryRow{}).Where("org_id = ?", o).Select("COUNT(*) AS entries, COALESCE(SUM(size), 0) AS bytes").Scan(&has).Error; err != nil {
				return err
			}
			if has.Entries <= s.Most.Entries && has.Bytes <= s.Most.Bytes {
				return nil
			}
			over := cache.Room{Entries: has.Entries - s.Most.Entries*9/10, Bytes: has.Bytes - s.Most.Bytes*9/10}
			for over.Entries > 0 || over.Bytes > 0 {
				gone, err := trimSome(tx, o, &over)
				if err != nil || len(gone) == 0 {
					return err
				}
				keys = append(keys, gone...)
			}
			return nil
		})
	})
	return keys, err
}

// trimSome deletes entries that were not given for the longest, until nothing is over, and trimStep at most.
func trimSome(tx *gorm.DB, o id.Org, over *cache.Room) (keys []cache.Key, err error) {
	var rows []cacheEntryRow
	err = tx.Model(&cacheEntryRow{}).Select("entry_key, size").Where("org_id = ?", o).Order("COALESCE(last_hit_at, made_at), entry_key").Limit(trimStep).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var names []string
	for _, r := range rows {
		if over.Entries <= 0 && over.Bytes <= 0 {
			break
		}
		over.Entries--
		over.Bytes -= r.Size
		names = append(names, r.Key)
		if k, ok := cache.ParseKey(r.Key); ok {
			keys = append(keys, k)
		}
	}
	return keys, tx.Where("org_id = ? AND entry_key IN ?", o, names).Delete(&cacheEntryRow{}).Error
}
