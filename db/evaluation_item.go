package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

type evaluationItemRow struct {
	OrgID          id.Org        `gorm:"column:org_id;primaryKey"`
	EvaluationID   id.Evaluation `gorm:"column:evaluation_id;primaryKey"`
	Number         int           `gorm:"column:number;primaryKey;autoIncrement:false"`
	Subject        int           `gorm:"column:subject;primaryKey;autoIncrement:false"`
	Step           string        `gorm:"column:step"`
	Asks           int           `gorm:"column:asks"`
	Judged         int           `gorm:"column:judged"`
	MostNanos      int64         `gorm:"column:most_nanos"`
	JudgeMostNanos int64         `gorm:"column:judge_most_nanos"`
	CostNanos      int64         `gorm:"column:cost_nanos"`
	JudgeCostNanos int64         `gorm:"column:judge_cost_nanos"`
	TookUS         int64         `gorm:"column:took_us"`
	InputTokens    int64         `gorm:"column:input_tokens"`
	OutputTokens   int64         `gorm:"column:output_tokens"`
	Scored         int64         `gorm:"column:scored"`
	Correct        int64         `gorm:"column:correct"`
	Mark           int64         `gorm:"column:mark"`
	Code           string        `gorm:"column:code"`
	RequestID      id.Request    `gorm:"column:request_id"`
	Sealed         []byte        `gorm:"column:sealed"`
}

// TableName names the table.
func (evaluationItemRow) TableName() string { return "evaluation_items" }

func (r *evaluationItemRow) item() evaluation.Item {
	return evaluation.Item{Org: r.OrgID, Run: r.EvaluationID, Row: r.Number, Subject: r.Subject, Step: evaluation.Step(r.Step), Asks: r.Asks, Judged: r.Judged,
		Most: money.USD(r.MostNanos), JudgeMost: money.USD(r.JudgeMostNanos), Cost: money.USD(r.CostNanos), JudgeCost: money.USD(r.JudgeCostNanos), Took: time.Duration(r.TookUS) * time.Microsecond,
		Input: r.InputTokens, Output: r.OutputTokens, Scored: r.Scored != 0, Right: r.Correct != 0, Mark: r.Mark, Code: r.Code, Request: r.RequestID}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Put implements evaluation.Store. Whether the node still has the run is asked by the statement that writes.
func (s *EvaluationStore) Put(ctx context.Context, i evaluation.SealedItem, token string) error {
	row := evaluationItemRow{Step: string(i.Step), Asks: i.Asks, Judged: i.Judged, MostNanos: int64(i.Most), JudgeMostNanos: int64(i.JudgeMost), CostNanos: int64(i.Cost),
		JudgeCostNanos: int64(i.JudgeCost), TookUS: i.Took.Microseconds(), InputTokens: i.Input, OutputTokens: i.Output, Scored: bit(i.Scored), Correct: bit(i.Right), Mark: i.Mark,
		Code: i.Code, RequestID: i.Request, Sealed: i.Sealed}
	return s.db.scoped(ctx, i.Org, func(tx *gorm.DB) error {
		res := tx.Model(&evaluationItemRow{}).
			Where("org_id = ? AND evaluation_id = ? AND number = ? AND subject = ? AND EXISTS (SELECT 1 FROM evaluations AS e WHERE e.org_id = ? AND e.id = ? AND e.lease = ?)",
				i.Org, i.Run, i.Row, i.Item.Subject, i.Org, i.Run, token).
			Select("step", "asks", "judged", "most_nanos", "judge_most_nanos", "cost_nanos", "judge_cost_nanos", "took_us", "input_tokens", "output_tokens", "scored", "correct", "mark", "code", "request_id", "sealed").
			Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return evaluation.ErrLost
		}
		return res.Error
	})
}

// Tallies implements evaluation.Store.
func (s *EvaluationStore) Tallies(ctx context.Context, o id.Org, r id.Evaluation) (out []evaluation.Tally, err error) {
	var rows []struct {
		Subject                                           int
		Step                                              string
		Count, Correct, Scored, Cost, Judge, Held, Judged int64
	}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&evaluationItemRow{}).Where("org_id = ? AND evaluation_id = ?", o, r).Group("subject, step").Order("subject, step").
			Select("subject, step, COUNT(*) AS count, CAST(SUM(correct) AS BIGINT) AS correct, CAST(SUM(scored) AS BIGINT) AS scored, CAST(SUM(cost_nanos) AS BIGINT) AS cost, " +
				"CAST(SUM(judge_cost_nanos) AS BIGINT) AS judge, CAST(SUM(most_nanos) AS BIGINT) AS held, CAST(SUM(judge_most_nanos) AS BIGINT) AS judged").Find(&rows).Error
	})
	for _, t := range rows {
		if evaluation.Step(t.Step) != evaluation.Done { // one that the judge had still to see counts for nothing
			t.Correct, t.Scored = 0, 0
		}
		out = append(out, evaluation.Tally{Subject: t.Subject, Step: evaluation.Step(t.Step), Count: t.Count, Right: t.Correct, Scored: t.Scored, Cost: money.USD(t.Cost), JudgeCost: money.USD(t.Judge),
			Held: money.USD(t.Held), JudgeHeld: money.USD(t.Judged)})
	}
	return out, err
}

// Marks implements evaluation.Store.
func (s *EvaluationStore) Marks(ctx context.Context, o id.Org, r id.Evaluation) (out []evaluation.Item, err error) {
	rows, err := s.items(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Omit("sealed").Where("org_id = ? AND evaluation_id = ?", o, r)
	})
	for i := range rows {
		out = append(out, rows[i].Item)
	}
	return out, err
}

// Items implements evaluation.Store. Rows have the numbers 1, 2, 3 and so on.
func (s *EvaluationStore) Items(ctx context.Context, o id.Org, r id.Evaluation, after, rows int) ([]evaluation.SealedItem, error) {
	return s.items(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND evaluation_id = ? AND number > ? AND number <= ?", o, r, after, after+rows)
	})
}

// Open implements evaluation.Store.
func (s *EvaluationStore) Open(ctx context.Context, o id.Org, r id.Evaluation) ([]evaluation.SealedItem, error) {
	return s.items(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND evaluation_id = ? AND step NOT IN ?", o, r, []string{string(evaluation.Done), string(evaluation.Failed)})
	})
}

func (s *EvaluationStore) items(ctx context.Context, o id.Org, reach func(tx *gorm.DB) *gorm.DB) (out []evaluation.SealedItem, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []evaluationItemRow
		err := reach(tx).Order("number, subject").Find(&rows).Error
		for i := range rows {
			out = append(out, evaluation.SealedItem{Item: rows[i].item(), Sealed: rows[i].Sealed})
		}
		return err
	})
	return out, err
}
