package db

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/scim"
)

// Users implements scim.Store. A user has a row, or is a member without one: both lists are narrowed, joined and cut by the
// database, and only the page is read in full.
func (s *SCIMStore) Users(ctx context.Context, o id.Org, q scim.UserQuery) (out []scim.User, total int, err error) {
	both, args := bothUsers(o, q)
	var page []struct {
		ID id.Member `gorm:"column:id"`
	}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Raw("SELECT COUNT(*) FROM ("+both+") AS b", args...).Scan(&total).Error; err != nil || q.Limit <= 0 {
			return err
		}
		return tx.Raw("SELECT b.id FROM ("+both+") AS b ORDER BY b.id LIMIT ? OFFSET ?", append(args, q.Limit, q.Skip)...).Scan(&page).Error
	})
	if err != nil || len(page) == 0 {
		return nil, total, err
	}
	ids := make([]id.Member, len(page))
	for n, p := range page {
		ids[n] = p.ID
	}
	these := func(tx *gorm.DB) *gorm.DB { return tx.Where("id IN ?", ids) }
	out, err = s.users(ctx, o, these, these)
	return out, total, err
}

// bothUsers is a query of the ids of users that match, rows first, and its values.
func bothUsers(o id.Org, q scim.UserQuery) (string, []any) {
	known, unknown := userFilter{}, userFilter{}
	add := func(rows, members string, v ...any) { known.add(rows, v...); unknown.add(members, v...) }
	if q.Name != "" {
		add("u.user_key = ?", "m.email = ?", strings.ToLower(q.Name))
	}
	if q.NameHas != "" {
		add(`u.user_key LIKE ? ESCAPE '\'`, `m.email LIKE ? ESCAPE '\'`, "%"+likely.Replace(strings.ToLower(q.NameHas))+"%")
	}
	if q.NameFrom != "" {
		add(`u.user_key LIKE ? ESCAPE '\'`, `m.email LIKE ? ESCAPE '\'`, likely.Replace(strings.ToLower(q.NameFrom))+"%")
	}
	if q.External != "" {
		known.add("u.external_id = ?", q.External)
		unknown.add("1 = 0")
	}
	switch {
	case q.Active != nil && *q.Active:
		add("m.id IS NOT NULL AND m.disabled_at IS NULL", "m.disabled_at IS NULL")
	case q.Active != nil:
		add("(m.id IS NULL OR m.disabled_at IS NOT NULL)", "m.disabled_at IS NOT NULL")
	}
	text := `SELECT u.id FROM scim_users AS u LEFT JOIN members AS m ON m.org_id = u.org_id AND m.id = u.member_id AND m.removed_at IS NULL
		WHERE u.org_id = ?` + known.where + `
		UNION ALL SELECT m.id FROM members AS m LEFT JOIN scim_users AS u ON u.org_id = m.org_id AND u.member_id = m.id
		WHERE m.org_id = ? AND m.removed_at IS NULL AND u.id IS NULL` + unknown.where
	args := append([]any{o}, known.args...)
	return text, append(append(args, o), unknown.args...)
}

// userFilter is conditions and their values.
type userFilter struct {
	where string
	args  []any
}

func (f *userFilter) add(where string, args ...any) {
	f.where += " AND " + where
	f.args = append(f.args, args...)
}
