package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
)

// Count implements key.Store.
func (s *KeyStore) Count(ctx context.Context, o id.Org, q key.Query) (n key.Counts, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		all := func() *gorm.DB {
			return narrowKeys(liveKeys(tx, o), o, key.Query{Within: q.Within, Self: q.Self})
		}
		var many, idle int64
		if err := all().Count(&many).Error; err != nil {
			return err
		}
		if err := idleKeys(all(), q).Count(&idle).Error; err != nil {
			return err
		}
		n = key.Counts{All: int(many), Idle: int(idle)}
		return nil
	})
	return n, err
}

// Tally implements key.Store.
func (s *KeyStore) Tally(ctx context.Context, o id.Org, q key.Query, since time.Time) (n key.Tally, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return narrowKeys(liveKeys(tx, o), o, q).
			Select("COUNT(*) AS keys, COUNT(DISTINCT k.member_id) AS people, COALESCE(SUM(CASE WHEN k.last_used_at > ? THEN 1 ELSE 0 END), 0) AS lately", since.UTC()).Scan(&n).Error
	})
	return n, err
}

// OfAccounts implements key.Store.
func (s *KeyStore) OfAccounts(ctx context.Context, o id.Org, q key.Query) (map[id.Account]int, error) {
	var rows []struct {
		Account id.Account `gorm:"column:account_id"`
		Keys    int
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return narrowKeys(liveKeys(tx, o).Where("k.account_id IS NOT NULL"), o, q).
			Select("k.account_id, COUNT(*) AS keys").Group("k.account_id").Scan(&rows).Error
	})
	out := make(map[id.Account]int, len(rows))
	for _, r := range rows {
		out[r.Account] = r.Keys
	}
	return out, err
}
