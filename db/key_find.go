package db

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// stopped is a condition on keys AS k: that the key is refused for where it stands in the tree, whatever it says of itself.
// stoppers are the joins that it needs.
const (
	stopped = `(t.archived_at IS NOT NULL OR a.archived_at IS NOT NULL OR m.disabled_at IS NOT NULL OR k.member_id IS NOT NULL AND s.member_id IS NULL)`

	stoppers = `JOIN teams AS t ON t.org_id = k.org_id AND t.id = k.team_id
		LEFT JOIN members AS m ON m.org_id = k.org_id AND m.id = k.member_id
		LEFT JOIN team_members AS s ON s.org_id = k.org_id AND s.member_id = k.member_id AND s.team_id = k.team_id
		LEFT JOIN service_accounts AS a ON a.org_id = k.org_id AND a.id = k.account_id`
)

// shownKey is a key with whether the tree stops it.
type shownKey struct {
	Key     keyRow `gorm:"embedded"`
	Stopped bool   `gorm:"column:stopped"`
}

func (r shownKey) key() key.Key {
	k := r.Key.key()
	k.Stopped = r.Stopped
	return k
}

// liveKeys begins a query on an organization's keys that are not deleted.
func liveKeys(tx *gorm.DB, o id.Org) *gorm.DB {
	return tx.Table("keys AS k").Where("k.org_id = ? AND k.deleted_at IS NULL", o)
}

// shownKeys looks up what stops the keys that a query leaves. They are chosen first, in a query of their own: behind row
// security PostgreSQL takes an organization's rows for few, and would join all of them to show fifty.
func shownKeys(tx *gorm.DB, o id.Org, left *gorm.DB) *gorm.DB {
	return tx.Table("(?) AS k", left.Model(&keyRow{})).Select(selected(tx, "k", &keyRow{})+", "+stopped+" AS stopped").Joins(stoppers).Where("k.org_id = ?", o)
}

// Get implements key.Store.
func (s *KeyStore) Get(ctx context.Context, o id.Org, k id.Key) (key.Key, error) {
	var row shownKey
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return shownKeys(tx, o, liveKeys(tx, o).Where("k.id = ?", k)).Take(&row).Error
	})
	return row.key(), missing(err, key.Missing)
}

// List implements key.Store.
func (s *KeyStore) List(ctx context.Context, o id.Org, q key.Query) ([]key.Key, error) {
	var rows []shownKey
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		left := idleKeys(narrowKeys(liveKeys(tx, o), o, q), q).Order("k.id DESC") // ids sort by creation
		if q.Limit > 0 {
			left = left.Limit(q.Limit)
		}
		return shownKeys(tx, o, left).Order("k.id DESC").Find(&rows).Error
	})
	out := make([]key.Key, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.key())
	}
	return out, err
}

func idleKeys(tx *gorm.DB, q key.Query) *gorm.DB {
	if q.IdleSince.IsZero() {
		return tx
	}
	since := q.IdleSince.UTC()
	return tx.Where("k.created_at <= ? AND (k.last_used_at IS NULL OR k.last_used_at <= ?)", since, since)
}

func narrowKeys(tx *gorm.DB, o id.Org, q key.Query) *gorm.DB {
	if q.Within != nil {
		tx = tx.Where("(k.team_id IN ? OR k.member_id = ?)", q.Within, q.Self)
	}
	if !q.After.IsZero() {
		tx = tx.Where("k.id < ?", q.After)
	}
	if !q.Account.IsZero() {
		tx = tx.Where("k.account_id = ?", q.Account)
	}
	if q.Services {
		tx = tx.Where("k.member_id IS NULL")
	}
	tx = keysBelow(tx, q.Of)
	if q.Search != "" {
		like := "%" + likely.Replace(strings.ToLower(q.Search)) + "%"
		// A member is found by their name where the list shows it: in the key's own team.
		tx = tx.Where(`(LOWER(k.name) LIKE ? ESCAPE '\' OR LOWER(k.account) LIKE ? ESCAPE '\' OR k.last4 = ? OR
			k.member_id IN (SELECT m.id FROM members AS m WHERE m.org_id = ? AND m.removed_at IS NULL AND LOWER(m.name) LIKE ? ESCAPE '\')
			AND EXISTS (SELECT 1 FROM team_members AS s WHERE s.org_id = k.org_id AND s.member_id = k.member_id AND s.team_id = k.team_id))`, like, like, q.Search, o, like)
	}
	return tx
}

// keysBelow leaves the keys at or below a place.
func keysBelow(tx *gorm.DB, s org.Scope) *gorm.DB {
	switch node := s.Node(); s.Kind() {
	case org.DepartmentScope:
		return tx.Where("k.team_id IN (SELECT d.id FROM teams AS d WHERE d.org_id = k.org_id AND d.department_id = ?)", node)
	case org.TeamScope:
		return tx.Where("k.team_id = ?", node)
	case org.PoolScope:
		return tx.Where("k.team_id = ? AND k.member_id IS NULL", node)
	case org.MemberScope:
		return tx.Where("k.member_id = ?", node)
	case org.KeyScope:
		return tx.Where("k.id = ?", node)
	}
	return tx
}
