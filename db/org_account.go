package db

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type serviceAccountRow struct {
	Org        id.Org     `gorm:"column:org_id;primaryKey"`
	ID         id.Account `gorm:"column:id;primaryKey"`
	Team       id.Team    `gorm:"column:team_id"`
	Name       string     `gorm:"column:name"`
	CreatedAt  time.Time  `gorm:"column:created_at"`
	ArchivedAt *time.Time `gorm:"column:archived_at"`
}

// TableName implements gorm's Tabler.
func (serviceAccountRow) TableName() string { return "service_accounts" }

func (r serviceAccountRow) account() org.Account {
	return org.Account{ID: r.ID, Org: r.Org, Team: r.Team, Name: r.Name, CreatedAt: r.CreatedAt.UTC(), ArchivedAt: fromNull(r.ArchivedAt)}
}

// AddAccount implements org.Store.
func (s *OrgStore) AddAccount(ctx context.Context, a org.Account) error {
	return s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		return taken(tx.Create(&serviceAccountRow{a.Org, a.ID, a.Team, a.Name, a.CreatedAt.UTC(), toNull(a.ArchivedAt)}).Error)
	})
}

// Account implements org.Store.
func (s *OrgStore) Account(ctx context.Context, o id.Org, a id.Account) (org.Account, error) {
	var row serviceAccountRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, a).Take(&row).Error
	})
	return row.account(), missing(err, org.MissingAccount)
}

// SetAccount implements org.Store.
func (s *OrgStore) SetAccount(ctx context.Context, a org.Account) error {
	return s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		err := tx.Model(&serviceAccountRow{}).Where("org_id = ? AND id = ?", a.Org, a.ID).
			Updates(map[string]any{"name": a.Name, "team_id": a.Team, "archived_at": toNull(a.ArchivedAt)}).Error
		if err != nil {
			return taken(err)
		}
		return tx.Model(&keyRow{}).Where("org_id = ? AND account_id = ? AND deleted_at IS NULL", a.Org, a.ID).
			Updates(map[string]any{"account": a.Name, "team_id": a.Team}).Error
	})
}

// Accounts implements org.Store.
func (s *OrgStore) Accounts(ctx context.Context, o id.Org, teams []id.Team) ([]org.Account, error) {
	var rows []serviceAccountRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Where("org_id = ?", o)
		if teams != nil {
			q = q.Where("team_id IN ?", teams)
		}
		return q.Order("name, id").Find(&rows).Error
	})
	out := make([]org.Account, len(rows))
	for i, r := range rows {
		out[i] = r.account()
	}
	return out, err
}

// emptyAccounts moves all service accounts of one team to another, with a new name where theirs is taken there.
func emptyAccounts(tx *gorm.DB, o id.Org, from, to org.Team) error {
	var rows []serviceAccountRow
	if err := tx.Where("org_id = ? AND team_id IN ?", o, []id.Team{from.ID, to.ID}).Order("name, id").Find(&rows).Error; err != nil {
		return err
	}
	used := map[string]bool{}
	for _, r := range rows {
		used[r.Name] = used[r.Name] || r.Team == to.ID
	}
	for _, r := range rows {
		if r.Team != from.ID {
			continue
		}
		name := r.Name
		for n := 1; used[name]; n++ {
			name = fmt.Sprintf("%.60s (%.20s)", r.Name, from.Name)
			if n > 1 {
				name = fmt.Sprintf("%.50s (%.20s %d)", r.Name, from.Name, n)
			}
		}
		used[name] = true
		change := map[string]any{"team_id": to.ID, "name": name}
		if err := tx.Model(&serviceAccountRow{}).Where("org_id = ? AND id = ?", o, r.ID).Updates(change).Error; err != nil {
			return err
		}
		if err := tx.Model(&keyRow{}).Where("org_id = ? AND account_id = ?", o, r.ID).Update("account", name).Error; err != nil {
			return err
		}
	}
	return nil
}
