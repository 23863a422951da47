package db

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/backup"
)

// A backup is read and written by the schema's owner, outside row-level security: it is all tenants' rows, and it belongs to who
// runs the installation. Only the commands backup and restore come here.

// backupTable is one that a backup holds.
type backupTable struct {
	name    string
	columns []columnInfo
}

func (t backupTable) names() (out []string) {
	for _, c := range t.columns {
		out = append(out, c.Name)
	}
	return out
}

func (t backupTable) list() string { return `"` + strings.Join(t.names(), `", "`) + `"` }

// leftOut are tables that a backup does not hold: the schema's own number, which the manifest says, and the job queue, in which
// what comes round by the clock waits, and what is to be sent to people, of which rows of their own tell (app.requeue).
func leftOut(name string) bool {
	return strings.HasPrefix(name, "river_") || strings.HasPrefix(name, "sqlite_") || name == "goose_db_version"
}

// tables are those that a backup holds, by name.
func (d *DB) tables(ctx context.Context, conn *sql.Conn) (out []backupTable, err error) {
	rows, err := conn.QueryContext(ctx, d.columnsQuery())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c columnInfo
		if err := rows.Scan(&c.Table, &c.Name, &c.Type); err != nil {
			return nil, err
		}
		if leftOut(c.Table) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].name != c.Table {
			out = append(out, backupTable{name: c.Table})
		}
		at := &out[len(out)-1]
		at.columns = append(at.columns, c)
	}
	return out, rows.Err()
}

// Schema is the number of the newest migration that this database has.
func (d *DB) Schema(ctx context.Context) (version int64, err error) {
	err = d.asOwner(ctx, func(o *owner) (err error) {
		version, err = o.goose.GetDBVersion(ctx)
		return err
	})
	return version, err
}

// Dump writes all rows as they are at one moment, while others go on writing. began is called once that moment has passed, before
// any row is read: what a journal says by then and the rows together miss nothing.
func (d *DB) Dump(ctx context.Context, to *backup.Writer, began func() error) error {
	return d.asOwner(ctx, func(o *owner) error {
		conn, err := o.sql.Conn(ctx)
		if err != nil {
			return d.unavailable(err)
		}
		defer func() { _ = conn.Close() }()
		begin := "BEGIN DEFERRED" // no write lock; the first read fixes the moment
		if d.Postgres() {
			begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
		}
		if _, err := conn.ExecContext(ctx, begin); err != nil {
			return fmt.Errorf("begin to read: %w", err)
		}
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
		all, err := d.tables(ctx, conn)
		if err != nil {
			return fmt.Errorf("which tables there are: %w", err)
		}
		if err := began(); err != nil {
			return err
		}
		for _, t := range all {
			if err := dumpTable(ctx, conn, t, to); err != nil {
				return fmt.Errorf("read %s: %w", t.name, err)
			}
		}
		return nil
	})
}

func dumpTable(ctx context.Context, conn *sql.Conn, t backupTable, to *backup.Writer) error {
	rows, err := conn.QueryContext(ctx, "SELECT "+t.list()+` FROM "`+t.name+`"`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range row {
		into[i] = &row[i]
	}
	return to.Rows(t.name, t.names(), func() ([]any, error) {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return nil, err
			}
			return nil, io.EOF
		}
		return row, rows.Scan(into...)
	})
}
