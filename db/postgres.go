package db

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
)

// appRole is the role the program works as. It owns nothing, so row-level security binds it even where the URL logs in
// as a superuser or the owner. Migrations create it (migrate.go).
const appRole = "bodhi_app"

// limits are a connection's settings unless the URL has its own. Nothing the program does takes a minute, except
// migrations, which lift them (owner.go). A node that froze in the middle of a transaction holds its locks, on the
// organization's own budget most likely, and everybody waits for them: that ends after a few seconds.
var limits = map[string]string{
	"application_name":                    "bodhi",
	"statement_timeout":                   "60s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "5s",
}

// keepAlive finds out within half a minute that a server went away without a word.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// openPostgres sets up one pool for everything: GORM through database/sql, River and the bus directly. It works on the
// session (SET ROLE, LISTEN), so a proxy that pools by transaction cannot stand between.
func (d *DB) openPostgres(ctx context.Context, rawURL string, o Options) error {
	cfg, err := pgxpool.ParseConfig(rawURL)
	if err != nil {
		return errors.New("DATABASE_URL is malformed: write postgres://user:password@host:5432/database?sslmode=require")
	}
	cfg.MaxConns = 16
	if o.MaxConns > 0 {
		cfg.MaxConns = int32(o.MaxConns)
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	cfg.ConnConfig.DialFunc = (&net.Dialer{Timeout: connectTimeout, KeepAliveConfig: keepAlive}).DialContext
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	for name, value := range limits {
		if _, given := cfg.ConnConfig.RuntimeParams[name]; !given {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	if cfg.PingTimeout == 0 {
		cfg.PingTimeout = 3 * time.Second // what was idle is asked first, and its server may be gone without a word
	}
	if cfg.ConnConfig.ValidateConnect == nil { // the URL names no target_session_attrs
		cfg.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		inUTC(c)
		return d.takeRole(ctx, c)
	}
	d.where = "PostgreSQL at " + server(cfg.ConnConfig)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return &unreachable{d.where, err}
	}
	if err := pool.Ping(ctx); err != nil && (!o.AllowDown || hopeless(err)) {
		pool.Close()
		return &unreachable{d.where, err}
	}
	d.pool = pool
	d.sql = stdlib.OpenDBFromPool(pool)
	if err := d.attach(postgres.New(postgres.Config{Conn: d.sql})); err != nil {
		pool.Close()
		return err
	}
	return nil
}

// inUTC makes times come back in UTC instead of the machine's zone, as they do from SQLite.
func inUTC(c *pgx.Conn) {
	c.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
}

// takeRole puts a fresh connection behind the row-level security wall, once migrations have made the role.
func (d *DB) takeRole(ctx context.Context, c *pgx.Conn) error {
	if d.walls.noRowSecurity {
		return nil
	}
	var member bool
	err := c.QueryRow(ctx, `SELECT coalesce((SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = $1), false)`, appRole).Scan(&member)
	if err != nil || !member {
		return err
	}
	_, err = c.Exec(ctx, "SET ROLE "+appRole)
	return err
}

// server names where a configuration points, for messages: never the password.
func server(c *pgx.ConnConfig) string {
	return fmt.Sprintf("%s:%d/%s (user %s)", c.Host, c.Port, c.Database, c.User)
}
