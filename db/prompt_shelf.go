package db

import (
	"context"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// Shelf implements prompt.Store.
func (s *PromptStore) Shelf(ctx context.Context, o id.Org) (out []prompt.Record, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		out, err = promptRecords(func() *gorm.DB { return tx.Where("org_id = ?", o) })
		return err
	})
	for i := range out { // behind the statements: opening may have to read keys
		for n, sealed := range out[i].Sealed {
			c, err := prompt.Open(ctx, s.vault, o, out[i].ID, n, sealed)
			if err != nil {
				return nil, err
			}
			out[i].Versions[n] = c
		}
		out[i].Sealed = nil
	}
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
			Versions: map[int]prompt.Content{}, Sealed: map[int][]byte{}, Labels: map[string]int{}}
		at[r.ID] = &out[i]
	}
	var versions []promptVersionRow
	if err := reach().Select("org_id", "prompt_id", "number", "content", "sealed").Find(&versions).Error; err != nil {
		return nil, err
	}
	for i := range versions {
		v := &versions[i]
		r := at[v.PromptID]
		switch {
		case r == nil:
		case v.Sealed != nil:
			r.Sealed[v.Number] = v.Sealed
		default:
			c, err := v.plain()
			if err != nil {
				return nil, err
			}
			r.Versions[v.Number] = c
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
