package db

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

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

// Heads implements prompt.Store.
func (s *PromptStore) Heads(ctx context.Context, o id.Org) ([]prompt.Prompt, error) {
	var rows []promptRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("name").Find(&rows).Error })
	out := make([]prompt.Prompt, len(rows))
	for i := range rows {
		out[i] = rows[i].prompt()
	}
	return out, err
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
	var versions []promptVersionRow
	at := map[id.Prompt]*prompt.Full{}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []promptRow
		if err := reach(tx, "id").Order("name").Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		out = make([]prompt.Full, len(rows))
		for i := range rows {
			out[i].Prompt = rows[i].prompt()
			at[rows[i].ID] = &out[i]
		}
		if err := reach(tx, "prompt_id").Order("number DESC").Find(&versions).Error; err != nil {
			return err
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
	if err != nil {
		return nil, err
	}
	for i := range versions { // behind the statements: opening may have to read keys
		v := &versions[i]
		f := at[v.PromptID]
		if f == nil {
			continue
		}
		c, err := s.content(ctx, v)
		if err != nil {
			return nil, err
		}
		f.Versions = append(f.Versions, prompt.Version{Org: v.OrgID, Prompt: v.PromptID, Number: v.Number, Content: c, Message: v.Message, Size: v.Size, By: v.By, At: v.At.UTC()})
	}
	return out, nil
}

// content is what a version says, opened.
func (s *PromptStore) content(ctx context.Context, v *promptVersionRow) (prompt.Content, error) {
	if v.Sealed == nil {
		return v.plain()
	}
	return prompt.Open(ctx, s.vault, v.OrgID, v.PromptID, v.Number, v.Sealed)
}

// plain is what a version from before contents were encrypted says.
func (r *promptVersionRow) plain() (c prompt.Content, err error) {
	if err = json.Unmarshal([]byte(r.Content), &c); err != nil {
		err = fmt.Errorf("prompt %s, version %d: %w", r.PromptID, r.Number, err)
	}
	return c, err
}
