package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type experimentRow struct {
	OrgID     id.Org        `gorm:"column:org_id;primaryKey"`
	ID        id.Experiment `gorm:"column:id;primaryKey"`
	AliasID   id.Alias      `gorm:"column:alias_id"`
	Name      string        `gorm:"column:name"`
	State     string        `gorm:"column:state"`
	Body      string        `gorm:"column:body"`
	Version   int64         `gorm:"column:version"`
	CreatedAt time.Time     `gorm:"column:created_at"`
}

// TableName names the table.
func (experimentRow) TableName() string { return "experiments" }

func experimentRowOf(e experiment.Experiment) (experimentRow, error) {
	body, err := json.Marshal(e)
	return experimentRow{OrgID: e.Org, ID: e.ID, AliasID: e.Alias, Name: e.Name, State: string(e.State), Body: string(body), Version: e.Version, CreatedAt: e.CreatedAt.UTC()}, err
}

// namedExperiment is a row with its alias's name of now; NULL if that was deleted.
type namedExperiment struct {
	Row       experimentRow `gorm:"embedded"`
	AliasName *string       `gorm:"column:alias_name"`
}

func (r *namedExperiment) experiment() (e experiment.Experiment, err error) {
	if err = json.Unmarshal([]byte(r.Row.Body), &e); err != nil {
		return e, fmt.Errorf("experiment %s: %w", r.Row.ID, err)
	}
	e.Org, e.ID, e.State, e.Version, e.Model = r.Row.OrgID, r.Row.ID, experiment.State(r.Row.State), r.Row.Version, ""
	if r.AliasName != nil {
		e.Model = *r.AliasName
	}
	return e, nil
}

// ExperimentStore keeps experiments and reads what they came to.
type ExperimentStore struct{ db *DB }

// NewExperimentStore makes the store.
func NewExperimentStore(d *DB) *ExperimentStore { return &ExperimentStore{d} }

var _ experiment.Store = (*ExperimentStore)(nil)

func experimentsOf(tx *gorm.DB) ([]experiment.Experiment, error) {
	var rows []namedExperiment
	err := tx.Table("experiments AS e").Select(selected(tx, "e", &experimentRow{}) + ", a.name AS alias_name").Joins("LEFT JOIN aliases AS a ON a.org_id = e.org_id AND a.id = e.alias_id").
		Order("e.created_at DESC, e.id DESC").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	out := make([]experiment.Experiment, len(rows))
	for i := range rows {
		if out[i], err = rows[i].experiment(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// List implements experiment.Store.
func (s *ExperimentStore) List(ctx context.Context, o id.Org) (out []experiment.Experiment, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		out, err = experimentsOf(tx.Where("e.org_id = ?", o))
		return err
	})
	return out, err
}

// Get implements experiment.Store.
func (s *ExperimentStore) Get(ctx context.Context, o id.Org, e id.Experiment) (out experiment.Experiment, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		all, err := experimentsOf(tx.Where("e.org_id = ? AND e.id = ?", o, e))
		if err == nil && len(all) == 0 {
			return experiment.ErrNotFound
		}
		if err == nil {
			out = all[0]
		}
		return err
	})
	return out, err
}

// Live implements experiment.Store.
func (s *ExperimentStore) Live(ctx context.Context) (out []experiment.Experiment, err error) {
	err = s.db.system(ctx, "compile experiments", func(tx *gorm.DB) error {
		out, err = experimentsOf(tx.Where("e.state = ?", string(experiment.Running)))
		return err
	})
	return out, err
}

// Insert implements experiment.Store.
func (s *ExperimentStore) Insert(ctx context.Context, e experiment.Experiment) error {
	row, err := experimentRowOf(e)
	if err != nil {
		return err
	}
	err = s.db.scoped(ctx, e.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return experiment.ErrTaken
	}
	return err
}

// Update implements experiment.Store.
func (s *ExperimentStore) Update(ctx context.Context, e experiment.Experiment) error {
	was := e.Version
	e.Version++
	row, err := experimentRowOf(e)
	if err != nil {
		return err
	}
	return s.db.scoped(ctx, e.Org, func(tx *gorm.DB) error {
		res := tx.Select("state", "body", "version").Where("org_id = ? AND id = ? AND version = ?", e.Org, e.ID, was).Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return experiment.ErrChanged
		}
		return res.Error
	})
}

// Delete implements experiment.Store.
func (s *ExperimentStore) Delete(ctx context.Context, o id.Org, e id.Experiment) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Where("org_id = ? AND experiment_id = ?", o, e).Delete(&experimentTallyRow{}).Error; err != nil {
			return err
		}
		if err := tx.Where("org_id = ? AND experiment_id = ?", o, e).Delete(&experimentJudgeRow{}).Error; err != nil {
			return err
		}
		return tx.Where("org_id = ? AND id = ?", o, e).Delete(&experimentRow{}).Error
	})
}
