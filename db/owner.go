package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/glebarez/sqlite"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// owner is the schema's owner at work: on PostgreSQL its connections stay in the role the URL logs in as, outside
// row-level security, which the program itself never is.
type owner struct {
	d     *DB
	sql   *sql.DB
	goose *goose.Provider
	river queueSchema
}

// asOwner runs fn with connections that may change the schema.
func (d *DB) asOwner(ctx context.Context, fn func(*owner) error) error {
	o := &owner{d: d, sql: d.sql}
	dialect := goose.DialectSQLite3
	if d.Postgres() {
		dialect = goose.DialectPostgres
		cfg := d.pool.Config()
		cfg.AfterConnect, cfg.MaxConns, cfg.MinConns = nil, 4, 0
		for name := range limits {
			if name != "application_name" {
				delete(cfg.ConnConfig.RuntimeParams, name)
			}
		}
		cfg.ConnConfig.RuntimeParams["app.org_id"] = "*" // a data migration by an owner who is no superuser sees all rows
		pool, err := pgxpool.NewWithConfig(ctx, cfg)
		if err != nil {
			return d.unavailable(err)
		}
		defer pool.Close()
		o.sql = stdlib.OpenDBFromPool(pool)
		defer func() { _ = o.sql.Close() }()
		if err := pool.Ping(ctx); err != nil {
			return d.unavailable(err)
		}
		if o.river, err = postgresQueue(pool); err != nil {
			return err
		}
	} else {
		var err error
		if o.river, err = sqliteQueue(d.sql); err != nil {
			return err
		}
	}
	var err error
	o.goose, err = goose.NewProvider(dialect, o.sql, rendered{d.files, d.Postgres()}, goose.WithDisableGlobalRegistry(true), goose.WithSlog(d.log))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return fn(o)
}

// pending reports whether there is anything to do, so that an ordinary start takes no lock.
func (o *owner) pending(ctx context.Context) (bool, error) {
	ours, err := o.goose.HasPending(ctx)
	if err != nil || ours {
		return ours, err
	}
	return o.river.pending(ctx)
}

// migrationLock is the advisory lock all starters of one PostgreSQL database agree on.
const migrationLock = 0x626f646869 // "bodhi"

const lockPoll = 100 * time.Millisecond

// locked runs fn while no other process migrates the same database.
func (o *owner) locked(ctx context.Context, fn func() error) error {
	if !o.d.Postgres() {
		return o.lockedFile(ctx, fn)
	}
	conn, err := o.sql.Conn(ctx)
	if err != nil {
		return o.d.unavailable(err)
	}
	defer func() { _ = conn.Close() }()
	// Polled, not blocking: a session that waits inside a statement holds a snapshot, and that would stall
	// CREATE INDEX CONCURRENTLY in the process it waits for.
	for {
		var got bool
		if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(migrationLock)).Scan(&got); err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		if got {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another process is migrating: %w", ctx.Err())
		case <-time.After(lockPoll):
		}
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrationLock))
	}()
	return fn()
}

// lockedFile holds the write lock of an empty database beside ours, which keeps working meanwhile. The file is left in
// place: removing a lock others may be waiting on would let two in.
func (o *owner) lockedFile(ctx context.Context, fn func() error) error {
	pool, err := sql.Open(sqlite.DriverName, fileDSN(o.d.path+"-migrate", "?_pragma=busy_timeout(60000)&_txlock=exclusive"))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("migration lock: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	return fn()
}

// role makes the application role if the login may. Roles belong to the whole server: another database's migration may
// be making the same one right now, and two installations on one server share it, so each should REVOKE CONNECT on its
// database FROM PUBLIC.
func (o *owner) role(ctx context.Context) error {
	if !o.d.Postgres() {
		return nil
	}
	_, err := o.sql.ExecContext(ctx, `DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+appRole+`') THEN
		CREATE ROLE `+appRole+` NOLOGIN NOBYPASSRLS;
	END IF;
	IF NOT pg_has_role(current_user, '`+appRole+`', 'MEMBER') THEN
		EXECUTE format('GRANT `+appRole+` TO %I', current_user);
	END IF;
EXCEPTION
	WHEN insufficient_privilege THEN RAISE NOTICE 'working without the role `+appRole+`';
	WHEN duplicate_object OR unique_violation THEN NULL;
END $$`)
	if err != nil {
		return fmt.Errorf("application role: %w", err)
	}
	return nil
}

// grant opens all tables to the application role, also those the owner makes later, and moves our own connections
// into it. Without the role the login itself is bound by FORCE ROW LEVEL SECURITY, unless it is a superuser or may
// bypass it; that is refused, because it would leave one wall less than promised.
func (o *owner) grant(ctx context.Context) error {
	if !o.d.Postgres() {
		return nil
	}
	var member, exempt bool
	err := o.sql.QueryRowContext(ctx, `SELECT coalesce((SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = $1), false),
		(SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)`, appRole).Scan(&member, &exempt)
	if err != nil {
		return fmt.Errorf("application role: %w", err)
	}
	if !member {
		if exempt {
			return errors.New("the database login bypasses row-level security and may not create the role " + appRole +
				": create it (CREATE ROLE " + appRole + " NOLOGIN; GRANT " + appRole + " TO <login>), or use a login without BYPASSRLS")
		}
		return nil
	}
	_, err = o.sql.ExecContext(ctx, `DO $$
DECLARE s text := current_schema();
BEGIN
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO `+appRole+`', s);
	EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO `+appRole+`', s);
	EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO `+appRole+`', s);
	EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %I TO `+appRole+`', s);
	EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO `+appRole+`', s);
	EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO `+appRole+`', s);
END $$`)
	if err != nil {
		return fmt.Errorf("grants: %w", err)
	}
	o.d.pool.Reset()
	return nil
}
