package db

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

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
	sealed, err := prompt.Seal(ctx, s.vault, v.Org, v.Prompt, v.Number, v.Content)
	if err != nil {
		return err
	}
	row := promptVersionRow{OrgID: v.Org, PromptID: v.Prompt, Number: v.Number, Sealed: sealed, Message: v.Message, Size: v.Size, By: v.By, At: v.At}
	return s.change(ctx, v.Org, func(tx *gorm.DB) *gorm.DB { return tx.Create(&row) })
}

// SealVersion implements prompt.Store. What is sealed already, or deleted meanwhile, stays as it is.
func (s *PromptStore) SealVersion(ctx context.Context, o id.Org, p id.Prompt, number int, c prompt.Content) error {
	sealed, err := prompt.Seal(ctx, s.vault, o, p, number, c)
	if err != nil {
		return err
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&promptVersionRow{}).Where("org_id = ? AND prompt_id = ? AND number = ? AND sealed IS NULL", o, p, number).Updates(map[string]any{"content": "", "sealed": sealed}).Error
	})
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
