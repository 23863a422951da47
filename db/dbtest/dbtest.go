// Package dbtest gives each test a migrated database of its own: a copy of a template file on SQLite, a clone of a
// template database on PostgreSQL. Tests run in parallel and never see each other.
package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bodhi-gateway/bodhi/db"
)

// Each runs fn on SQLite and, where a server can be reached, on PostgreSQL, in parallel.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, Postgres(t)) })
}

// SQLite is a fresh migrated database in a file of the test's own.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, SQLiteURL(t))
}

// Postgres is a fresh migrated database. Without a server the test is skipped, but fails where CI=true.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

func open(t testing.TB, rawURL string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), rawURL, db.Options{MaxConns: 8})
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close test database: %v", err)
		}
	})
	return d
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "bodhi-dbtest-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "template.db")
	if err := migrate("sqlite://" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file) // closing the last connection has folded the journal into it
})

// SQLiteURL is the URL of a fresh migrated file, for tests that open it themselves.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	content, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("migrate the SQLite template: %v", err)
	}
	file := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite://" + file
}

func migrate(rawURL string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	d, err := db.Open(ctx, rawURL, db.Options{})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := d.Close(); err == nil {
			err = cerr
		}
	}()
	return d.Migrate(ctx)
}

// PostgresURL is the URL of a fresh migrated database, for tests that open it themselves. It is dropped at the end.
func PostgresURL(t testing.TB) string {
	t.Helper()
	template, err := postgresTemplate(t)
	if err != nil {
		t.Fatalf("migrate the PostgreSQL template: %v", err)
	}
	return create(t, " TEMPLATE "+template)
}

// EmptyPostgresURL is the URL of an empty database of the test's own. It is dropped at the end.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

func create(t testing.TB, how string) string {
	t.Helper()
	name := "bodhi_test_" + strings.ToLower(rand.Text())
	Admin(t, "CREATE DATABASE "+name+how)
	t.Cleanup(func() { Admin(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return withDatabase(Server(t), name)
}

// Admin runs statements on the server's maintenance database, one by one. It works in cleanups too, when t's context is
// over.
func Admin(t testing.TB, statements ...string) {
	t.Helper()
	execute(t, Server(t), statements...)
}

// Analyze tells a PostgreSQL database how full its tables are, as its server does by itself a minute after many rows came.
// SQLite plans without.
func Analyze(t testing.TB, rawURL string) {
	t.Helper()
	if !strings.HasPrefix(rawURL, "sqlite:") {
		execute(t, rawURL, "ANALYZE")
	}
}

func execute(t testing.TB, rawURL string, statements ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, rawURL)
	if err != nil {
		t.Fatalf("connect to the test server: %v", err)
	}
	defer func() { _ = c.Close(ctx) }()
	for _, s := range statements {
		if _, err := c.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func withDatabase(rawURL, name string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		panic(fmt.Sprintf("dbtest: %v", err)) // Server has parsed it
	}
	u.Path = "/" + name
	return u.String()
}

// EachEmpty runs fn with the URL of an empty database on SQLite and, where a server can be reached, on PostgreSQL. For
// tests of migrations and of the machinery itself.
func EachEmpty(t *testing.T, fn func(t *testing.T, rawURL string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, "sqlite://"+filepath.Join(t.TempDir(), "empty.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, EmptyPostgresURL(t))
	})
}

// Widen gives every table of ours on a PostgreSQL database what the next version of the program could add: a column with a default
// that nobody here knows, and an index.
func Widen(t testing.TB, rawURL string) {
	t.Helper()
	execute(t, rawURL, `DO $$ DECLARE t TEXT; BEGIN
		FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE 'river%' AND c.relname NOT LIKE 'goose%'
		LOOP
			EXECUTE format('ALTER TABLE %I ADD COLUMN of_the_next_version TEXT NOT NULL DEFAULT ''''', t);
			EXECUTE format('CREATE INDEX ON %I (of_the_next_version)', t);
		END LOOP;
	END $$`)
}
