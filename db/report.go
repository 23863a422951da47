package db

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// ReportStore reads what the ledger wrote: request and attempt facts, and their sums by the hour.
type ReportStore struct {
	db      *DB
	fewRows int64 // see fewRows
}

// NewReportStore makes the store.
func NewReportStore(d *DB) *ReportStore { return &ReportStore{d, fewRows} }

var _ report.Store = (*ReportStore)(nil)

// within adds the reach to a query on one of the tables that carry team_id and member_id.
func within(tx *gorm.DB, table string, r report.Reach) *gorm.DB {
	tx = tx.Where(table+".org_id = ?", r.Org)
	if !r.Under.IsZero() {
		tx = tx.Where(clause.Eq{Column: clause.Column{Table: table, Name: string(r.Under.Kind()) + "_id"}, Value: r.Under.Node()})
	}
	switch {
	case r.All:
		return tx
	case len(r.Teams) > 0 && !r.Member.IsZero():
		return tx.Where("("+table+".team_id IN ? OR "+table+".member_id = ?)", r.Teams, r.Member)
	case len(r.Teams) > 0:
		return tx.Where(table+".team_id IN ?", r.Teams)
	case !r.Member.IsZero():
		return tx.Where(table+".member_id = ?", r.Member)
	}
	return tx.Where("1 = 0")
}

// Requests implements report.Store.
func (s *ReportStore) Requests(ctx context.Context, r report.Reach, q report.Query) ([]report.Request, error) {
	var rows []requestFact
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) (err error) {
		c, ok := cluesOf(r, q)
		if !ok {
			rows, err = listing(tx, r, q, nil)
			return err
		}
		f := finder{clues: c, s: s, r: r, q: q}
		err = f.find(tx)
		rows = f.rows
		return err
	})
	out := make([]report.Request, len(rows))
	for i, row := range rows {
		out[i] = row.request()
	}
	return out, err
}

// listing asks the facts themselves, of some keys alone if any are given; on SQLite at most one, which it finds by its index.
func listing(tx *gorm.DB, r report.Reach, q report.Query, keys []string) (rows []requestFact, err error) {
	tx = narrow(facts(tx, r), q)
	at := "requests.at"
	switch len(keys) {
	case 0:
	case 1:
		tx = ofKey(tx, keys[0])
	default:
		// A sort that no index has: with one, PostgreSQL walks all rows of the time in its order, hoping to be done soon.
		at = "requests.at + INTERVAL '0 s'"
		tx = tx.Where("requests.key_id IN ?", keys)
	}
	order := at + " DESC, requests.id DESC"
	if q.Oldest {
		order = at + ", requests.id"
	}
	err = tx.Order(order).Limit(q.Limit).Find(&rows).Error
	return rows, err
}

// ofKey keeps one key's. SQLite guesses that a time is as rare as a key and would look through everybody's, unless it is told.
func ofKey(tx *gorm.DB, key any) *gorm.DB {
	if tx.Dialector.Name() == "postgres" {
		return tx.Where("requests.key_id = ?", key)
	}
	return tx.Where("unlikely(requests.key_id = ?)", key)
}

func narrow(tx *gorm.DB, q report.Query) *gorm.DB {
	if !q.From.IsZero() {
		tx = tx.Where("requests.at >= ?", q.From.UTC())
	}
	if !q.To.IsZero() {
		tx = tx.Where("requests.at < ?", q.To.UTC())
	}
	switch q.Outcome {
	case report.Answered:
		tx = tx.Where("requests.status < 400 AND requests.code = ''")
	case report.Unanswered:
		tx = tx.Where("(requests.status >= 400 OR requests.code <> '')")
	case report.Refused:
		tx = tx.Where("(requests.status >= 400 OR requests.code <> '') AND requests.attempts = 0")
	case report.Failed:
		tx = tx.Where("(requests.status >= 400 OR requests.code <> '') AND requests.attempts > 0")
	}
	if !q.Scope.IsZero() {
		tx = requestsUnder(tx, q.Scope)
	}
	if q.Code != "" {
		tx = tx.Where("requests.code = ?", q.Code)
	}
	if !q.Budget.IsZero() {
		tx = tx.Where("requests.refused_by = ?", q.Budget)
	}
	if !q.Key.IsZero() {
		tx = ofKey(tx, q.Key)
	}
	if q.Model != "" {
		tx = tx.Where("(requests.asked = ? OR requests.model = ?)", q.Model, q.Model)
	}
	if q.Connection != "" {
		tx = tx.Where("requests.provider = ?", q.Connection)
	}
	if q.Client != "" {
		tx = tx.Where("requests.client = ?", q.Client)
	}
	if !q.ID.IsZero() {
		tx = tx.Where("requests.id = ?", q.ID)
	}
	tx = narrowFurther(tx, q)
	// As rows, which an index begins at; written with OR, every page would walk all pages before it. The time by itself as
	// well, which is all that PostgreSQL leaves partitions out by.
	switch at := q.After.At.UTC(); {
	case q.After.IsZero():
		return tx
	case q.Oldest:
		return tx.Where("requests.at >= ? AND (requests.at, requests.id) > (?, ?)", at, at, q.After.ID)
	default:
		return tx.Where("requests.at <= ? AND (requests.at, requests.id) < (?, ?)", at, at, q.After.ID)
	}
}

// requestsUnder narrows a query of requests to those below a scope, as a budget there counts them.
func requestsUnder(tx *gorm.DB, s org.Scope) *gorm.DB {
	switch s.Kind() {
	case org.OrgScope:
		return tx
	case org.PoolScope:
		return tx.Where("requests.team_id = ? AND requests.member_id IS NULL", s.Node())
	case org.TagScope:
		return carrying(tx, "requests.tags", s.Node())
	}
	return tx.Where(clause.Eq{Column: clause.Column{Table: "requests", Name: string(s.Kind()) + "_id"}, Value: s.Node()})
}

// Request implements report.Store.
func (s *ReportStore) Request(ctx context.Context, r report.Reach, i id.Request) (report.Request, error) {
	var row requestFact
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return facts(tx, r).Where("requests.id = ?", i).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return report.Request{}, report.Missing()
	}
	return row.request(), err
}

// Attempts implements report.Store.
func (s *ReportStore) Attempts(ctx context.Context, r report.Reach, i id.Request) ([]report.Attempt, error) {
	var rows []attemptRow
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return within(tx, "attempts", r).Where("attempts.request_id = ?", i).Order("attempts.number").Find(&rows).Error
	})
	out := make([]report.Attempt, len(rows))
	for i, row := range rows {
		out[i] = row.attempt()
	}
	return out, err
}

// Keys implements report.Store.
func (s *ReportStore) Keys(ctx context.Context, r report.Reach) ([]report.Choice, error) {
	var rows []struct {
		ID   id.Key `gorm:"column:id"`
		Name string `gorm:"column:name"`
	}
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return within(tx.Table("keys").Select("keys.id, keys.name"), "keys", r).Order("keys.name, keys.id").Find(&rows).Error
	})
	out := make([]report.Choice, len(rows))
	for i, row := range rows {
		out[i] = report.Choice{ID: row.ID.String(), Name: row.Name}
	}
	return out, err
}
