package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type datasetRow struct {
	OrgID      id.Org     `gorm:"column:org_id;primaryKey"`
	ID         id.Dataset `gorm:"column:id;primaryKey"`
	Name       string     `gorm:"column:name"`
	About      string     `gorm:"column:about"`
	Visibility string     `gorm:"column:visibility"`
	TeamID     id.Team    `gorm:"column:team_id"`
	OwnerID    id.Member  `gorm:"column:owner_id"`
	OwnerLabel string     `gorm:"column:owner_label"`
	RowCount   int        `gorm:"column:row_count"`
	Size       int64      `gorm:"column:size"`
	CreatedAt  time.Time  `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  time.Time  `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (datasetRow) TableName() string { return "evaluation_datasets" }

func (r *datasetRow) dataset() evaluation.Dataset {
	return evaluation.Dataset{ID: r.ID, Org: r.OrgID, Name: r.Name, About: r.About, Visibility: evaluation.Visibility(r.Visibility), Team: r.TeamID, Owner: r.OwnerID, OwnerLabel: r.OwnerLabel,
		Rows: r.RowCount, Size: r.Size, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

type datasetLine struct {
	OrgID     id.Org     `gorm:"column:org_id;primaryKey"`
	DatasetID id.Dataset `gorm:"column:dataset_id;primaryKey"`
	Number    int        `gorm:"column:number;primaryKey;autoIncrement:false"`
	Sealed    []byte     `gorm:"column:sealed"`
	RequestID id.Request `gorm:"column:request_id"`
	MemberID  id.Member  `gorm:"column:member_id"`
}

// TableName names the table.
func (datasetLine) TableName() string { return "evaluation_rows" }

// EvaluationStore keeps datasets, runs and what they came to.
type EvaluationStore struct{ db *DB }

// NewEvaluationStore makes the store.
func NewEvaluationStore(d *DB) *EvaluationStore { return &EvaluationStore{d} }

var _ evaluation.Store = (*EvaluationStore)(nil)

// Lock implements evaluation.Store.
func (s *EvaluationStore) Lock(ctx context.Context, o id.Org) error {
	return (&OrgStore{s.db}).Hold(ctx, o)
}

// HasTeam implements evaluation.Store.
func (s *EvaluationStore) HasTeam(ctx context.Context, o id.Org, t id.Team) (bool, error) {
	return (&PromptStore{db: s.db}).HasTeam(ctx, o, t)
}

// Datasets implements evaluation.Store.
func (s *EvaluationStore) Datasets(ctx context.Context, o id.Org) (out []evaluation.Dataset, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []datasetRow
		err := tx.Where("org_id = ?", o).Order("name").Find(&rows).Error
		for i := range rows {
			out = append(out, rows[i].dataset())
		}
		return err
	})
	return out, err
}

// Dataset implements evaluation.Store.
func (s *EvaluationStore) Dataset(ctx context.Context, o id.Org, d id.Dataset) (out evaluation.Dataset, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row datasetRow
		err := tx.Where("org_id = ? AND id = ?", o, d).Take(&row).Error
		out = row.dataset()
		return err
	})
	return out, evaluationMissing(err)
}

func evaluationMissing(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return evaluation.ErrNotFound
	}
	return err
}

// linesAtOnce is how many rows one statement writes: SQLite takes a bounded number of values.
const linesAtOnce = 200

// InsertDataset implements evaluation.Store. It runs in the caller's transaction.
func (s *EvaluationStore) InsertDataset(ctx context.Context, d evaluation.Dataset, rows []evaluation.SealedRow) error {
	row := datasetRow{OrgID: d.Org, ID: d.ID, Name: d.Name, About: d.About, Visibility: string(d.Visibility), TeamID: d.Team, OwnerID: d.Owner, OwnerLabel: d.OwnerLabel,
		RowCount: d.Rows, Size: d.Size, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt}
	lines := make([]datasetLine, len(rows))
	for i, r := range rows {
		lines[i] = datasetLine{d.Org, d.ID, r.Number, r.Sealed, r.Request, r.Member}
	}
	err := s.db.scoped(ctx, d.Org, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return inParts(lines, linesAtOnce, func(part []datasetLine) error { return tx.Create(&part).Error })
	})
	return evaluationTaken(err)
}

func evaluationTaken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return evaluation.ErrTaken
	}
	return err
}

// inParts runs do on slices of at most n.
func inParts[T any](all []T, n int, do func(part []T) error) error {
	for len(all) > 0 {
		m := min(n, len(all))
		if err := do(all[:m]); err != nil {
			return err
		}
		all = all[m:]
	}
	return nil
}

// UpdateDataset implements evaluation.Store.
func (s *EvaluationStore) UpdateDataset(ctx context.Context, d evaluation.Dataset) error {
	row := datasetRow{Name: d.Name, About: d.About, Visibility: string(d.Visibility), TeamID: d.Team, UpdatedAt: d.UpdatedAt}
	err := s.db.scoped(ctx, d.Org, func(tx *gorm.DB) error {
		return tx.Model(&datasetRow{}).Where("org_id = ? AND id = ?", d.Org, d.ID).Select("name", "about", "visibility", "team_id", "updated_at").Updates(&row).Error
	})
	return evaluationTaken(err)
}

// DeleteDataset implements evaluation.Store.
func (s *EvaluationStore) DeleteDataset(ctx context.Context, o id.Org, d id.Dataset) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, d).Delete(&datasetRow{}).Error
	})
}

// Rows implements evaluation.Store.
func (s *EvaluationStore) Rows(ctx context.Context, o id.Org, d id.Dataset, after, limit int) (out []evaluation.SealedRow, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var lines []datasetLine
		err := tx.Where("org_id = ? AND dataset_id = ? AND number > ?", o, d, after).Order("number").Limit(limit).Find(&lines).Error
		for _, l := range lines {
			out = append(out, evaluation.SealedRow{Number: l.Number, Sealed: l.Sealed, Request: l.RequestID, Member: l.MemberID})
		}
		return err
	})
	return out, err
}
