package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
)

// serverURL looks for a PostgreSQL server once: TEST_DATABASE_URL (scripts/services.sh starts one and sets it), else
// one on the usual socket or port. The login must be allowed to create databases.
var serverURL = sync.OnceValues(func() (string, error) {
	candidates := []string{
		"postgres:///postgres?host=/var/run/postgresql",
		"postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable",
		"postgres://postgres:postgres@127.0.0.1:5432/postgres?sslmode=disable",
	}
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		candidates = []string{given}
	}
	var last error
	for _, u := range candidates {
		if last = answers(u); last == nil {
			return u, nil
		}
	}
	return "", last
})

func answers(rawURL string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, rawURL)
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

// Server is the URL of a PostgreSQL server tests may create databases on. Without one the test is skipped, but fails
// where CI=true: a green run there has seen both databases.
func Server(t testing.TB) string {
	t.Helper()
	u, err := serverURL()
	if err != nil {
		pgtest.Missing(t, "no PostgreSQL server: set TEST_DATABASE_URL or run make test, which starts one: "+err.Error())
	}
	return u
}

var templates struct {
	sync.Mutex
	ready map[string]bool
}

// postgresTemplate is the name of a migrated database to clone, made once per schema and shared by all test processes
// on the server: its name is a hash of the schema.
func postgresTemplate(t testing.TB) (string, error) {
	t.Helper()
	server := Server(t)
	sum := sha256.Sum256([]byte(db.SchemaFingerprint()))
	name := "bodhi_template_" + hex.EncodeToString(sum[:8])
	templates.Lock()
	defer templates.Unlock()
	if templates.ready[name] {
		return name, nil
	}
	if err := buildTemplate(server, name); err != nil {
		return "", err
	}
	if templates.ready == nil {
		templates.ready = map[string]bool{}
	}
	templates.ready[name] = true
	return name, nil
}

// buildTemplate migrates under a working name and renames at the end, so that a half-made template is never cloned.
func buildTemplate(server, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", name); err != nil { // released with the connection
		return err
	}
	var exists bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
		return err
	}
	draft := name + "_draft"
	if _, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)"); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "CREATE DATABASE "+draft); err != nil {
		return err
	}
	if err := migrate(withDatabase(server, draft)); err != nil {
		return err
	}
	return rename(ctx, c, draft, name)
}

// rename waits out connections that are still closing on the server's side.
func rename(ctx context.Context, c *pgx.Conn, from, to string) error {
	for {
		_, err := c.Exec(ctx, "ALTER DATABASE "+from+" RENAME TO "+to)
		var pg *pgconn.PgError
		if err == nil || !errors.As(err, &pg) || pg.Code != "55006" { // object_in_use
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
