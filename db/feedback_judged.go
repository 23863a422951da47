package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
)

var _ feedback.Judgements = (*FeedbackStore)(nil)

// Judged implements feedback.Judgements.
func (s *FeedbackStore) Judged(ctx context.Context, o id.Org, q feedback.Query) ([]feedback.Judged, error) {
	var rows []struct {
		RequestID id.Request
		At        time.Time
		TeamID    id.Team
		MemberID  id.Member
		Tags      string
		Model     string
		Value     int64
		Comment   string
		Kept      bool
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return judged(tx, o, q).
			Select("f.request_id, r.at, r.team_id, r.member_id, r.tags, f.model, f.value, f.comment, t.request_id IS NOT NULL AS kept").
			Joins("LEFT JOIN transcripts t ON t.org_id = f.org_id AND t.request_id = f.request_id").
			Order("r.at DESC, r.id DESC").Limit(q.Limit).Find(&rows).Error
	})
	out := make([]feedback.Judged, len(rows))
	for i, r := range rows {
		out[i] = feedback.Judged{Request: r.RequestID, At: r.At.UTC(), Team: r.TeamID, Member: r.MemberID, Tags: r.Tags, Model: r.Model, Value: r.Value, Comment: r.Comment, Kept: r.Kept}
	}
	return out, err
}

// CountJudged implements feedback.Judgements.
func (s *FeedbackStore) CountJudged(ctx context.Context, o id.Org, q feedback.Query) (n int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error { return judged(tx, o, q).Count(&n).Error })
	return n, err
}

func judged(tx *gorm.DB, o id.Org, q feedback.Query) *gorm.DB {
	find := tx.Table("feedback f").
		Joins("JOIN requests r ON r.org_id = f.org_id AND r.id = f.request_id").
		Where("f.org_id = ? AND r.org_id = ? AND r.at >= ? AND r.at < ? AND f.said_at >= ? AND f.value >= ? AND f.value <= ?", o, o, q.From.UTC(), q.To.UTC(), q.From.UTC(), q.Least, q.Most)
	if q.Model != "" {
		find = find.Where("f.model = ? OR r.asked = ?", q.Model, q.Model)
	}
	if q.Tag != "" {
		find = carrying(find, "r.tags", q.Tag)
	}
	if w := q.Whose; w != nil { // a member of none is NULL, which equals nothing
		find = find.Where("(r.member_id = ? OR r.team_id IN ?)", w.Member, w.Teams)
	}
	return find
}
