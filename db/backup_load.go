package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/backup"
)

// Load fills an empty database from a backup, of either kind of database: the schema is brought to the backup's number, the rows are
// read in one transaction, then the schema is brought up to date. sure is called once the rows are found to belong together, before they
// are there for good. If it fails the database stays as empty as it was.
func (d *DB) Load(ctx context.Context, schema int64, read func(take func(backup.Chunk) error) error, sure func() error) error {
	return d.asOwner(ctx, func(o *owner) error {
		return o.locked(ctx, func() error {
			if err := o.upTo(ctx, schema); err != nil {
				return err
			}
			conn, err := o.sql.Conn(ctx)
			if err != nil {
				return d.unavailable(err)
			}
			defer func() { _ = conn.Close() }()
			if err := d.fill(ctx, conn, read, sure); err != nil {
				return err
			}
			if _, err := o.goose.Up(ctx); err != nil {
				return fmt.Errorf("migrate: %w", err)
			}
			if err := o.river.up(ctx); err != nil {
				return fmt.Errorf("migrate the job tables: %w", err)
			}
			return o.grant(ctx)
		})
	})
}

// upTo brings an empty database to the number of a backup's schema.
func (o *owner) upTo(ctx context.Context, schema int64) error {
	known := o.goose.ListSources()
	if newest := known[len(known)-1].Version; schema > newest || schema < 1 {
		return fmt.Errorf("the backup's schema has the number %d, and this program knows those up to %d: restore it with the version that made it, or a later one", schema, newest)
	}
	if err := o.role(ctx); err != nil {
		return err
	}
	has, err := o.goose.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if has > schema {
		return fmt.Errorf("the database's schema has the number %d already, the backup's %d: restore into a database without tables", has, schema)
	}
	if _, err := o.goose.UpTo(ctx, schema); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (d *DB) fill(ctx context.Context, conn *sql.Conn, read func(func(backup.Chunk) error) error, sure func() error) (err error) {
	exec := func(statement string) error {
		_, err := conn.ExecContext(ctx, statement)
		return err
	}
	all, err := d.tables(ctx, conn)
	if err != nil {
		return err
	}
	if !d.Postgres() { // is about the connection, and nothing within a transaction
		if err := exec("PRAGMA foreign_keys = OFF"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, exec("PRAGMA foreign_keys = ON")) }()
	}
	begin := "BEGIN IMMEDIATE"
	if d.Postgres() {
		begin = "BEGIN"
	}
	if err := exec(begin); err != nil {
		return err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }() // nothing after COMMIT
	l := &loading{d: d, conn: conn, tables: map[string]backupTable{}, days: map[string]bool{}}
	for _, t := range all {
		l.tables[t.name] = t
	}
	if err := l.empty(ctx, all); err != nil {
		return err
	}
	if err := read(func(c backup.Chunk) error { return l.take(ctx, c) }); err != nil {
		return err
	}
	if err := l.judge(ctx); err != nil {
		return err
	}
	if err := sure(); err != nil {
		return err
	}
	return exec("COMMIT")
}

// loading is a backup on its way into a database.
type loading struct {
	d      *DB
	conn   *sql.Conn
	tables map[string]backupTable
	days   map[string]bool // that have their partitions
}

// empty refuses a database in which somebody lives, and takes away what migrations put into a new one.
func (l *loading) empty(ctx context.Context, all []backupTable) error {
	var orgs int
	if err := l.conn.QueryRowContext(ctx, "SELECT count(*) FROM organizations").Scan(&orgs); err != nil {
		return err
	}
	if orgs > 0 {
		return fmt.Errorf("the database holds %d organizations already; restore into an empty one, nothing was changed", orgs)
	}
	if l.d.Postgres() {
		if err := l.postpone(ctx); err != nil {
			return err
		}
	}
	for _, t := range all {
		if _, err := l.conn.ExecContext(ctx, `DELETE FROM "`+t.name+`"`); err != nil {
			return fmt.Errorf("empty %s: %w", t.name, err)
		}
	}
	return nil
}

// placeholders is how many values one statement carries: SQLite takes 32,766, PostgreSQL 65,535.
const placeholders = 30_000

func (l *loading) take(ctx context.Context, c backup.Chunk) error {
	t, ok := l.tables[c.Table]
	if !ok {
		return fmt.Errorf("the schema has no table %q", c.Table)
	}
	kinds := make([]string, len(c.Columns))
	for i, name := range c.Columns {
		at := slices.IndexFunc(t.columns, func(info columnInfo) bool { return info.Name == name })
		if at < 0 {
			return fmt.Errorf("the schema's table %s has no column %q", c.Table, name)
		}
		kinds[i] = strings.ToLower(t.columns[at].Type)
	}
	if err := l.makeDays(ctx, c); err != nil {
		return err
	}
	for _, row := range c.Rows {
		for i, v := range row {
			row[i] = fitting(v, kinds[i])
		}
	}
	for some := range slices.Chunk(c.Rows, max(1, placeholders/max(1, len(c.Columns)))) {
		if err := l.insert(ctx, c, some); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) insert(ctx context.Context, c backup.Chunk, rows [][]any) error {
	var text strings.Builder
	text.WriteString(`INSERT INTO "` + c.Table + `" ("` + strings.Join(c.Columns, `", "`) + `") VALUES `)
	values := make([]any, 0, len(rows)*len(c.Columns))
	for i, row := range rows {
		for k := range row {
			switch {
			case k > 0:
				text.WriteString(",")
			case i > 0:
				text.WriteString("),(")
			default:
				text.WriteString("(")
			}
			if l.d.Postgres() {
				fmt.Fprintf(&text, "$%d", len(values)+k+1)
			} else {
				text.WriteString("?")
			}
		}
		values = append(values, row...)
	}
	text.WriteString(")")
	_, err := l.conn.ExecContext(ctx, text.String(), values...)
	return err
}

// fitting is a value as a column of this database takes it, where the other kind of database has another type for it.
func fitting(v any, kind string) any {
	switch v := v.(type) {
	case int64:
		if kind == "boolean" {
			return v != 0
		}
		if kind == "double precision" || kind == "real" {
			return float64(v)
		}
	case []byte:
		if kind == "text" || kind == "jsonb" {
			return string(v)
		}
	case string:
		if kind == "bytea" || kind == "blob" {
			return []byte(v)
		}
		if kind == "timestamp with time zone" || kind == "datetime" {
			if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
				return at.UTC()
			}
		}
	}
	return v
}
