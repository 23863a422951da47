package db

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

type promptRow struct {
	OrgID      id.Org    `gorm:"column:org_id;primaryKey"`
	ID         id.Prompt `gorm:"column:id;primaryKey"`
	Name       string    `gorm:"column:name"`
	Kind       string    `gorm:"column:kind"`
	About      string    `gorm:"column:about"`
	Folder     string    `gorm:"column:folder"`
	Visibility string    `gorm:"column:visibility"`
	TeamID     id.Team   `gorm:"column:team_id"`
	OwnerID    id.Member `gorm:"column:owner_id"`
	OwnerLabel string    `gorm:"column:owner_label"`
	Highest    int       `gorm:"column:highest"`
	CreatedAt  time.Time `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (promptRow) TableName() string { return "prompts" }

func (r *promptRow) prompt() prompt.Prompt {
	return prompt.Prompt{ID: r.ID, Org: r.OrgID, Name: r.Name, Kind: prompt.Kind(r.Kind), About: r.About, Folder: r.Folder, Visibility: prompt.Visibility(r.Visibility), Team: r.TeamID,
		Owner: r.OwnerID, OwnerLabel: r.OwnerLabel, Highest: r.Highest, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

func promptRowOf(p prompt.Prompt) promptRow {
	return promptRow{OrgID: p.Org, ID: p.ID, Name: p.Name, Kind: string(p.Kind), About: p.About, Folder: p.Folder, Visibility: string(p.Visibility), TeamID: p.Team,
		OwnerID: p.Owner, OwnerLabel: p.OwnerLabel, Highest: p.Highest, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
}

type promptVersionRow struct {
	OrgID    id.Org    `gorm:"column:org_id;primaryKey"`
	PromptID id.Prompt `gorm:"column:prompt_id;primaryKey"`
	Number   int       `gorm:"column:number;primaryKey;autoIncrement:false"`
	Content  string    `gorm:"column:content"`
	Message  string    `gorm:"column:message"`
	Size     int64     `gorm:"column:size"`
	By       string    `gorm:"column:made_by"`
	At       time.Time `gorm:"column:made_at"`
}

// TableName names the table.
func (promptVersionRow) TableName() string { return "prompt_versions" }

func (r *promptVersionRow) content() (c prompt.Content, err error) {
	if err = json.Unmarshal([]byte(r.Content), &c); err != nil {
		err = fmt.Errorf("prompt %s, version %d: %w", r.PromptID, r.Number, err)
	}
	return c, err
}

type promptLabelRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	PromptID  id.Prompt `gorm:"column:prompt_id;primaryKey"`
	Name      string    `gorm:"column:name;primaryKey"`
	Number    int       `gorm:"column:number"`
	Protected bool      `gorm:"column:protected"`
	By        string    `gorm:"column:set_by"`
	At        time.Time `gorm:"column:set_at"`
}

// TableName names the table.
func (promptLabelRow) TableName() string { return "prompt_labels" }

// PromptStore keeps the prompt library.
type PromptStore struct{ db *DB }

// NewPromptStore makes the store.
func NewPromptStore(d *DB) *PromptStore { return &PromptStore{d} }

var _ prompt.Store = (*PromptStore)(nil)

// Lock implements prompt.Store.
func (s *PromptStore) Lock(ctx context.Context, o id.Org) error {
	return (&OrgStore{s.db}).Hold(ctx, o)
}

// HasTeam implements prompt.Store.
func (s *PromptStore) HasTeam(ctx context.Context, o id.Org, t id.Team) (there bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var n int64
		err := tx.Model(&teamRow{}).Where("org_id = ? AND id = ?", o, t).Count(&n).Error
		there = n > 0
		return err
	})
	return there, err
}

// Shelf implements prompt.Store.
func (s *PromptStore) Shelf(ctx context.Context, o id.Org) (out []prompt.Record, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		out, err = promptRecords(func() *gorm.DB { return tx.Where("org_id = ?", o) })
		return err
	})
	return out, err
}

// Records implements prompt.Store.
func (s *PromptStore) Records(ctx context.Context) (out []prompt.Record, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "compile prompts", func(tx *gorm.DB) error {
			out, err = promptRecords(func() *gorm.DB { return tx.Session(&gorm.Session{}) })
			return err
		})
	})
	return out, err
}

// promptRecords reads what a query reaches, as requests see it.
func promptRecords(reach func() *gorm.DB) ([]prompt.Record, error) {
	var rows []promptRow
	if err := reach().Order("org_id, id").Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	out, at := make([]prompt.Record, len(rows)), make(map[id.Prompt]*prompt.Record, len(rows))
	for i, r := range rows {
		out[i] = prompt.Record{Org: r.OrgID, ID: r.ID, Name: r.Name, Kind: prompt.Kind(r.Kind), Visibility: prompt.Visibility(r.Visibility), Team: r.TeamID, Owner: r.OwnerID,
			Versions: map[int]prompt.Content{}, Labels: map[string]int{}}
		at[r.ID] = &out[i]
	}
	var versions []promptVersionRow
	if err := reach().Select("org_id", "prompt_id", "number", "content").Find(&versions).Error; err != nil {
		return nil, err
	}
	for i := range versions {
		c, err := versions[i].content()
		if err != nil {
			return nil, err
		}
		if r := at[versions[i].PromptID]; r != nil {
			r.Versions[versions[i].Number] = c
		}
	}
	var labels []promptLabelRow
	err := reach().Find(&labels).Error
	for _, l := range labels {
		if r := at[l.PromptID]; r != nil {
			r.Labels[l.Name] = l.Number
		}
	}
	return out, err
}

// Size implements prompt.Store.
func (s *PromptStore) Size(ctx context.Context, o id.Org) (size int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&promptVersionRow{}).Select("CAST(COALESCE(SUM(size), 0) AS BIGINT)").Where("org_id = ?", o).Scan(&size).Error
	})
	return size, err
}

// List implements prompt.Store.
func (s *PromptStore) List(ctx context.Context, o id.Org) ([]prompt.Full, error) {
	return s.full(ctx, o, func(tx *gorm.DB, _ string) *gorm.DB { return tx.Where("org_id = ?", o) })
}

// Find implements prompt.Store.
func (s *PromptStore) Find(ctx context.Context, o id.Org, p id.Prompt) (prompt.Full, error) {
	all, err := s.full(ctx, o, func(tx *gorm.DB, column string) *gorm.DB { return tx.Where("org_id = ? AND "+column+" = ?", o, p) })
	if err == nil && len(all) == 0 {
		err = prompt.ErrNotFound
	}
	if err != nil {
		return prompt.Full{}, err
	}
	return all[0], nil
}

func (s *PromptStore) full(ctx context.Context, o id.Org, reach func(tx *gorm.DB, column string) *gorm.DB) (out []prompt.Full, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []promptRow
		if err := reach(tx, "id").Order("name").Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		out = make([]prompt.Full, len(rows))
		at := make(map[id.Prompt]*prompt.Full, len(rows))
		for i := range rows {
			out[i].Prompt = rows[i].prompt()
			at[rows[i].ID] = &out[i]
		}
		var versions []promptVersionRow
		if err := reach(tx, "prompt_id").Order("number DESC").Find(&versions).Error; err != nil {
			return err
		}
		for i := range versions {
			v := &versions[i]
			c, err := v.content()
			if err != nil {
				return err
			}
			if f := at[v.PromptID]; f != nil {
				f.Versions = append(f.Versions, prompt.Version{Org: v.OrgID, Prompt: v.PromptID, Number: v.Number, Content: c, Message: v.Message, Size: v.Size, By: v.By, At: v.At.UTC()})
			}
		}
		var labels []promptLabelRow
		if err := reach(tx, "prompt_id").Find(&labels).Error; err != nil {
			return err
		}
		slices.SortFunc(labels, func(a, b promptLabelRow) int { return cmp.Compare(a.Name, b.Name) })
		for _, l := range labels {
			if f := at[l.PromptID]; f != nil {
				f.Labels = append(f.Labels, prompt.Label{Name: l.Name, Number: l.Number, Protected: l.Protected, By: l.By, At: l.At.UTC()})
			}
		}
		return nil
	})
	return out, err
}

// change runs a statement that must change a row.
func (s *PromptStore) change(ctx context.Context, o id.Org, do func(tx *gorm.DB) *gorm.DB) error {
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := do(tx)
		if res.Error == nil && res.RowsAffected == 0 {
			return prompt.ErrNotFound
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return prompt.ErrTaken
	}
	return err
}

// Insert implements prompt.Store.
func (s *PromptStore) Insert(ctx context.Context, p prompt.Prompt) error {
	row := promptRowOf(p)
	return s.change(ctx, p.Org, func(tx *gorm.DB) *gorm.DB { return tx.Create(&row) })
}

// Update implements prompt.Store.
func (s *PromptStore) Update(ctx context.Context, p prompt.Prompt) error {
	row := promptRowOf(p)
	return s.change(ctx, p.Org, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&promptRow{}).Where("org_id = ? AND id = ?", p.Org, p.ID).Select("about", "folder", "visibility", "team_id", "highest", "updated_at").Updates(&row)
	})
}

// Delete implements prompt.Store.
func (s *PromptStore) Delete(ctx context.Context, o id.Org, p id.Prompt) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("org_id = ? AND id = ?", o, p).Delete(&promptRow{}) })
}

// AddVersion implements prompt.Store.
func (s *PromptStore) AddVersion(ctx context.Context, v prompt.Version) error {
	content, err := json.Marshal(v.Content)
	if err != nil {
		return fmt.Errorf("prompt %s, version %d: %w", v.Prompt, v.Number, err)
	}
	row := promptVersionRow{OrgID: v.Org, PromptID: v.Prompt, Number: v.Number, Content: string(content), Message: v.Message, Size: v.Size, By: v.By, At: v.At}
	return s.change(ctx, v.Org, func(tx *gorm.DB) *gorm.DB { return tx.Create(&row) })
}

// DropVersion implements prompt.Store.
func (s *PromptStore) DropVersion(ctx context.Context, o id.Org, p id.Prompt, number int) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND prompt_id = ? AND number = ?", o, p, number).Delete(&promptVersionRow{})
	})
}

// PutLabel implements prompt.Store.
func (s *PromptStore) PutLabel(ctx context.Context, o id.Org, p id.Prompt, l prompt.Label) error {
	row := promptLabelRow{OrgID: o, PromptID: p, Name: l.Name, Number: l.Number, Protected: l.Protected, By: l.By, At: l.At}
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "prompt_id"}, {Name: "name"}}, UpdateAll: true}).Create(&row)
	})
}

// DropLabel implements prompt.Store.
func (s *PromptStore) DropLabel(ctx context.Context, o id.Org, p id.Prompt, name string) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND prompt_id = ? AND name = ?", o, p, name).Delete(&promptLabelRow{})
	})
}
