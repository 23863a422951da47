package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

type promptOpinionRow struct {
	OrgID    id.Org    `gorm:"column:org_id;primaryKey"`
	PromptID id.Prompt `gorm:"column:prompt_id;primaryKey"`
	MemberID id.Member `gorm:"column:member_id;primaryKey"`
	By       string    `gorm:"column:said_by"`
	Stars    int       `gorm:"column:stars"`
	Comment  string    `gorm:"column:comment"`
	Number   int       `gorm:"column:version_number"`
	At       time.Time `gorm:"column:said_at"`
}

// TableName names the table.
func (promptOpinionRow) TableName() string { return "prompt_opinions" }

// Opinions implements prompt.Store.
func (s *PromptStore) Opinions(ctx context.Context, o id.Org, p id.Prompt) ([]prompt.Opinion, error) {
	var rows []promptOpinionRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND prompt_id = ?", o, p).Order("said_at DESC").Find(&rows).Error
	})
	out := make([]prompt.Opinion, len(rows))
	for i, r := range rows {
		out[i] = prompt.Opinion{Member: r.MemberID, By: r.By, Stars: r.Stars, Comment: r.Comment, Number: r.Number, At: r.At.UTC()}
	}
	return out, err
}

// PutOpinion implements prompt.Store.
func (s *PromptStore) PutOpinion(ctx context.Context, o id.Org, p id.Prompt, op prompt.Opinion) error {
	row := promptOpinionRow{OrgID: o, PromptID: p, MemberID: op.Member, By: op.By, Stars: op.Stars, Comment: op.Comment, Number: op.Number, At: op.At}
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "prompt_id"}, {Name: "member_id"}}, UpdateAll: true}).Create(&row)
	})
}

// Ratings implements prompt.Store.
func (s *PromptStore) Ratings(ctx context.Context, o id.Org) (map[id.Prompt]prompt.Rating, error) {
	var rows []struct {
		PromptID     id.Prompt
		Count, Stars int64
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("prompt_opinions").Select("prompt_id, COUNT(*) AS count, CAST(SUM(stars) AS BIGINT) AS stars").Where("org_id = ? AND stars > 0", o).Group("prompt_id").Find(&rows).Error
	})
	out := make(map[id.Prompt]prompt.Rating, len(rows))
	for _, r := range rows {
		out[r.PromptID] = prompt.Rating{Count: r.Count, Stars: r.Stars}
	}
	return out, err
}
