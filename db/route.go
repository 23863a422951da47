package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/route"
)

type aliasRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	ID        id.Alias  `gorm:"column:id;primaryKey"`
	Name      string    `gorm:"column:name"`
	Version   int64     `gorm:"column:version"`
	Routing   string    `gorm:"column:routing"`
	CreatedAt time.Time `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (aliasRow) TableName() string { return "aliases" }

type aliasTargetRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	AliasID      id.Alias      `gorm:"column:alias_id;primaryKey"`
	Position     int64         `gorm:"column:position;primaryKey;autoIncrement:false"`
	ConnectionID id.Connection `gorm:"column:connection_id"`
	Model        string        `gorm:"column:model"`
}

// TableName names the table.
func (aliasTargetRow) TableName() string { return "alias_targets" }

// aliasBody is the column routing: an alias's Routing, and its own list where the rows of targets cannot tell it.
type aliasBody struct {
	route.Routing
	Targets []route.TargetRef `json:"targets,omitempty"`
}

func aliasRowOf(a route.Alias) (aliasRow, error) {
	row := aliasRow{OrgID: a.Org, ID: a.ID, Name: a.Name, Version: a.Version, CreatedAt: a.CreatedAt.UTC(), UpdatedAt: a.UpdatedAt.UTC()}
	plain := a.Routing.IsZero() && !slices.ContainsFunc(a.Targets, func(t route.TargetRef) bool { return !t.Alias.IsZero() || !t.Plain() })
	if plain {
		return row, nil
	}
	b, err := json.Marshal(aliasBody{a.Routing, a.Targets})
	row.Routing = string(b)
	return row, err
}

// aliasTargetRowsOf are the connections that an alias names anywhere, its own list first.
func aliasTargetRowsOf(a route.Alias) (rows []aliasTargetRow) {
	for _, t := range a.Refs() {
		if !t.Connection.IsZero() {
			rows = append(rows, aliasTargetRow{OrgID: a.Org, AliasID: a.ID, Position: int64(len(rows)), ConnectionID: t.Connection, Model: t.Model})
		}
	}
	return rows
}

// AliasStore keeps aliases and their targets.
type AliasStore struct{ db *DB }

// NewAliasStore makes the store.
func NewAliasStore(d *DB) *AliasStore { return &AliasStore{d} }

var _ route.Store = (*AliasStore)(nil)

// Insert implements route.Store.
func (s *AliasStore) Insert(ctx context.Context, a route.Alias) error {
	row, err := aliasRowOf(a)
	if err != nil {
		return err
	}
	return aliasFault(s.change(ctx, a.Org, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return addTargets(tx, a)
	}))
}

func addTargets(tx *gorm.DB, a route.Alias) error {
	rows := aliasTargetRowsOf(a)
	if len(rows) == 0 { // all its targets are other aliases
		return nil
	}
	return tx.Create(&rows).Error
}

// Update implements route.Store.
func (s *AliasStore) Update(ctx context.Context, a route.Alias) error {
	row, err := aliasRowOf(a)
	if err != nil {
		return err
	}
	row.Version++
	return aliasFault(s.change(ctx, a.Org, func(tx *gorm.DB) error {
		res := tx.Select("name", "version", "routing", "updated_at").Where("org_id = ? AND id = ? AND version = ?", a.Org, a.ID, a.Version).Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return route.ErrChanged
		}
		if res.Error != nil {
			return res.Error
		}
		if err := tx.Where("org_id = ? AND alias_id = ?", a.Org, a.ID).Delete(&aliasTargetRow{}).Error; err != nil {
			return err
		}
		return addTargets(tx, a)
	}))
}

// change runs the statements of one alias in one transaction: an alias is never without its targets.
func (s *AliasStore) change(ctx context.Context, o id.Org, fn func(tx *gorm.DB) error) error {
	return s.db.Do(ctx, func(ctx context.Context) error { return s.db.scoped(ctx, o, fn) })
}

func aliasFault(err error) error {
	switch {
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return route.ErrTaken
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return route.ErrChanged // a connection went away since the caller looked
	}
	return err
}

// Delete implements route.Store.
func (s *AliasStore) Delete(ctx context.Context, o id.Org, a id.Alias) error {
	return s.change(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND id = ?", o, a).Delete(&aliasRow{})
		if res.Error == nil && res.RowsAffected == 0 {
			return route.ErrNotFound
		}
		if res.Error != nil {
			return res.Error
		}
		return tx.Where("org_id = ? AND route = ?", o, a.String()).Delete(&routeVersionRow{}).Error
	})
}

// joinedAlias is one target with its alias beside it, so that one statement reads both and they agree.
type joinedAlias struct {
	OrgID        id.Org        `gorm:"column:org_id"`
	ID           id.Alias      `gorm:"column:id"`
	Name         string        `gorm:"column:name"`
	Version      int64         `gorm:"column:version"`
	Routing      string        `gorm:"column:routing"`
	CreatedAt    time.Time     `gorm:"column:created_at"`
	UpdatedAt    time.Time     `gorm:"column:updated_at"`
	ConnectionID id.Connection `gorm:"column:connection_id"` // zero where all targets are other aliases
	Model        *string       `gorm:"column:model"`
}

func joined(tx *gorm.DB) *gorm.DB {
	return tx.Table("aliases AS a").Joins("LEFT JOIN alias_targets AS t ON t.org_id = a.org_id AND t.alias_id = a.id").
		Select("a.org_id, a.id, a.name, a.version, a.routing, a.created_at, a.updated_at, t.connection_id, t.model")
}

// Get implements route.Store.
func (s *AliasStore) Get(ctx context.Context, o id.Org, a id.Alias) (route.Alias, error) {
	var rows []joinedAlias
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return joined(tx).Where("a.org_id = ? AND a.id = ?", o, a).Order("t.position").Scan(&rows).Error
	})
	if err != nil {
		return route.Alias{}, err
	}
	if len(rows) == 0 {
		return route.Alias{}, route.ErrNotFound
	}
	all, err := aliasesOf(rows)
	if err != nil {
		return route.Alias{}, err
	}
	return all[0], nil
}

// List implements route.Store.
func (s *AliasStore) List(ctx context.Context, o id.Org) ([]route.Alias, error) {
	var rows []joinedAlias
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return joined(tx).Where("a.org_id = ?", o).Order("a.name, t.position").Scan(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return aliasesOf(rows)
}

// All implements route.Store.
func (s *AliasStore) All(ctx context.Context) ([]route.Alias, error) {
	var rows []joinedAlias
	err := s.db.system(ctx, "compile the route index", func(tx *gorm.DB) error {
		return joined(tx).Order("a.org_id, a.name, t.position").Scan(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	return aliasesOf(rows)
}

// aliasesOf gathers rows that come alias by alias, targets in order.
func aliasesOf(rows []joinedAlias) ([]route.Alias, error) {
	var out []route.Alias
	for i, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.ID {
			out = append(out, route.Alias{ID: r.ID, Org: r.OrgID, Name: r.Name, Version: r.Version,
				CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()})
		}
		last := &out[len(out)-1]
		if r.Model != nil && r.Routing == "" {
			last.Targets = append(last.Targets, route.TargetRef{Connection: r.ConnectionID, Model: *r.Model})
		}
		if r.Routing != "" && (i == 0 || rows[i-1].ID != r.ID) {
			var body aliasBody
			if err := json.Unmarshal([]byte(r.Routing), &body); err != nil {
				return nil, fmt.Errorf("routing of alias %s: %w", r.ID, err)
			}
			last.Targets, last.Routing = body.Targets, body.Routing
		}
	}
	return out, nil
}
