package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// Recent implements report.Store. It walks attempts_at backwards, for one connection attempts_connection, so what it costs is
// bounded by the limit.
func (s *ReportStore) Recent(ctx context.Context, o id.Org, c id.Connection, since time.Time, limit int) ([]report.Recent, error) {
	var rows []struct {
		ConnectionID id.Connection `gorm:"column:connection_id"`
		At           time.Time     `gorm:"column:at"`
		Class        string        `gorm:"column:class"`
		Status       int           `gorm:"column:status"`
		Note         string        `gorm:"column:note"`
		DurationUS   int64         `gorm:"column:duration_us"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Table("attempts").Select("connection_id, at, class, status, note, duration_us").Where("attempts.org_id = ? AND attempts.at >= ?", o, since.UTC())
		if !c.IsZero() {
			q = q.Where("attempts.connection_id = ?", c)
		}
		return q.Order("attempts.at DESC").Limit(limit).Find(&rows).Error
	})
	out := make([]report.Recent, len(rows))
	for i, r := range rows {
		out[i] = report.Recent{Connection: r.ConnectionID, At: r.At.UTC(), Class: r.Class, Status: r.Status, Note: r.Note, Duration: micros(r.DurationUS)}
	}
	return out, err
}
