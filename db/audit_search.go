package db

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Search implements audit.Store.
func (s *AuditStore) Search(ctx context.Context, o id.Org, q audit.Query) ([]audit.Record, error) {
	var rows []auditRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return sift(tx.Where("org_id = ?", o), q).Order("seq DESC").Limit(q.Limit).Find(&rows).Error
	})
	return records(rows), err
}

func sift(tx *gorm.DB, q audit.Query) *gorm.DB {
	if q.Before > 0 {
		tx = tx.Where("seq < ?", q.Before)
	}
	switch own := q.Own(); {
	case own.Org.IsZero():
	case own.Member.IsZero():
		tx = tx.Where("member_id IS NULL AND actor = ?", own.Label)
	default:
		tx = tx.Where("member_id = ?", own.Member)
	}
	if !q.From.IsZero() {
		tx = tx.Where("at >= ?", q.From.UTC())
	}
	if !q.To.IsZero() {
		tx = tx.Where("at < ?", q.To.UTC())
	}
	if q.Via != "" {
		tx = tx.Where("via = ?", string(q.Via))
	}
	if q.Action != "" {
		tx = tx.Where("(action = ? OR action LIKE ? ESCAPE '!')", q.Action, like(q.Action + ".")[1:])
	}
	if q.Actor != "" {
		tx = tx.Where("lower(actor) LIKE ? ESCAPE '!'", like(q.Actor))
	}
	if q.Target != "" {
		tx = tx.Where("(target = ? OR lower(target_name) LIKE ? ESCAPE '!')", q.Target, like(q.Target))
	}
	if q.Text != "" {
		p, in := like(q.Text), like(asJSON(q.Text)) // values are looked for as people read them, and as they are written
		tx = tx.Where(`(lower(actor) LIKE ? ESCAPE '!' OR lower(action) LIKE ? ESCAPE '!' OR lower(target) LIKE ? ESCAPE '!'
			OR lower(target_name) LIKE ? ESCAPE '!' OR ip LIKE ? ESCAPE '!' OR request_id LIKE ? ESCAPE '!'
			OR lower(before_json) LIKE ? ESCAPE '!' OR lower(after_json) LIKE ? ESCAPE '!'
			OR lower(before_json) LIKE ? ESCAPE '!' OR lower(after_json) LIKE ? ESCAPE '!')`, p, p, p, p, p, p, p, p, in, in)
	}
	return tx
}

// like is a pattern for text anywhere, in lower case, with LIKE's own signs taken as they are.
func like(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}

// asJSON is how a text stands inside of an entry's values, which encoding/json wrote.
func asJSON(text string) string {
	b, err := json.Marshal(text)
	if err != nil || len(b) < 2 { // a string always marshals, in quotes
		return text
	}
	return string(b[1 : len(b)-1])
}

// Get implements audit.Store.
func (s *AuditStore) Get(ctx context.Context, o id.Org, a id.Audit) (audit.Record, bool, error) {
	var row auditRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, a).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return audit.Record{}, false, nil
	}
	return row.record(), err == nil, err
}
