package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"testing/fstest"
	"text/template"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var embedded embed.FS

// migrationFiles are the numbered files this build carries.
func migrationFiles() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return embedded // cannot happen: the path is a constant
	}
	return sub
}

// Migrate brings the schema to this build's version: our files, then River's tables, then the application role's
// grants. Running it again, or in several processes at once, is safe: one works and the others wait.
func (d *DB) Migrate(ctx context.Context) error {
	return d.asOwner(ctx, func(o *owner) error {
		pending, err := o.pending(ctx)
		if err != nil || !pending {
			return err
		}
		return o.locked(ctx, func() error {
			if err := o.role(ctx); err != nil {
				return err
			}
			done, err := o.goose.Up(ctx)
			if err != nil {
				return fmt.Errorf("migrate: %w", err)
			}
			if err := o.river.up(ctx); err != nil {
				return fmt.Errorf("migrate the job tables: %w", err)
			}
			if n := len(done); n > 0 {
				d.log.Info("the database's schema is up to date", "steps", n, "version", done[n-1].Source.Version)
			}
			return o.grant(ctx)
		})
	})
}

// Down takes back the newest of our migrations, for developers; River's tables stay.
func (d *DB) Down(ctx context.Context) error {
	return d.asOwner(ctx, func(o *owner) error {
		return o.locked(ctx, func() error {
			_, err := o.goose.Down(ctx)
			if errors.Is(err, goose.ErrNoNextVersion) {
				return nil
			}
			return err
		})
	})
}

// Step is one migration.
type Step struct {
	Version int64
	Name    string
	Done    bool
	At      time.Time // when it was done; zero if it was not, or for the job queue
}

// Status lists the migrations this build carries, oldest first. The job queue's tables count as one step, the last,
// with version 0.
func (d *DB) Status(ctx context.Context) ([]Step, error) {
	var out []Step
	err := d.asOwner(ctx, func(o *owner) error {
		all, err := o.goose.Status(ctx)
		if err != nil {
			return err
		}
		for _, s := range all {
			out = append(out, Step{s.Source.Version, path.Base(s.Source.Path), s.State == goose.StateApplied, s.AppliedAt})
		}
		pending, err := o.river.pending(ctx)
		out = append(out, Step{0, "job queue", !pending, time.Time{}})
		return err
	})
	return out, err
}

// declaredTenants are the tables that migrations mark with {{tenant "…"}}.
func declaredTenants(files fs.FS) (tenantSet, error) {
	_, tenants, err := render(files, true)
	return tenants, err
}

// render turns the templates into one dialect's SQL, in memory.
func render(files fs.FS, postgres bool) (fs.FS, tenantSet, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, nil, err
	}
	out, tenants := fstest.MapFS{}, tenantSet{}
	for _, name := range names {
		sql, err := renderOne(files, name, postgres, tenants)
		if err != nil {
			return nil, nil, err
		}
		out[name] = &fstest.MapFile{Data: sql, Mode: 0o444}
	}
	return out, tenants, nil
}

func renderOne(files fs.FS, name string, postgres bool, tenants tenantSet) ([]byte, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	t, err := template.New(path.Base(name)).Funcs(vocabulary(postgres, tenants)).Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("migration: %w", err)
	}
	var sql bytes.Buffer
	if err := t.Execute(&sql, nil); err != nil {
		return nil, fmt.Errorf("migration: %w", err)
	}
	return sql.Bytes(), nil
}

// rendered are the templates as one dialect's SQL, each made when it is opened: a start that finds nothing to do reads their names
// alone.
type rendered struct {
	templates fs.FS
	postgres  bool
}

// Open implements fs.FS.
func (r rendered) Open(name string) (fs.File, error) {
	if path.Ext(name) != ".sql" {
		return r.templates.Open(name)
	}
	sql, err := renderOne(r.templates, name, r.postgres, tenantSet{})
	if err != nil {
		return nil, err
	}
	return fstest.MapFS{name: {Data: sql, Mode: 0o444}}.Open(name)
}

var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// vocabulary is what a migration may say besides SQL. See migrations/README.md.
func vocabulary(postgres bool, tenants tenantSet) template.FuncMap {
	either := func(pg, lite string) func() string {
		return func() string {
			if postgres {
				return pg
			}
			return lite
		}
	}
	return template.FuncMap{
		"uuid":     either("uuid", "text"),
		"time":     either("timestamptz", "datetime"),
		"json":     either("jsonb", "text"),
		"bytes":    either("bytea", "blob"),
		"bool":     func() string { return "boolean" },
		"postgres": func() bool { return postgres },
		"tenant": func(table string) (string, error) {
			if !plainName.MatchString(table) {
				return "", fmt.Errorf("tenant table %q is not a plain lower-case name", table)
			}
			tenants[table] = struct{}{}
			if !postgres {
				return "", nil
			}
			return fmt.Sprintf(rowSecurity, table, table, table), nil
		},
		"dropped": func(table string) string { delete(tenants, table); return "" },
	}
}

// rowSecurity is the wall of last resort. FORCE binds the owner too. The setting is read once per statement, in a
// sub-select; "*" is set by system alone, and an unset setting matches nothing.
const rowSecurity = `ALTER TABLE %s ENABLE ROW LEVEL SECURITY;
ALTER TABLE %s FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON %s USING ((SELECT current_setting('app.org_id', true)) IN (org_id::text, '*'));
`

// SchemaFingerprint identifies the schema this build migrates to, so that tests can reuse a migrated template.
func SchemaFingerprint() string {
	files, _, err := render(migrationFiles(), true)
	if err != nil {
		return err.Error() // Migrate reports it properly
	}
	names, _ := fs.Glob(files, "*.sql")
	h := sha256.New()
	for _, name := range names {
		text, _ := fs.ReadFile(files, name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	fmt.Fprintf(h, "%s %s", rowSecurity, riverVersion)
	return hex.EncodeToString(h.Sum(nil))
}
