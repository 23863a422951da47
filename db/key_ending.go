package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/key"
)

// Ending gives the keys of all organizations that work and stop within a span, in the order in which they stop: not those of
// agents' log-ins, which are renewed by themselves, nor those that were made for less time than least.
func (s *KeyStore) Ending(ctx context.Context, from, until time.Time, least time.Duration) ([]key.Key, error) {
	var rows []keyRow
	err := s.db.system(ctx, "find keys that stop soon", func(tx *gorm.DB) error {
		return tx.Table("keys AS k").Select(selected(tx, "k", &keyRow{})).Joins("JOIN organizations AS o ON o.id = k.org_id").Joins(stoppers).
			Where("k.expires_at > ? AND k.expires_at <= ? AND k.agent = '' AND k.deleted_at IS NULL AND k.disabled_at IS NULL AND o.deleted_at IS NULL AND NOT "+stopped, from.UTC(), until.UTC()).
			Order("k.expires_at, k.id").Find(&rows).Error
	})
	var out []key.Key
	for _, r := range rows {
		if k := r.key(); k.ExpiresAt.Sub(k.CreatedAt) > least {
			out = append(out, k)
		}
	}
	return out, err
}
