package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/backup"
)

// Rows come in the order of their tables' names, which is not the order in which they refer to each other. So references are judged
// at the end: on PostgreSQL by making them wait, on SQLite, where they were off, by a look at all of them.

// postpone has PostgreSQL's references wait for the end of the transaction.
func (l *loading) postpone(ctx context.Context) error {
	refs, err := l.references(ctx)
	if err != nil {
		return err
	}
	for _, r := range refs {
		if _, err := l.conn.ExecContext(ctx, "ALTER TABLE "+r[0]+" ALTER CONSTRAINT "+r[1]+" DEFERRABLE INITIALLY DEFERRED"); err != nil {
			return fmt.Errorf("references of %s: %w", r[0], err)
		}
	}
	return nil
}

// references are the foreign keys of all tables, as quoted names of table and constraint.
func (l *loading) references(ctx context.Context) (out [][2]string, err error) {
	rows, err := l.conn.QueryContext(ctx, `SELECT k.conrelid::regclass::text, quote_ident(k.conname) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
		WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition AND k.conparentid = 0 ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r [2]string
		if err := rows.Scan(&r[0], &r[1]); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// judge has all references hold, and has them be as strict as before.
func (l *loading) judge(ctx context.Context) error {
	if !l.d.Postgres() {
		return l.judgeSQLite(ctx)
	}
	if _, err := l.conn.ExecContext(ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		return fmt.Errorf("the backup's rows do not belong together: %w", err)
	}
	refs, err := l.references(ctx)
	if err != nil {
		return err
	}
	for _, r := range refs {
		if _, err := l.conn.ExecContext(ctx, "ALTER TABLE "+r[0]+" ALTER CONSTRAINT "+r[1]+" NOT DEFERRABLE"); err != nil {
			return fmt.Errorf("references of %s: %w", r[0], err)
		}
	}
	return nil
}

func (l *loading) judgeSQLite(ctx context.Context) error {
	rows, err := l.conn.QueryContext(ctx, `SELECT "table", "parent" FROM pragma_foreign_key_check`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		var child, parent string
		if err := rows.Scan(&child, &parent); err != nil {
			return err
		}
		return fmt.Errorf("the backup's rows do not belong together: a row of %s refers to none of %s", child, parent)
	}
	return rows.Err()
}

// makeDays makes the partitions that facts of a chunk lie in.
func (l *loading) makeDays(ctx context.Context, c backup.Chunk) error {
	at := slices.Index(c.Columns, "at")
	if !l.d.Postgres() || at < 0 || c.Table != "attempts" && c.Table != "requests" {
		return nil
	}
	for _, row := range c.Rows {
		when, ok := row[at].(time.Time)
		if !ok {
			return fmt.Errorf("a row of %s has no time", c.Table)
		}
		day := when.UTC().Format(time.DateOnly)
		if l.days[day] {
			continue
		}
		if _, err := l.conn.ExecContext(ctx, "SELECT ensure_fact_days($1::date, $1::date)", day); err != nil {
			return fmt.Errorf("a day for facts: %w", err)
		}
		l.days[day] = true
	}
	return nil
}
