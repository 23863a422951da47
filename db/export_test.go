package db

import (
	"context"

	"gorm.io/gorm"

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
func (d *DB) InsertCells(ctx context.Context, table, columns string, rows [][]any) error {
	return d.Do(ctx, func(ctx context.Context) error {
		tx, _ := d.SQLiteTx(ctx)
		return insertCells(ctx, tx, table, columns, len(rows), func(i int, to []any) []any { return append(to, rows[i]...) })
	})
}
