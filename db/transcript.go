package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/transcript"
)

type transcriptRow struct {
	OrgID     id.Org     `gorm:"column:org_id;primaryKey"`
	RequestID id.Request `gorm:"column:request_id;primaryKey"`
	TeamID    id.Team    `gorm:"column:team_id"`
	MemberID  id.Member  `gorm:"column:member_id"`
	At        time.Time  `gorm:"column:at"`
	Sealed    []byte     `gorm:"column:sealed"`
}

// TableName names the table.
func (transcriptRow) TableName() string { return "transcripts" }

func (r transcriptRow) record() transcript.Record {
	return transcript.Record{Org: r.OrgID, Request: r.RequestID, Team: r.TeamID, Member: r.MemberID, At: r.At.UTC(), Sealed: r.Sealed}
}

// TranscriptStore keeps texts of requests and whose are kept.
type TranscriptStore struct{ db *DB }

// NewTranscriptStore makes the store.
func NewTranscriptStore(d *DB) *TranscriptStore { return &TranscriptStore{d} }

var _ transcript.Store = (*TranscriptStore)(nil)

// transcriptsAtOnce is how many one statement writes: each may have half a mebibyte.
const transcriptsAtOnce = 10

// Put implements transcript.Store. Who was erased while a text waited is asked in the transaction that writes.
func (s *TranscriptStore) Put(ctx context.Context, o id.Org, all []transcript.Record) error {
	var members []id.Member
	for _, r := range all {
		if !r.Member.IsZero() {
			members = append(members, r.Member)
		}
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			gone := map[id.Member]bool{}
			if len(members) > 0 {
				var erased []id.Member
				if err := tx.Table("erasures").Where("org_id = ? AND member_id IN ?", o, members).Pluck("member_id", &erased).Error; err != nil {
					return err
				}
				for _, m := range erased {
					gone[m] = true
				}
			}
			var rows []transcriptRow
			for _, r := range all {
				if !gone[r.Member] {
					rows = append(rows, transcriptRow{r.Org, r.Request, r.Team, r.Member, r.At.UTC(), r.Sealed})
				}
			}
			return inParts(rows, transcriptsAtOnce, func(part []transcriptRow) error {
				return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error
			})
		})
	})
}

// Get implements transcript.Store.
func (s *TranscriptStore) Get(ctx context.Context, o id.Org, r id.Request) (transcript.Record, error) {
	var row transcriptRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND request_id = ?", o, r).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = transcript.ErrNotFound
	}
	return row.record(), err
}

// OfMember implements transcript.Store.
func (s *TranscriptStore) OfMember(ctx context.Context, o id.Org, m id.Member, after id.Request, limit int) ([]transcript.Record, error) {
	var rows []transcriptRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Where("org_id = ? AND member_id = ?", o, m)
		if !after.IsZero() {
			q = q.Where("request_id > ?", after)
		}
		return q.Order("request_id").Limit(limit).Find(&rows).Error
	})
	out := make([]transcript.Record, len(rows))
	for i, r := range rows {
		out[i] = r.record()
	}
	return out, err
}

// Count implements transcript.Store.
func (s *TranscriptStore) Count(ctx context.Context, o id.Org) (map[id.Team]int64, error) {
	var rows []struct {
		TeamID id.Team
		Count  int64
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&transcriptRow{}).Select("team_id, COUNT(*) AS count").Where("org_id = ?", o).Group("team_id").Find(&rows).Error
	})
	out := map[id.Team]int64{}
	for _, r := range rows {
		out[r.TeamID] = r.Count
	}
	return out, err
}

// Held implements transcript.Store.
func (s *TranscriptStore) Held(ctx context.Context, o id.Org) (bool, error) {
	return (&AuditStore{s.db}).Held(ctx, o)
}

// Organizations implements transcript.Store.
func (s *TranscriptStore) Organizations(ctx context.Context) (out []id.Org, err error) {
	err = s.db.system(ctx, "delete every organization's old texts", func(tx *gorm.DB) error {
		return tx.Table("organizations").Where("EXISTS (SELECT 1 FROM transcripts t WHERE t.org_id = organizations.id) AND "+
			"NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.org_id = organizations.id AND h.ended_at IS NULL)").Order("id").Pluck("id", &out).Error
	})
	return out, err
}

// forgetTexts is how many one transaction deletes.
const forgetTexts = 200

// Forget implements transcript.Store.
func (s *TranscriptStore) Forget(ctx context.Context, o id.Org, t id.Team, before time.Time) (bool, error) {
	return s.forget(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("team_id = ? AND at <= ?", t, before.UTC()) })
}

// Drop implements transcript.Store.
func (s *TranscriptStore) Drop(ctx context.Context, o id.Org, but []id.Team) (bool, error) {
	return s.forget(ctx, o, func(tx *gorm.DB) *gorm.DB {
		if len(but) == 0 {
			return tx
		}
		return tx.Where("team_id NOT IN ?", but)
	})
}

func (s *TranscriptStore) forget(ctx context.Context, o id.Org, narrow func(tx *gorm.DB) *gorm.DB) (more bool, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			if held, err := heldNow(tx, o); err != nil || held {
				more = false
				return err
			}
			var ids []id.Request
			err := narrow(tx.Model(&transcriptRow{}).Where("org_id = ?", o)).Limit(forgetTexts).Pluck("request_id", &ids).Error
			if more = len(ids) == forgetTexts; err != nil || len(ids) == 0 {
				return err
			}
			return tx.Session(&gorm.Session{}).Where("org_id = ? AND request_id IN ?", o, ids).Delete(&transcriptRow{}).Error
		})
	})
	return more, err
}
