package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/db"
)

// Commands that do one thing and end. They may run beside a serving process, which sees their changes within a second.

// MigrateStep is what Migrate does.
type MigrateStep uint8

// The steps.
const (
	MigrateUp MigrateStep = iota
	MigrateDown
	MigrateStatus
)

// Migrate changes the schema or says where it stands, in lines for a person. Only MigrateUp makes a database.
func Migrate(ctx context.Context, cfg Config, step MigrateStep, log *slog.Logger) ([]string, error) {
	if step != MigrateUp {
		if err := kept(cfg); err != nil {
			return nil, err
		}
	}
	d, err := openDB(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	switch step {
	case MigrateUp:
		err = d.Migrate(ctx)
	case MigrateDown:
		err = d.Down(ctx)
	}
	if err != nil {
		return nil, err
	}
	steps, err := d.Status(ctx)
	lines := make([]string, len(steps))
	for i, s := range steps {
		state := "pending"
		if s.Done {
			state = "applied"
		}
		lines[i] = fmt.Sprintf("%-8s %05d %s", state, s.Version, s.Name)
	}
	return lines, err
}

// Bootstrap sets up an organization without a browser; an empty database is migrated first.
func Bootstrap(ctx context.Context, cfg Config, log *slog.Logger, in onboard.Bootstrap) (onboard.Result, error) {
	c, err := openCore(ctx, cfg, log)
	if err != nil {
		return onboard.Result{}, err
	}
	defer func() { _ = c.db.Close() }()
	return c.onboard().Bootstrap(ctx, in)
}

// Verification is what bodhi verify found.
type Verification struct {
	Books budget.Report    `json:"books"`
	Audit map[string]int64 `json:"audit_entries"` // verified entries by organization
	// DataKeys are the organizations' data keys that open; one that does not fails the command.
	DataKeys int `json:"data_keys"`
	// Problems are sentences; none means that everything holds.
	Problems []string `json:"problems"`
}

// OK reports whether everything holds.
func (v Verification) OK() bool { return v.Books.Balanced() && len(v.Problems) == 0 }

// Err says which of it does not hold; nil if all does.
func (v Verification) Err() error {
	switch {
	case v.OK():
		return nil
	case v.Books.Balanced():
		return errors.New("the books balance, but not everything is whole; see the problems above")
	case len(v.Problems) > 0:
		return errors.New("the books do not balance, and not everything is whole; see the violations and problems above")
	}
	return errors.New("the books do not balance; see the violations above")
}

// Verify adds up the books and checks every organization's audit chain. It reads only.
func Verify(ctx context.Context, cfg Config, log *slog.Logger) (Verification, error) {
	v := Verification{Audit: map[string]int64{}, Problems: []string{}}
	c, err := openKept(ctx, cfg, log, false)
	if err != nil {
		return v, err
	}
	defer func() { _ = c.db.Close() }()
	if v.Books, err = c.ledgerStore.Verify(ctx); err != nil {
		return v, err
	}
	v.DataKeys = len(c.keyring.Export())
	orgs, err := c.orgs.All(ctx)
	if err != nil {
		return v, err
	}
	for _, o := range orgs {
		n, err := c.audit.Verify(ctx, o.ID)
		if err != nil {
			v.Problems = append(v.Problems, fmt.Sprintf("audit chain of %s: %v", o.Slug, err))
		}
		v.Audit[o.Slug] = n
	}
	return v, nil
}

// Lines are the findings for a person.
func (v Verification) Lines() []string {
	lines := []string{v.Books.String()}
	entries := int64(0)
	for _, n := range v.Audit {
		entries += n
	}
	lines = append(lines, fmt.Sprintf("audit     %d entries in %d organizations, each chained to the one before", entries, len(v.Audit)))
	lines = append(lines, fmt.Sprintf("secrets   %d data keys, each opens", v.DataKeys))
	return append(lines, v.Problems...)
}

func openDB(ctx context.Context, cfg Config, log *slog.Logger) (*db.DB, error) {
	if cfg.Embedded() {
		if err := writable(cfg.DataDir); err != nil {
			return nil, err
		}
	}
	return db.Open(ctx, cfg.DatabaseURL.Reveal(), db.Options{Log: log})
}

// openKept opens an installation that is there, and leaves its schema as it is: what looks at one, or does a small thing in it, must not
// bring it to the version of a binary that nobody has started yet. behind is whether the schema may lack steps of this version.
func openKept(ctx context.Context, cfg Config, log *slog.Logger, behind bool) (*core, error) {
	if err := kept(cfg); err != nil {
		return nil, err
	}
	d, err := openDB(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	if !behind {
		if err := upToDate(ctx, d); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return openOn(ctx, cfg, d, log)
}

// upToDate refuses a schema that lacks steps of this version.
func upToDate(ctx context.Context, d *db.DB) error {
	steps, err := d.Status(ctx)
	if missing := pending(steps); err == nil && missing > 0 {
		return fmt.Errorf("the database lacks %d of %d steps of this version's schema; run this with the version that the gateway runs, or bring the database up to date first: start the gateway with this version, or run bodhi migrate up", missing, len(steps))
	}
	return err
}

func pending(steps []db.Step) (n int) {
	for _, s := range steps {
		if !s.Done {
			n++
		}
	}
	return n
}

// kept refuses a database that is not there. A shell without the server's settings points elsewhere, where a new one would balance,
// and its backup would hold nothing.
func kept(cfg Config) error {
	if file := db.Missing(cfg.DatabaseURL.Reveal()); file != "" {
		return fmt.Errorf("there is no database at %s; run this with the BODHI_DATA_DIR or DATABASE_URL that the gateway serves with", file)
	}
	return nil
}

// openCore opens an installation, and makes it or brings its schema up to date.
func openCore(ctx context.Context, cfg Config, log *slog.Logger) (*core, error) {
	d, err := openDB(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return openOn(ctx, cfg, d, log)
}

func openOn(ctx context.Context, cfg Config, d *db.DB, log *slog.Logger) (*core, error) {
	c, err := newCore(ctx, cfg, d, log)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := c.keyring.Load(ctx); err != nil { // with them come the peppers of master keys that are gone
		return nil, errors.Join(err, d.Close())
	}
	return c, nil
}
