package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Timed implements usage.SpeedStore. The words about substr are those of the index requests_prompt, which is not used without them.
func (s *UsageStore) Timed(ctx context.Context, r report.Reach, asked string, from time.Time, limit int) ([]usage.Timed, error) {
	var rows []struct {
		Model    string `gorm:"column:model"`
		Provider string `gorm:"column:provider"`
		Outcome  string `gorm:"column:outcome"`
		Duration int64  `gorm:"column:duration_us"`
		First    int64  `gorm:"column:first_byte_us"`
	}
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return within(tx.Table("requests"), "requests", r).
			Where("substr(requests.asked, 1, 7) = 'prompt:' AND requests.asked = ? AND requests.at >= ? AND requests.attempts > 0", asked, from.UTC()).
			Select("requests.model, requests.provider, " + requestFacts.outcome + " AS outcome, requests.duration_us, requests.first_byte_us").
			Order("requests.at DESC").Limit(limit).Find(&rows).Error
	})
	out := make([]usage.Timed, len(rows))
	for i, x := range rows {
		out[i] = usage.Timed{Model: x.Model, Connection: x.Provider, Answered: x.Outcome == usage.Answered, Duration: micros(x.Duration), First: micros(x.First)}
	}
	return out, err
}
