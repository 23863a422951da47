package db

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/transcript"
)

type transcriptSettingRow struct {
	OrgID     id.Org `gorm:"column:org_id;primaryKey"`
	Forbidden bool   `gorm:"column:forbidden"`
	MostDays  int    `gorm:"column:most_days"`
}

// TableName names the table.
func (transcriptSettingRow) TableName() string { return "transcript_settings" }

type transcriptTeamRow struct {
	OrgID  id.Org  `gorm:"column:org_id;primaryKey"`
	TeamID id.Team `gorm:"column:team_id;primaryKey"`
	Days   int     `gorm:"column:days"`
}

// TableName names the table.
func (transcriptTeamRow) TableName() string { return "transcript_teams" }

// Bound implements transcript.Store.
func (s *TranscriptStore) Bound(ctx context.Context, o id.Org) (transcript.Bound, bool, error) {
	var row transcriptSettingRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return transcript.Bound{}, false, nil
	}
	return transcript.Bound{Forbidden: row.Forbidden, MostDays: row.MostDays}, err == nil, err
}

// SetBound implements transcript.Store.
func (s *TranscriptStore) SetBound(ctx context.Context, o id.Org, b transcript.Bound) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		put := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"forbidden", "most_days"})}
		return tx.Clauses(put).Create(&transcriptSettingRow{o, b.Forbidden, b.MostDays}).Error
	})
}

// Teams implements transcript.Store.
func (s *TranscriptStore) Teams(ctx context.Context, o id.Org) (map[id.Team]int, error) {
	var rows []transcriptTeamRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Find(&rows).Error })
	out := map[id.Team]int{}
	for _, r := range rows {
		out[r.TeamID] = r.Days
	}
	return out, err
}

// SetTeam implements transcript.Store.
func (s *TranscriptStore) SetTeam(ctx context.Context, o id.Org, t id.Team, days int) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if days == 0 {
			return tx.Where("org_id = ? AND team_id = ?", o, t).Delete(&transcriptTeamRow{}).Error
		}
		put := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "team_id"}}, DoUpdates: clause.AssignmentColumns([]string{"days"})}
		return tx.Clauses(put).Create(&transcriptTeamRow{o, t, days}).Error
	})
}

// Settings implements transcript.Store.
func (s *TranscriptStore) Settings(ctx context.Context) ([]transcript.Setting, error) {
	var rows []struct {
		OrgID     id.Org
		TeamID    id.Team
		Days      int
		Forbidden *bool
		MostDays  *int
	}
	err := s.db.system(ctx, "compile whose texts are kept", func(tx *gorm.DB) error {
		return tx.Table("transcript_teams t").Select("t.org_id, t.team_id, t.days, b.forbidden, b.most_days").
			Joins("LEFT JOIN transcript_settings b ON b.org_id = t.org_id").Order("t.org_id, t.team_id").Find(&rows).Error
	})
	var out []transcript.Setting
	for _, r := range rows {
		bound := transcript.Bound{MostDays: transcript.DefaultMost}
		if r.MostDays != nil && r.Forbidden != nil {
			bound = transcript.Bound{Forbidden: *r.Forbidden, MostDays: *r.MostDays}
		}
		out = append(out, transcript.Setting{Org: r.OrgID, Team: r.TeamID, Days: bound.Allows(r.Days)})
	}
	return out, err
}
