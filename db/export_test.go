package db

import (
	"context"
	"database/sql/driver"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// What only this package's stores may use, for its tests.

func (d *DB) Scoped(ctx context.Context, org id.Org, fn func(*gorm.DB) error) error {
	return d.scoped(ctx, org, fn)
}

func (d *DB) System(ctx context.Context, fn func(*gorm.DB) error) error {
	return d.system(ctx, "test", fn)
}

// OpenWithout opens a database with one wall between tenants lowered, to test the other.
func OpenWithout(ctx context.Context, rawURL string, o Options, guard, rowSecurity bool) (*DB, error) {
	return openBehind(ctx, rawURL, o, walls{noGuard: guard, noRowSecurity: rowSecurity})
}

// Naked runs fn on a handle that claims no scope at all.
func (d *DB) Naked(ctx context.Context, fn func(*gorm.DB) error) error {
	return d.Do(ctx, func(ctx context.Context) error { return d.handle(ctx, scope{}, fn) })
}

// Tenants are the tables the migrations declare.
func (d *DB) Tenants() map[string]struct{} { return d.tenants }

// InsertCells writes rows on SQLite the way facts are written.
func (d *DB) InsertCells(ctx context.Context, table, names string, rows [][]any) error {
	var columns []column[[]any]
	for i, name := range strings.Split(names, ",") {
		columns = append(columns, column[[]any]{name: name, cell: func(r *[]any) driver.Value { return asColumn((*r)[i]) },
			same: func(a, b *[]any) bool { return (*a)[i] == (*b)[i] }})
	}
	all := make([]*[]any, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	return d.Do(ctx, func(ctx context.Context) error {
		tx, _ := d.SQLiteTx(ctx)
		return insertCells(ctx, tx, table, columns, all, "")
	})
}

// asColumn makes a value what the columns of its type make of it.
func asColumn(v any) driver.Value {
	type row = any
	switch v := v.(type) {
	case string:
		return text("", func(*row) string { return v }).at0()
	case int:
		return number("", func(*row) int { return v }).at0()
	case int64:
		return number("", func(*row) int64 { return v }).at0()
	case bool:
		return flag("", func(*row) bool { return v }).at0()
	case time.Time:
		return moment("", func(*row) time.Time { return v }).at0()
	case id.Key:
		return ident("", func(*row) id.Key { return v }).at0()
	}
	return v
}

func (c column[R]) at0() driver.Value { return c.cell(new(R)) }

// AddUsage adds a batch to the sums that pages read, without its facts: for tests of many.
func (s *LedgerStore) AddUsage(ctx context.Context, b budget.Batch) error {
	return s.books(ctx, "test", func(tx *gorm.DB) error { return s.addUsage(tx, b) })
}

// AddRequests adds a batch's requests, and nothing else of it.
func (s *LedgerStore) AddRequests(ctx context.Context, b budget.Batch) error {
	b.Attempts = nil
	if err := s.ensureDaysOf(ctx, b); err != nil {
		return err
	}
	return s.books(ctx, "test", func(tx *gorm.DB) error { return s.insertFacts(tx, b) })
}

// ByKey is the store as it works where there are very many requests: it asks the sheets for keys whenever it can.
func (s *ReportStore) ByKey() *ReportStore { return &ReportStore{s.db, 0} }

// Few is the store with days of more than n rows kept in parts.
func (s *UsageStore) Few(n int) *UsageStore { return &UsageStore{s.db, n} }

// PersonColumns are the columns that say whose a row is, as "table.column".
func PersonColumns() (out []string) {
	for _, c := range personColumns {
		out = append(out, c.table+"."+c.column)
	}
	for _, c := range addressColumns {
		out = append(out, c.table+"."+c.column)
	}
	return out
}

// OfThings reports whether ids in columns of this name are of things.
func OfThings(column string) bool { return ofThings[column] }

// Console is the operator console's door, for tests of how narrow it is.
func (d *DB) Console(ctx context.Context, fn func(*gorm.DB) error) error {
	return d.console(ctx, "test", fn)
}
