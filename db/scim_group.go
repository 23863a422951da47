package db

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
)

type scimGroupRow struct {
	Org         id.Org          `gorm:"column:org_id;primaryKey"`
	ID          id.Group        `gorm:"column:id;primaryKey"`
	DisplayName string          `gorm:"column:display_name"`
	ExternalID  string          `gorm:"column:external_id"`
	Role        string          `gorm:"column:role"`
	Departments []id.Department `gorm:"column:departments;serializer:json"`
	Teams       []id.Team       `gorm:"column:teams;serializer:json"`
	Version     int64           `gorm:"column:version"`
	CreatedAt   time.Time       `gorm:"column:created_at"`
	UpdatedAt   time.Time       `gorm:"column:updated_at"`
}

// TableName implements gorm's Tabler.
func (scimGroupRow) TableName() string { return "scim_groups" }

type scimMemberRow struct {
	Org   id.Org    `gorm:"column:org_id;primaryKey"`
	Group id.Group  `gorm:"column:group_id;primaryKey"`
	User  id.Member `gorm:"column:user_id;primaryKey"`
}

// TableName implements gorm's Tabler.
func (scimMemberRow) TableName() string { return "scim_members" }

func (r scimGroupRow) group(members []id.Member) scim.Group {
	return scim.Group{ID: r.ID, Org: r.Org, DisplayName: r.DisplayName, ExternalID: r.ExternalID, Members: members,
		Grant: identity.Grant{Role: org.Role(r.Role), Departments: r.Departments, Teams: r.Teams}, Version: r.Version, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

func groupColumns(g scim.Group) *scimGroupRow {
	return &scimGroupRow{g.Org, g.ID, g.DisplayName, g.ExternalID, string(g.Role), listed(g.Departments), listed(g.Teams), g.Version, g.CreatedAt.UTC(), g.UpdatedAt.UTC()}
}

// AddGroup implements scim.Store.
func (s *SCIMStore) AddGroup(ctx context.Context, g scim.Group) error {
	return s.db.scoped(ctx, g.Org, func(tx *gorm.DB) error { return tx.Create(groupColumns(g)).Error })
}

func (s *SCIMStore) groups(ctx context.Context, o id.Org, whole bool, narrow func(tx *gorm.DB) *gorm.DB) ([]scim.Group, error) {
	var rows []scimGroupRow
	members := map[id.Group][]id.Member{}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := narrow(tx.Where("org_id = ?", o)).Order("display_name, id").Find(&rows).Error; err != nil || !whole || len(rows) == 0 {
			return err
		}
		ids := make([]id.Group, len(rows))
		for n, r := range rows {
			ids[n] = r.ID
		}
		var in []scimMemberRow
		err := tx.Where("org_id = ? AND group_id IN ?", o, ids).Order("user_id").Find(&in).Error
		for _, m := range in {
			members[m.Group] = append(members[m.Group], m.User)
		}
		return err
	})
	out := make([]scim.Group, len(rows))
	for n, r := range rows {
		out[n] = r.group(members[r.ID])
	}
	return out, err
}

// Groups implements scim.Store.
func (s *SCIMStore) Groups(ctx context.Context, o id.Org, q scim.GroupQuery) ([]scim.Group, int, error) {
	var total int64
	narrow := func(tx *gorm.DB) *gorm.DB {
		if q.Name != "" {
			tx = tx.Where("LOWER(display_name) = ?", strings.ToLower(q.Name))
		}
		if q.External != "" {
			tx = tx.Where("external_id = ?", q.External)
		}
		if !q.Member.IsZero() {
			tx = tx.Where("id IN (SELECT group_id FROM scim_members WHERE org_id = ? AND user_id = ?)", o, q.Member)
		}
		return tx
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return narrow(tx.Model(&scimGroupRow{}).Where("org_id = ?", o)).Count(&total).Error
	})
	if err != nil || q.Limit <= 0 {
		return nil, int(total), err
	}
	out, err := s.groups(ctx, o, q.Members, func(tx *gorm.DB) *gorm.DB { return narrow(tx).Offset(q.Skip).Limit(q.Limit) })
	return out, int(total), err
}

// Group implements scim.Store.
func (s *SCIMStore) Group(ctx context.Context, o id.Org, g id.Group) (scim.Group, error) {
	all, err := s.groups(ctx, o, true, func(tx *gorm.DB) *gorm.DB { return tx.Where("id = ?", g) })
	if err != nil {
		return scim.Group{}, err
	}
	if len(all) == 0 {
		return scim.Group{}, scim.MissingGroup()
	}
	return all[0], nil
}

// PutGroup implements scim.Store.
func (s *SCIMStore) PutGroup(ctx context.Context, g scim.Group) error {
	return s.db.scoped(ctx, g.Org, func(tx *gorm.DB) error {
		return tx.Model(&scimGroupRow{}).Where("org_id = ? AND id = ?", g.Org, g.ID).
			Select("display_name", "external_id", "role", "departments", "teams", "version", "updated_at").Updates(groupColumns(g)).Error
	})
}

// SetMembers implements scim.Store.
func (s *SCIMStore) SetMembers(ctx context.Context, o id.Org, g id.Group, in, out []id.Member) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if len(out) > 0 {
			if err := tx.Where("org_id = ? AND group_id = ? AND user_id IN ?", o, g, out).Delete(&scimMemberRow{}).Error; err != nil {
				return err
			}
		}
		if len(in) == 0 {
			return nil
		}
		rows := make([]scimMemberRow, len(in))
		for n, u := range in {
			rows[n] = scimMemberRow{o, g, u}
		}
		return tx.CreateInBatches(&rows, 500).Error
	})
}

// DropGroup implements scim.Store.
func (s *SCIMStore) DropGroup(ctx context.Context, o id.Org, g id.Group) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return errors.Join(tx.Where("org_id = ? AND group_id = ?", o, g).Delete(&scimMemberRow{}).Error, tx.Where("org_id = ? AND id = ?", o, g).Delete(&scimGroupRow{}).Error)
	})
}

// GroupsOf implements scim.Store.
func (s *SCIMStore) GroupsOf(ctx context.Context, o id.Org, u id.Member) ([]scim.Group, error) {
	return s.groups(ctx, o, false, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("id IN (SELECT group_id FROM scim_members WHERE org_id = ? AND user_id = ?)", o, u)
	})
}
