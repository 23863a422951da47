package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
)

// Options tune Open. The zero value is right for a command that runs once.
type Options struct {
	// Log receives failed statements (without their values) and reconnects; nil discards them.
	Log *slog.Logger
	// Clock stamps rows GORM fills in; nil is the machine's.
	Clock clock.Clock
	// AllowDown lets Open succeed while PostgreSQL cannot be reached, so that the data plane boots on its last
	// snapshot. Calls fail until the server is back; no restart is needed. A server that answers and knows no such
	// login or database is a mistake, and still fails. SQLite ignores it.
	AllowDown bool
	// MaxConns bounds the connections to the database; 0 is 16 for PostgreSQL and 8 for SQLite.
	MaxConns int
	// Migrations are the numbered files; nil means the ones this build carries. For tests of the machinery.
	Migrations fs.FS
}

// DB is one database. It is safe for concurrent use; Close it last.
type DB struct {
	gorm    *gorm.DB      // the root every handle is derived from; its connection refuses tenant tables
	sql     *sql.DB       // what GORM runs on
	pool    *pgxpool.Pool // PostgreSQL only: what sql borrows from, also for River and LISTEN
	path    string        // SQLite only: the file
	writer  chan struct{} // SQLite only: held by the transaction under way
	where   string        // names the database in messages, without a password
	files   fs.FS
	tenants tenantSet
	clock   clock.Clock
	log     *slog.Logger
	walls   walls
	alerted func([]budget.Alert) // see OnAlerts
	past    recall

	statements atomic.Int64
}

// walls can be lowered one at a time by this package's own tests, to prove that the other one holds.
type walls struct{ noGuard, noRowSecurity bool }

// connectTimeout bounds how long Open waits for a server that may be down.
const connectTimeout = 5 * time.Second

// Open connects to sqlite:///path or postgres://…; it does not migrate. An error is one line that names what is wrong
// with the URL or the server, never the password.
func Open(ctx context.Context, rawURL string, o Options) (*DB, error) {
	return openBehind(ctx, rawURL, o, standing())
}

func openBehind(ctx context.Context, rawURL string, o Options, w walls) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Migrations == nil {
		o.Migrations = migrationFiles()
	}
	tenants, err := declaredTenants(o.Migrations)
	if err != nil {
		return nil, err
	}
	d := &DB{files: o.Migrations, tenants: tenants, clock: o.Clock, log: o.Log, walls: w}
	switch scheme, _, _ := strings.Cut(rawURL, ":"); scheme {
	case "sqlite":
		err = d.openSQLite(ctx, rawURL, o)
	case "postgres", "postgresql":
		err = d.openPostgres(ctx, rawURL, o)
	default:
		err = errors.New("DATABASE_URL must start with sqlite:// or postgres://, e.g. sqlite:///var/lib/bodhi/bodhi.db")
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// attach puts GORM on top of a connection pool.
func (d *DB) attach(dialect gorm.Dialector) error {
	g, err := gorm.Open(dialect, &gorm.Config{
		Logger:                 statementLog{d.log},
		NowFunc:                func() time.Time { return d.clock.Now().UTC().Truncate(time.Microsecond) },
		TranslateError:         true,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		QueryFields:            true, // see selected
	})
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	d.gorm = g
	return nil
}

// Postgres reports whether this is PostgreSQL; otherwise it is SQLite. For the few statements that differ.
func (d *DB) Postgres() bool { return d.pool != nil }

// Statements is how many statements stores have made since Open: what a page costs where its time says little.
func (d *DB) Statements() int64 { return d.statements.Load() }

// Ping asks the database whether it answers. For readiness and doctor; its error is one line that names the database.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.sql.PingContext(ctx); err != nil {
		return &unreachable{d.where, err}
	}
	return nil
}

// Now is the database's own clock, for doctor to compare with ours; rules never follow it.
func (d *DB) Now(ctx context.Context) (time.Time, error) {
	query := "SELECT strftime('%s', 'now')" // SQLite's is this machine's, to the second
	if d.Postgres() {
		query = "SELECT extract(epoch FROM clock_timestamp())::bigint"
	}
	var seconds int64
	if err := d.sql.QueryRowContext(ctx, query).Scan(&seconds); err != nil {
		return time.Time{}, fmt.Errorf("ask the database for the time: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// Close ends all connections.
func (d *DB) Close() error {
	err := d.sql.Close()
	if d.pool != nil {
		d.pool.Close()
	}
	return err
}

// SQLiteURL is the URL of a database file, for the embedded default; a relative path is taken from here.
func SQLiteURL(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("database path: %w", err)
	}
	return "sqlite://" + (&url.URL{Path: filepath.ToSlash(abs)}).EscapedPath(), nil
}
