package db

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
)

type scimUserRow struct {
	Org        id.Org      `gorm:"column:org_id;primaryKey"`
	ID         id.Member   `gorm:"column:id;primaryKey"`
	Member     id.Member   `gorm:"column:member_id"`
	UserName   string      `gorm:"column:user_name"`
	UserKey    string      `gorm:"column:user_key"` // lower case: user names are compared in any
	ExternalID string      `gorm:"column:external_id"`
	Email      string      `gorm:"column:email"`
	Name       string      `gorm:"column:name"`
	Attributes string      `gorm:"column:attributes"`
	Brought    bool        `gorm:"column:brought"`
	Given      []givenRole `gorm:"column:given;serializer:json"`
	Version    int64       `gorm:"column:version"`
	CreatedAt  time.Time   `gorm:"column:created_at"`
	UpdatedAt  time.Time   `gorm:"column:updated_at"`
}

// TableName implements gorm's Tabler.
func (scimUserRow) TableName() string { return "scim_users" }

// givenRole is an assignment in a JSON column.
type givenRole struct {
	Role string `json:"role"`
	Kind string `json:"kind"`
	Node string `json:"node"`
	Over string `json:"over,omitempty"` // scim.Gift's
}

func (r scimUserRow) user() scim.User {
	u := scim.User{ID: r.ID, Org: r.Org, Member: r.Member, Known: true, UserName: r.UserName, ExternalID: r.ExternalID, Email: r.Email, Name: r.Name,
		Attributes: []byte(r.Attributes), Brought: r.Brought, Version: r.Version, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
	for _, g := range r.Given {
		if at, err := org.ParseScope(r.Org, g.Kind, g.Node); err == nil {
			u.Given = append(u.Given, scim.Gift{Assignment: org.Assignment{Role: org.Role(g.Role), At: at}, Over: org.Role(g.Over)})
		}
	}
	return u
}

// unknown is a member whom the directory has not written about.
func (r memberRow) unknown() scim.User {
	return scim.User{ID: r.ID, Org: r.Org, Member: r.ID, UserName: r.Email, Email: r.Email, Name: r.Name, Disabled: r.DisabledAt != nil, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.CreatedAt.UTC()}
}

// joinUsers puts rows and memberships together: a membership that is over makes its user inactive, one without a row is a
// user the directory has not written about, and names are the member's while there is one.
func joinUsers(rows []scimUserRow, members []memberRow) []scim.User {
	present := make(map[id.Member]memberRow, len(members))
	for _, m := range members {
		present[m.ID] = m
	}
	out := make([]scim.User, 0, len(members)+len(rows))
	for _, r := range rows {
		u := r.user()
		if m, ok := present[r.Member]; ok {
			u.Name, u.Email, u.Disabled = m.Name, m.Email, m.DisabledAt != nil
			delete(present, r.Member)
		} else {
			u.Member, u.Last = id.Member{}, r.Member
		}
		out = append(out, u)
	}
	for _, m := range present {
		out = append(out, m.unknown())
	}
	slices.SortFunc(out, func(a, b scim.User) int { return strings.Compare(a.ID.UUID(), b.ID.UUID()) })
	return out
}

func (s *SCIMStore) users(ctx context.Context, o id.Org, rows, members func(tx *gorm.DB) *gorm.DB) (out []scim.User, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var known []scimUserRow
		if err := rows(tx.Where("org_id = ?", o)).Find(&known).Error; err != nil {
			return err
		}
		present, err := s.present(tx, o, known, members)
		if err != nil {
			return err
		}
		out = joinUsers(known, present)
		return nil
	})
	return out, err
}

// present are the memberships that rows name, and those that members looks for.
func (s *SCIMStore) present(tx *gorm.DB, o id.Org, known []scimUserRow, members func(tx *gorm.DB) *gorm.DB) (out []memberRow, err error) {
	ids := make([]id.Member, 0, len(known))
	for _, r := range known {
		if !r.Member.IsZero() {
			ids = append(ids, r.Member)
		}
	}
	if err := tx.Where("org_id = ? AND removed_at IS NULL AND id IN ?", o, ids).Find(&out).Error; err != nil {
		return nil, err
	}
	var found []memberRow
	if err := members(tx.Where("org_id = ? AND removed_at IS NULL", o)).Find(&found).Error; err != nil {
		return nil, err
	}
	if found, err = s.unclaimed(tx, o, found); err != nil {
		return nil, err
	}
	return append(out, found...), nil
}

// LeftDisabled implements scim.Store.
func (s *SCIMStore) LeftDisabled(ctx context.Context, o id.Org, email string, left id.Member) (bool, error) {
	var last []memberRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		err := tx.Where("org_id = ? AND id = ? AND email <> ? AND removed_at IS NOT NULL", o, left, email).Find(&last).Error
		if err != nil || len(last) > 0 { // who had the address before them was somebody else
			return err
		}
		return tx.Where("org_id = ? AND email = ? AND removed_at IS NOT NULL", o, email).Order("removed_at DESC, id DESC").Limit(1).Find(&last).Error
	})
	return len(last) > 0 && last[0].DisabledAt != nil, err
}

// unclaimed leaves out members who have a row: that is where they are found.
func (s *SCIMStore) unclaimed(tx *gorm.DB, o id.Org, members []memberRow) ([]memberRow, error) {
	var claims []scimUserRow
	ids := make([]id.Member, 0, len(members))
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	if err := tx.Where("org_id = ? AND member_id IN ?", o, ids).Find(&claims).Error; err != nil {
		return nil, err
	}
	return slices.DeleteFunc(members, func(m memberRow) bool {
		return slices.ContainsFunc(claims, func(r scimUserRow) bool { return r.Member == m.ID })
	}), nil
}

// User implements scim.Store.
func (s *SCIMStore) User(ctx context.Context, o id.Org, u id.Member) (scim.User, bool, error) {
	byID := func(tx *gorm.DB) *gorm.DB { return tx.Where("id = ?", u) }
	all, err := s.users(ctx, o, byID, byID)
	for _, x := range all {
		if x.ID == u {
			return x, true, err
		}
	}
	return scim.User{}, false, err
}

// Find implements scim.Store. A member whom the directory has not written about has their address as user name.
func (s *SCIMStore) Find(ctx context.Context, o id.Org, userName, externalID string) ([]scim.User, error) {
	key := strings.ToLower(userName)
	none := func(tx *gorm.DB) *gorm.DB { return tx.Where("1 = 0") }
	if userName == "" {
		return s.users(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("external_id = ?", externalID) }, none)
	}
	return s.users(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("user_key = ?", key) }, func(tx *gorm.DB) *gorm.DB { return tx.Where("email = ?", key) })
}

// PutUser implements scim.Store.
func (s *SCIMStore) PutUser(ctx context.Context, u scim.User) error {
	member := u.Member
	if member.IsZero() {
		member = u.Last // which is over: it makes nobody a member
	}
	row := scimUserRow{Org: u.Org, ID: u.ID, Member: member, UserName: u.UserName, UserKey: strings.ToLower(u.UserName), ExternalID: u.ExternalID, Email: u.Email, Name: u.Name,
		Attributes: string(u.Attributes), Brought: u.Brought, Given: []givenRole{}, Version: u.Version, CreatedAt: u.CreatedAt.UTC(), UpdatedAt: u.UpdatedAt.UTC()}
	for _, g := range u.Given {
		row.Given = append(row.Given, givenRole{string(g.Role), string(g.At.Kind()), g.At.Node(), string(g.Over)})
	}
	return s.db.scoped(ctx, u.Org, func(tx *gorm.DB) error {
		return taken(tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"member_id", "user_name",
			"user_key", "external_id", "email", "name", "attributes", "brought", "given", "version", "updated_at"})}).Create(&row).Error)
	})
}

// DropUser implements scim.Store.
func (s *SCIMStore) DropUser(ctx context.Context, o id.Org, u id.Member) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return errors.Join(tx.Where("org_id = ? AND user_id = ?", o, u).Delete(&scimMemberRow{}).Error, tx.Where("org_id = ? AND id = ?", o, u).Delete(&scimUserRow{}).Error)
	})
}
