package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
)

type rehearsalRow struct {
	OrgID     id.Org       `gorm:"column:org_id;primaryKey"`
	ID        id.Rehearsal `gorm:"column:id;primaryKey"`
	Draft     string       `gorm:"column:draft"`
	Days      int          `gorm:"column:days"`
	State     string       `gorm:"column:state"`
	Outcome   string       `gorm:"column:outcome"`
	MadeBy    string       `gorm:"column:made_by"`
	MadeAt    time.Time    `gorm:"column:made_at"`
	UpdatedAt time.Time    `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (rehearsalRow) TableName() string { return "route_rehearsals" }

func rehearsalRowOf(r route.Rehearsal) (rehearsalRow, error) {
	draft, err := json.Marshal(r.Draft)
	if err != nil {
		return rehearsalRow{}, err
	}
	outcome, err := json.Marshal(r.Outcome)
	return rehearsalRow{OrgID: r.Org, ID: r.ID, Draft: string(draft), Days: r.Days, State: string(r.State), Outcome: string(outcome), MadeBy: r.By,
		MadeAt: r.At.UTC(), UpdatedAt: r.UpdatedAt.UTC()}, err
}

// StartRehearsal implements route.Rehearsals.
func (s *AliasStore) StartRehearsal(ctx context.Context, r route.Rehearsal) error {
	row, err := rehearsalRowOf(r)
	if err != nil {
		return err
	}
	return s.change(ctx, r.Org, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		var old []id.Rehearsal
		if err := tx.Table("route_rehearsals").Where("org_id = ?", r.Org).Order("made_at DESC, id DESC").Offset(route.KeptRehearsals).Limit(1000).Pluck("id", &old).Error; err != nil || len(old) == 0 {
			return err
		}
		return tx.Where("org_id = ? AND id IN ?", r.Org, old).Delete(&rehearsalRow{}).Error
	})
}

// SaveRehearsal implements route.Rehearsals.
func (s *AliasStore) SaveRehearsal(ctx context.Context, r route.Rehearsal) error {
	row, err := rehearsalRowOf(r)
	if err != nil {
		return err
	}
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return tx.Select("state", "outcome", "updated_at").Where("org_id = ? AND id = ?", r.Org, r.ID).Updates(&row).Error
	})
}

// Rehearsal implements route.Rehearsals.
func (s *AliasStore) Rehearsal(ctx context.Context, o id.Org, r id.Rehearsal) (out route.Rehearsal, err error) {
	var rows []rehearsalRow
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ?", o)
		if !r.IsZero() {
			tx = tx.Where("id = ?", r)
		}
		return tx.Order("made_at DESC, id DESC").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		if err == nil {
			err = route.ErrNotFound
		}
		return out, err
	}
	row := rows[0]
	out = route.Rehearsal{ID: row.ID, Org: row.OrgID, Days: row.Days, State: route.RehearsalState(row.State), By: row.MadeBy, At: row.MadeAt.UTC(), UpdatedAt: row.UpdatedAt.UTC()}
	if err := json.Unmarshal([]byte(row.Draft), &out.Draft); err != nil {
		return out, fmt.Errorf("draft of rehearsal %s: %w", row.ID, err)
	}
	if err := json.Unmarshal([]byte(row.Outcome), &out.Outcome); err != nil {
		return out, fmt.Errorf("outcome of rehearsal %s: %w", row.ID, err)
	}
	return out, nil
}

// pastRow is a request with its last attempt's whole usage.
type pastRow struct {
	ID           id.Request
	At           time.Time
	DepartmentID id.Department
	TeamID       id.Team
	MemberID     id.Member
	KeyID        id.Key
	KeyName      *string
	Family       string
	Endpoint     string
	Stream       bool
	Asked        string
	Model        string
	Provider     string
	Client       string
	Tags         string
	EndUser      string
	Session      string
	Input        int64
	Cached       int64
	Output       int64
	Reasoning    int64
	Usage        *llm.Usage `gorm:"serializer:json"`
	Cost         money.USD
	DurationUS   int64
}

// Past implements route.Rehearsals.
func (s *AliasStore) Past(ctx context.Context, o id.Org, since time.Time, before route.Mark, limit int) ([]route.Past, error) {
	var rows []pastRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Table("requests AS r").Select("r.id, r.at, r.department_id, r.team_id, r.member_id, r.key_id, k.name AS key_name, r.family, r.endpoint, r.stream, r.asked, r.model, r.provider, r.client, "+
			"r.tags, r.end_user, r.session, a.input_tokens AS input, a.cached_tokens AS cached, a.output_tokens AS output, a.reasoning_tokens AS reasoning, a.usage, r.cost_nanos AS cost, r.duration_us").
			Joins("JOIN attempts AS a ON a.org_id = r.org_id AND a.request_id = r.id AND a.number = r.attempts").
			Joins("LEFT JOIN keys AS k ON k.org_id = r.org_id AND k.id = r.key_id").
			Where("r.org_id = ? AND a.org_id = ? AND r.at >= ? AND a.at >= ?", o, o, since.UTC(), since.UTC()).
			Where("r.status < 400 AND r.code = '' AND r.model <> '' AND r.asked NOT LIKE 'prompt:%'") // of a stored prompt the facts do not say which model it asked for
		if !before.ID.IsZero() {
			tx = tx.Where("r.at <= ? AND (r.at, r.id) < (?, ?)", before.At.UTC(), before.At.UTC(), before.ID)
		}
		return tx.Order("r.at DESC, r.id DESC").Limit(limit).Find(&rows).Error
	})
	out := make([]route.Past, len(rows))
	for i, r := range rows {
		u := llm.Usage{Input: r.Input, CacheRead: r.Cached, Output: r.Output, Reasoning: r.Reasoning}
		if r.Usage != nil {
			u = *r.Usage
		}
		out[i] = route.Past{Mark: route.Mark{At: r.At.UTC(), ID: r.ID}, Chain: org.Chain{Org: o, Department: r.DepartmentID, Team: r.TeamID, Member: r.MemberID, Key: r.KeyID},
			KeyName: orEmpty(r.KeyName), Family: llm.Family(r.Family), Endpoint: llm.Operation(r.Endpoint), Stream: r.Stream, Asked: r.Asked, Model: r.Model, Connection: r.Provider,
			Client: r.Client, Tags: r.Tags, EndUser: r.EndUser, Session: r.Session, Usage: u, Cost: r.Cost, Duration: micros(r.DurationUS)}
	}
	return out, err
}
