package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type feedbackRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	RequestID    id.Request    `gorm:"column:request_id;primaryKey"`
	KeyID        id.Key        `gorm:"column:key_id"`
	Verdict      string        `gorm:"column:verdict"`
	Score        *int64        `gorm:"column:score"`
	Value        *int64        `gorm:"column:value"`
	Comment      string        `gorm:"column:comment"`
	ConnectionID id.Connection `gorm:"column:connection_id"`
	Model        string        `gorm:"column:model"`
	SaidAt       time.Time     `gorm:"column:said_at"`
}

// TableName names the table.
func (feedbackRow) TableName() string { return "feedback" }

// verdicts are the column's words.
var verdicts = map[bool]string{true: "good", false: "bad"}

// FeedbackStore keeps what is said of answers.
type FeedbackStore struct{ db *DB }

// NewFeedbackStore makes the store.
func NewFeedbackStore(d *DB) *FeedbackStore { return &FeedbackStore{d} }

var _ feedback.Store = (*FeedbackStore)(nil)

// longestRequest is more than any request lasts: within it the facts of one are looked for, which are kept by the day.
const longestRequest = 3 * time.Hour

// Answer implements feedback.Store.
func (s *FeedbackStore) Answer(ctx context.Context, o id.Org, key id.Key, r id.Request) (a feedback.Answer, ok bool, err error) {
	from, to := r.Time().Add(-time.Minute).UTC(), r.Time().Add(longestRequest).UTC()
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var asked []requestRow
		if err := tx.Where("org_id = ? AND id = ? AND key_id = ? AND at >= ? AND at < ?", o, r, key, from, to).Limit(1).Find(&asked).Error; err != nil || len(asked) == 0 {
			return err
		}
		ok, a.Status, a.Trial = true, asked[0].Status, asked[0].trialOf()
		var tried []attemptRow
		err := tx.Where("org_id = ? AND request_id = ? AND at >= ? AND at < ?", o, r, from, to).Order("number DESC").Limit(1).Find(&tried).Error
		if len(tried) == 1 {
			a.Connection, a.Model = tried[0].ConnectionID, tried[0].Model
		}
		return err
	})
	return a, ok, err
}

// Put implements feedback.Store.
func (s *FeedbackStore) Put(ctx context.Context, f feedback.Feedback) (again bool, err error) {
	row := feedbackRowOf(f)
	err = s.change(ctx, f.Org, func(tx *gorm.DB) error {
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if made.Error != nil {
			return made.Error
		}
		if made.RowsAffected == 1 {
			return rate(tx, f.Org, f.Trial, nil, row.Value)
		}
		again = true
		var old feedbackRow // locked, so that of two words at once each takes the other's place once
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND request_id = ?", f.Org, f.Request).Take(&old).Error; err != nil {
			return err
		}
		if err := tx.Select("verdict", "score", "value", "comment", "said_at").Where("org_id = ? AND request_id = ?", f.Org, f.Request).Updates(&row).Error; err != nil {
			return err
		}
		return rate(tx, f.Org, f.Trial, old.Value, row.Value)
	})
	return again, err
}

// Add implements experiment.Verdicts: it says something of an answer of which nothing was said.
func (s *FeedbackStore) Add(ctx context.Context, f feedback.Feedback) (added bool, err error) {
	row := feedbackRowOf(f)
	err = s.change(ctx, f.Org, func(tx *gorm.DB) error {
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if added = made.RowsAffected == 1; made.Error != nil || !added {
			return made.Error
		}
		return rate(tx, f.Org, f.Trial, nil, row.Value)
	})
	return added, err
}

func feedbackRowOf(f feedback.Feedback) feedbackRow {
	row := feedbackRow{OrgID: f.Org, RequestID: f.Request, KeyID: f.Key, Score: f.Score, Comment: f.Comment, ConnectionID: f.Connection, Model: f.Model, SaidAt: f.At.UTC()}
	if f.Good != nil {
		row.Verdict = verdicts[*f.Good]
	}
	if v, counts := f.Value(); counts {
		row.Value = &v
	}
	return row
}

// change runs what belongs together in one transaction.
func (s *FeedbackStore) change(ctx context.Context, o id.Org, fn func(tx *gorm.DB) error) error {
	return s.db.Do(ctx, func(ctx context.Context) error { return s.db.scoped(ctx, o, fn) })
}

// Of implements feedback.Store.
func (s *FeedbackStore) Of(ctx context.Context, o id.Org, r id.Request) (feedback.Feedback, bool, error) {
	var rows []feedbackRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND request_id = ?", o, r).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return feedback.Feedback{}, false, err
	}
	w := rows[0]
	f := feedback.Feedback{Org: w.OrgID, Request: w.RequestID, Key: w.KeyID, Score: w.Score, Comment: w.Comment, Connection: w.ConnectionID, Model: w.Model, At: w.SaidAt.UTC()}
	if w.Verdict != "" {
		good := w.Verdict == verdicts[true]
		f.Good = &good
	}
	return f, true, nil
}

// Sums implements feedback.Store.
func (s *FeedbackStore) Sums(ctx context.Context, since time.Time) ([]feedback.Sum, error) {
	var rows []struct {
		ConnectionID id.Connection
		Model        string
		Count        int64
		Value        int64
	}
	err := s.db.system(ctx, "what routes learn of answers", func(tx *gorm.DB) error {
		return tx.Table("feedback").Select("connection_id, model, COUNT(*) AS count, CAST(SUM(value) AS BIGINT) AS value").
			Where("said_at >= ? AND value IS NOT NULL AND connection_id IS NOT NULL", since.UTC()).Group("org_id, connection_id, model").Find(&rows).Error
	})
	out := make([]feedback.Sum, len(rows))
	for i, r := range rows {
		out[i] = feedback.Sum{Connection: r.ConnectionID, Model: r.Model, Count: r.Count, Value: r.Value}
	}
	return out, err
}

// Sweep implements feedback.Store.
func (s *FeedbackStore) Sweep(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "sweep feedback that counts no more", func(tx *gorm.DB) error {
		return tx.Where("said_at < ? AND "+unheld("feedback"), before.UTC()).Delete(&feedbackRow{}).Error
	})
}

// Rated adds up what was said of a model's answers in a span of time.
func (s *FeedbackStore) Rated(ctx context.Context, o id.Org, model string, from, to time.Time) (feedback.Sum, error) {
	var row struct{ Count, Value int64 }
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("feedback").Select("COUNT(*) AS count, CAST(COALESCE(SUM(value), 0) AS BIGINT) AS value").
			Where("org_id = ? AND said_at >= ? AND said_at < ? AND model = ? AND value IS NOT NULL", o, from.UTC(), to.UTC(), model).Take(&row).Error
	})
	return feedback.Sum{Model: model, Count: row.Count, Value: row.Value}, err
}
