package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type evaluationRow struct {
	OrgID      id.Org        `gorm:"column:org_id;primaryKey"`
	ID         id.Evaluation `gorm:"column:id;primaryKey"`
	DatasetID  id.Dataset    `gorm:"column:dataset_id"`
	State      string        `gorm:"column:state"`
	Why        string        `gorm:"column:why"`
	Body       string        `gorm:"column:body"`
	RowCount   int           `gorm:"column:row_count"`
	Lease      string        `gorm:"column:lease"`
	LeaseUntil time.Time     `gorm:"column:lease_until"`
	CreatedAt  time.Time     `gorm:"column:created_at;autoCreateTime:false"`
	EndedAt    *time.Time    `gorm:"column:ended_at"`
}

// TableName names the table.
func (evaluationRow) TableName() string { return "evaluations" }

func (r *evaluationRow) run() (evaluation.Run, error) {
	out := evaluation.Run{ID: r.ID, Org: r.OrgID, Dataset: r.DatasetID, State: evaluation.State(r.State), Why: r.Why, Rows: r.RowCount, CreatedAt: r.CreatedAt.UTC()}
	if r.EndedAt != nil {
		out.EndedAt = r.EndedAt.UTC()
	}
	if err := json.Unmarshal([]byte(r.Body), &out.Body); err != nil {
		return out, fmt.Errorf("evaluation %s: %w", r.ID, err)
	}
	return out, nil
}

// Runs implements evaluation.Store.
func (s *EvaluationStore) Runs(ctx context.Context, o id.Org, d id.Dataset) (out []evaluation.Run, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Where("org_id = ?", o)
		if !d.IsZero() {
			q = q.Where("dataset_id = ?", d)
		}
		var rows []evaluationRow
		if err := q.Order("created_at DESC, id DESC").Find(&rows).Error; err != nil {
			return err
		}
		out = make([]evaluation.Run, len(rows))
		for i := range rows {
			if out[i], err = rows[i].run(); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Run implements evaluation.Store.
func (s *EvaluationStore) Run(ctx context.Context, o id.Org, r id.Evaluation) (out evaluation.Run, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row evaluationRow
		if err := tx.Where("org_id = ? AND id = ?", o, r).Take(&row).Error; err != nil {
			return err
		}
		out, err = row.run()
		return err
	})
	return out, evaluationMissing(err)
}

// InsertRun implements evaluation.Store. It runs in the caller's transaction.
func (s *EvaluationStore) InsertRun(ctx context.Context, r evaluation.Run) error {
	body, err := json.Marshal(r.Body)
	if err != nil {
		return fmt.Errorf("evaluation %s: %w", r.ID, err)
	}
	row := evaluationRow{OrgID: r.Org, ID: r.ID, DatasetID: r.Dataset, State: string(r.State), Body: string(body), RowCount: r.Rows, LeaseUntil: r.CreatedAt, CreatedAt: r.CreatedAt}
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		var numbers []int // rows of an erased person are gone, so there may be gaps
		if err := tx.Model(&datasetLine{}).Where("org_id = ? AND dataset_id = ?", r.Org, r.Dataset).Order("number").Pluck("number", &numbers).Error; err != nil {
			return err
		}
		items := make([]evaluationItemRow, 0, len(numbers)*len(r.Body.Subjects))
		for _, n := range numbers {
			for sub := range r.Body.Subjects {
				items = append(items, evaluationItemRow{OrgID: r.Org, EvaluationID: r.ID, Number: n, Subject: sub, Step: string(evaluation.Waiting)})
			}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return inParts(items, linesAtOnce, func(part []evaluationItemRow) error { return tx.Create(&part).Error })
	})
}

// End implements evaluation.Store.
func (s *EvaluationStore) End(ctx context.Context, o id.Org, r id.Evaluation, to evaluation.State, why string, at time.Time) (ended bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&evaluationRow{}).Where("org_id = ? AND id = ? AND state = ?", o, r, string(evaluation.Running)).
			Updates(map[string]any{"state": string(to), "why": why, "ended_at": at.UTC()})
		ended = res.RowsAffected == 1
		return res.Error
	})
	return ended, err
}

// DeleteRun implements evaluation.Store.
func (s *EvaluationStore) DeleteRun(ctx context.Context, o id.Org, r id.Evaluation) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, r).Delete(&evaluationRow{}).Error
	})
}

// candidates is how many runs a node looks at, of which others may have taken some by then.
const candidates = 8

// Claim implements evaluation.Store.
func (s *EvaluationStore) Claim(ctx context.Context, token string, now, until time.Time) (run evaluation.Run, mine bool, err error) {
	var rows []evaluationRow
	err = s.db.system(ctx, "find evaluations that nobody works on", func(tx *gorm.DB) error {
		return tx.Where("state = ? AND lease_until <= ?", string(evaluation.Running), now.UTC()).Order("lease_until").Limit(candidates).Find(&rows).Error
	})
	for i := range rows {
		r := &rows[i]
		if err != nil || mine {
			break
		}
		err = s.db.scoped(ctx, r.OrgID, func(tx *gorm.DB) error {
			res := tx.Model(&evaluationRow{}).Where("org_id = ? AND id = ? AND state = ? AND lease_until <= ?", r.OrgID, r.ID, string(evaluation.Running), now.UTC()).
				Updates(map[string]any{"lease": token, "lease_until": until.UTC()})
			mine = res.RowsAffected == 1
			return res.Error
		})
		if err == nil && mine {
			run, err = r.run()
		}
	}
	return run, mine && err == nil, err
}

// Keep implements evaluation.Store.
func (s *EvaluationStore) Keep(ctx context.Context, o id.Org, r id.Evaluation, token string, until time.Time) (state evaluation.State, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			res := tx.Model(&evaluationRow{}).Where("org_id = ? AND id = ? AND lease = ?", o, r, token).Updates(map[string]any{"lease_until": until.UTC()})
			if res.Error == nil && res.RowsAffected == 0 {
				return evaluation.ErrLost
			}
			var row evaluationRow
			err := tx.Select("state").Where("org_id = ? AND id = ?", o, r).Take(&row).Error
			state = evaluation.State(row.State)
			return err
		})
	})
	return state, err
}

// Release implements evaluation.Store.
func (s *EvaluationStore) Release(ctx context.Context, o id.Org, r id.Evaluation, token string, now time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&evaluationRow{}).Where("org_id = ? AND id = ? AND lease = ?", o, r, token).Updates(map[string]any{"lease": "", "lease_until": now.UTC()}).Error
	})
}
