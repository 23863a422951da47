package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// scope is whose data a handle may touch; the zero scope may touch no tenant's.
type scope struct {
	org    id.Org
	system bool
	// console may read consoleTables of all tenants and change none; see console.
	console bool
}

// guarded is the only connection GORM ever gets. It checks each statement against the scope before the database sees
// it, and writes all times the same way. PrepareContext is refused: a prepared statement's values come later.
type guarded struct {
	d     *DB
	conn  gorm.ConnPool
	scope scope
	unit  *unit // nil outside a transaction
}

// guardedTx is guarded inside a transaction. Having Commit and Rollback makes GORM turn a nested Transaction into a
// savepoint; having no BeginTx keeps it from starting, and committing, its own.
type guardedTx struct{ guarded }

var (
	_ gorm.ConnPool    = (*guarded)(nil)
	_ gorm.TxCommitter = (*guardedTx)(nil)

	errPrepare = errors.New("db: statements are not prepared here, because the guard must see their values")
	errCommit  = errors.New("db: only Do ends a transaction")
)

// Commit refuses.
func (g *guardedTx) Commit() error { return errCommit }

// Rollback refuses.
func (g *guardedTx) Rollback() error { return errCommit }

// PrepareContext refuses.
func (g *guarded) PrepareContext(context.Context, string) (*sql.Stmt, error) { return nil, errPrepare }

// ExecContext runs a statement that passes the guard.
func (g *guarded) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	args, err := g.admit(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return g.conn.ExecContext(ctx, query, args...)
}

// QueryContext runs a query that passes the guard.
func (g *guarded) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	args, err := g.admit(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return g.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a query that passes the guard.
func (g *guarded) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	args, err := g.admit(ctx, query, args)
	if err != nil {
		return failedRow(ctx, err)
	}
	return g.conn.QueryRowContext(ctx, query, args...)
}

func (g *guarded) admit(ctx context.Context, query string, args []any) ([]any, error) {
	args = utc(args)
	if err := g.check(query, args); err != nil {
		return nil, err
	}
	g.d.statements.Add(1)
	return args, g.become(ctx, query)
}

// everyone is what app.org_id holds for system.
const everyone = "*"

// become tells PostgreSQL's row-level security whose rows the next statement may see. Handles of several scopes may
// take turns in one transaction; the setting follows whichever is used, and ends with the transaction.
func (g *guarded) become(ctx context.Context, query string) error {
	if g.unit == nil || g.unit.pgx == nil {
		return nil
	}
	if isRollback(query) {
		// Going back to a savepoint takes the setting back too; and if a statement failed, nothing else may run before.
		g.unit.tenant = ""
		return nil
	}
	want := everyone
	if !g.scope.system && !g.scope.console {
		want = g.scope.org.UUID()
	}
	if g.unit.tenant == want {
		return nil
	}
	if _, err := g.conn.ExecContext(ctx, "SELECT set_config('app.org_id', $1, true)", want); err != nil {
		return err
	}
	g.unit.tenant = want
	return nil
}

func isRollback(query string) bool {
	const word = "rollback"
	query = strings.TrimSpace(query)
	return len(query) >= len(word) && strings.EqualFold(query[:len(word)], word)
}

// utc writes every time in UTC and to the microsecond: PostgreSQL keeps no more, and SQLite compares times as text.
func utc(args []any) []any {
	out := args
	for i, a := range args {
		var t time.Time
		switch v := a.(type) {
		case time.Time:
			t = v
		case *time.Time:
			if v == nil {
				continue
			}
			t = *v
		default:
			continue
		}
		if &out[0] == &args[0] {
			out = append([]any(nil), args...)
		}
		out[i] = stamp(t)
	}
	return out
}

// stamp is a time as both databases keep it: in UTC, to the microsecond.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// failedRow is a row whose Scan returns err; database/sql offers no other way to make one.
func failedRow(ctx context.Context, err error) *sql.Row {
	pool := sql.OpenDB(failing{err})
	defer func() { _ = pool.Close() }()
	return pool.QueryRowContext(ctx, "")
}

type failing struct{ err error }

func (f failing) Connect(context.Context) (driver.Conn, error) { return nil, f.err }
func (f failing) Driver() driver.Driver                        { return nil }
