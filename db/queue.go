package db

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Engine is what the job queue runs on: exactly one of the two is set. It is for package jobs alone; whoever else
// used it would step around the guard.
type Engine struct {
	Postgres *pgxpool.Pool
	SQLite   *sql.DB
}

// Engine gives package jobs the connections below GORM.
func (d *DB) Engine() Engine {
	if d.Postgres() {
		return Engine{Postgres: d.pool}
	}
	return Engine{SQLite: d.sql}
}

// PostgresTx is the transaction that Do put in ctx, in River's terms; false outside Do or on SQLite.
func (d *DB) PostgresTx(ctx context.Context) (pgx.Tx, bool) {
	u, _ := d.open(ctx)
	if u == nil || u.pgx == nil {
		return nil, false
	}
	return u.pgx, true
}

// SQLiteTx is PostgresTx's counterpart.
func (d *DB) SQLiteTx(ctx context.Context) (*sql.Tx, bool) {
	u, _ := d.open(ctx)
	if u == nil || u.sqlTx == nil {
		return nil, false
	}
	return u.sqlTx, true
}
