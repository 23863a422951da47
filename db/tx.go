package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/work"
)

var _ work.Tx = (*DB)(nil)

// unit is one open transaction. It travels in the context, so that stores, the audit log and the job queue join it
// without knowing each other.
type unit struct {
	conn  gorm.ConnPool // *sql.Tx on SQLite, *sql.Conn with an open transaction on PostgreSQL
	pgx   pgx.Tx        // PostgreSQL: the same transaction, for River
	sqlTx *sql.Tx       // SQLite: the same transaction, for River
	// tenant is what app.org_id holds in this transaction; "" when unknown. See become.
	tenant string
	// doomed is why a nested Do failed: the whole is rolled back even if its caller forgot to say so.
	doomed error
	after  []func()
	over   atomic.Bool
}

// unitKey is one per database, so that a context of one database's transaction means nothing to another.
type unitKey struct{ d *DB }

var errOver = errors.New("db: this transaction has ended; its context was kept beyond Do")

// Do implements work.Tx. It opens at most one transaction per context: a nested Do joins, and its error rolls back the
// whole. Statements inside must use the context fn receives; with the outer one they run outside the transaction, and
// on SQLite wait for it in vain.
func (d *DB) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	u, err := d.open(ctx)
	if err != nil {
		return err
	}
	if u != nil {
		if err := fn(ctx); err != nil {
			u.doomed = errors.Join(u.doomed, err)
			return err
		}
		return nil
	}
	u = &unit{}
	if d.Postgres() {
		err = d.doPostgres(ctx, u, fn)
	} else {
		err = d.doSQLite(ctx, u, fn)
	}
	if err != nil {
		return err
	}
	for _, f := range u.after {
		f()
	}
	return nil
}

// open is the transaction ctx carries, or nil.
func (d *DB) open(ctx context.Context) (*unit, error) {
	u, _ := ctx.Value(unitKey{d}).(*unit)
	if u != nil && u.over.Load() {
		return nil, errOver
	}
	return u, nil
}

func (d *DB) run(ctx context.Context, u *unit, fn func(ctx context.Context) error) error {
	defer u.over.Store(true)
	if err := fn(context.WithValue(ctx, unitKey{d}, u)); err != nil {
		return err
	}
	if u.doomed != nil {
		return fmt.Errorf("rolled back, because a nested step failed: %w", u.doomed)
	}
	return nil
}

// doSQLite queues: SQLite has one writer at a time, and lets the others poll for their turn, so one that writes batch
// after batch (the posting of a journal) would keep a lease waiting for as long as it likes. In the queue it is one
// batch. Other processes still poll.
func (d *DB) doSQLite(ctx context.Context, u *unit, fn func(ctx context.Context) error) error {
	select {
	case d.writer <- struct{}{}:
		defer func() { <-d.writer }()
	case <-ctx.Done():
		return d.unavailable(ctx.Err())
	}
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return d.unavailable(err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing; it matters on error and panic
	u.conn, u.sqlTx = tx, tx
	if err := d.run(ctx, u, fn); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// doPostgres begins the transaction on the pgx connection below database/sql, because River wants a pgx.Tx and GORM a
// ConnPool, and both must be in the same one.
func (d *DB) doPostgres(ctx context.Context, u *unit, fn func(ctx context.Context) error) error {
	conn, err := d.sql.Conn(ctx)
	if err != nil {
		return d.unavailable(err)
	}
	defer func() { _ = conn.Close() }() // back to the pool; pgx has already dropped it if it broke
	var raw *pgx.Conn
	if err := conn.Raw(func(c any) error { raw = c.(*stdlib.Conn).Conn(); return nil }); err != nil {
		return d.unavailable(err)
	}
	tx, err := raw.Begin(ctx)
	if err != nil {
		return d.unavailable(err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // after Commit it does nothing; a failing one closes the connection
	u.conn, u.pgx = conn, tx
	err = d.run(ctx, u, fn)
	if err == nil {
		if err = tx.Commit(ctx); err != nil {
			err = fmt.Errorf("commit: %w", err)
		}
	}
	if readOnly(err) { // its server follows another one now; the next connection is to the one that leads
		_ = raw.Close(ctx)
	}
	if err != nil && (raw.IsClosed() || short(err)) {
		return d.unavailable(err) // the server went away half way, or has no room
	}
	return err
}

// afterCommit runs f once the transaction in ctx has committed, or at once if there is none. f must not block and must
// tolerate never being called: a crash may come between.
func (d *DB) afterCommit(ctx context.Context, f func()) {
	if u, _ := d.open(ctx); u != nil {
		u.after = append(u.after, f)
		return
	}
	f()
}

// errNoOrg is a programming error: "no organization" must never read as "every organization".
var errNoOrg = errors.New("db: no organization given")

// scoped runs fn on a handle bound to one organization, inside the transaction ctx carries. Without one, PostgreSQL
// gets a small transaction of its own and SQLite none: two statements that must agree belong in Do.
//
// Every statement on a tenant table must carry org_id = org; the guard fails it otherwise. For stores only.
func (d *DB) scoped(ctx context.Context, org id.Org, fn func(tx *gorm.DB) error) error {
	if org.IsZero() {
		return errNoOrg
	}
	return d.handle(ctx, scope{org: org}, fn)
}

// system runs fn across tenants: compiling snapshots, posting the ledger, finding who logs in. why says what for, in a
// few constant words, to the reader and to search. For stores only.
func (d *DB) system(ctx context.Context, why string, fn func(tx *gorm.DB) error) error {
	if why == "" {
		return errors.New("db: system needs a reason")
	}
	return d.handle(ctx, scope{system: true}, fn)
}

func (d *DB) handle(ctx context.Context, s scope, fn func(tx *gorm.DB) error) error {
	u, err := d.open(ctx)
	if err != nil {
		return err
	}
	if u == nil && d.Postgres() {
		return d.Do(ctx, func(ctx context.Context) error { return d.handle(ctx, s, fn) })
	}
	tx := d.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	if u == nil {
		tx.Statement.ConnPool = &guarded{d: d, conn: d.sql, scope: s}
	} else {
		tx.Statement.ConnPool = &guardedTx{guarded{d: d, conn: u.conn, scope: s, unit: u}}
	}
	return fn(tx)
}
