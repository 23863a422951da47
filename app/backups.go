package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/backup"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/jobs"
)

// Backup writes everything an installation knows, beside any number of serving processes: the database as of one moment and this
// machine's journal, which together miss no request that this machine answered before. What other nodes have not posted by then, a
// few seconds of their traffic, is in their own journals only. The master key is not in it. A database of an older version's schema is
// written as it is: restoring it brings it up to date. keep makes what was written last; only then is there a backup, which doctor
// and the operators see.
func Backup(ctx context.Context, cfg Config, log *slog.Logger, version string, to io.Writer, keep func() error) (backup.Manifest, backup.Sum, error) {
	c, err := openKept(ctx, cfg, log, true)
	if err != nil {
		return backup.Manifest{}, backup.Sum{}, err
	}
	defer func() { _ = c.db.Close() }()
	m := backup.Manifest{Format: backup.Format, Version: version, MadeAt: c.clock.Now().UTC(), Database: "sqlite", MasterKeys: []string{}}
	if c.db.Postgres() {
		m.Database = "postgres"
	}
	if m.Schema, err = c.db.Schema(ctx); err != nil {
		return m, backup.Sum{}, err
	}
	for _, k := range c.keyring.Export() {
		if name := k.Under().String(); !slices.Contains(m.MasterKeys, name) {
			m.MasterKeys = append(m.MasterKeys, name)
		}
	}
	w, err := backup.NewWriter(to, m)
	if err != nil {
		return m, backup.Sum{}, err
	}
	if err := c.db.Dump(ctx, w, func() error { return w.Journal(cfg.journalDir()) }); err != nil {
		return m, backup.Sum{}, fmt.Errorf("backup: %w", err)
	}
	sum, err := w.Close()
	if err == nil {
		err = keep()
	}
	if err != nil {
		return m, sum, err
	}
	if err := c.operators.BackedUp(ctx, operator.Backup{At: m.MadeAt, Version: version, Rows: sum.Total()}); err != nil {
		return m, sum, fmt.Errorf("the backup is whole, but it could not be noted that there is one: %w", err)
	}
	return m, sum, nil
}

func (c Config) journalDir() string { return filepath.Join(c.DataDir, "journal") }

// Restore fills an empty database, of either kind, and this machine's empty data directory from a backup. The next start posts what
// the journal holds. Where it fails nothing was changed but the schema. withoutKey is for backups whose master key is lost: all but
// secrets and sealed texts can be read.
func Restore(ctx context.Context, cfg Config, log *slog.Logger, from io.Reader, withoutKey bool) (m backup.Manifest, sum backup.Sum, err error) {
	r, err := backup.NewReader(from)
	if err != nil {
		return m, sum, err
	}
	m = r.Manifest
	if err := cfg.opens(m, withoutKey); err != nil {
		return m, sum, err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return m, sum, err
	}
	aside, err := os.MkdirTemp(cfg.DataDir, "restoring-")
	if err != nil {
		return m, sum, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	if _, err := os.Stat(cfg.journalDir()); err == nil {
		return m, sum, fmt.Errorf("%s is there already: it belongs to another database; move it away, or restore with another BODHI_DATA_DIR", cfg.journalDir())
	}
	d, err := openDB(ctx, cfg, log)
	if err != nil {
		return m, sum, err
	}
	defer func() { _ = d.Close() }()
	held := filepath.Join(aside, "journal")
	err = d.Load(ctx, m.Schema, func(take func(backup.Chunk) error) (err error) {
		sum, err = r.Each(held, take)
		return err
	}, func() error {
		if len(sum.Journal) == 0 {
			return nil
		}
		// Before the rows are there for good: a start without this journal would take what it holds for lost.
		return os.Rename(held, cfg.journalDir())
	})
	if err != nil {
		return m, sum, fmt.Errorf("restore: %w", err)
	}
	if err := requeue(ctx, d, log, m.MadeAt.Add(-tried)); err != nil {
		return m, sum, fmt.Errorf("all rows are restored, but letters and events that waited to be sent are not: %w", err)
	}
	return m, sum, nil
}

// tried is how long the queue goes on trying to send a letter.
const tried = 12 * time.Hour

// requeue puts into the queue, which no backup holds, what has waited in it since a moment to be sent to people.
func requeue(ctx context.Context, d *db.DB, log *slog.Logger, since time.Time) error {
	queue, err := jobs.New(d, jobs.Options{Log: log})
	if err != nil {
		return err
	}
	return d.Do(ctx, func(ctx context.Context) error {
		letters, err := db.NewMailStore(d).Undelivered(ctx, since)
		if err != nil {
			return err
		}
		events, err := db.NewEventStore(d).Unspread(ctx, since)
		if err != nil {
			return err
		}
		for _, l := range letters {
			err = errors.Join(err, queue.Enqueue(ctx, l))
		}
		for _, e := range events {
			err = errors.Join(err, queue.Enqueue(ctx, e))
		}
		return err
	})
}

// opens refuses a backup that the configured master keys cannot open.
func (c Config) opens(m backup.Manifest, anyway bool) error {
	if len(m.MasterKeys) == 0 || anyway {
		return nil
	}
	if _, err := os.Stat(filepath.Join(c.DataDir, masterKeyFile)); c.ownsMasterKey() && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the backup's secrets are sealed under the master key %s: copy your master.key into %s first, or set BODHI_MASTER_KEY; without it, --without-key restores all that is not secret", strings.Join(m.MasterKeys, " and "), c.DataDir)
	}
	text, others, _, err := c.LoadMasterKey(nil)
	if err != nil {
		return err
	}
	master, err := secret.NewMaster(text, others...)
	if err != nil {
		return err
	}
	for _, name := range m.MasterKeys {
		if !slices.ContainsFunc(master.IDs(), func(k secret.KeyID) bool { return k.String() == name }) {
			return fmt.Errorf("the backup's secrets are sealed under the master key %s, and the configured one is %s: configure that one, in BODHI_OTHER_MASTER_KEYS if another one shall seal from now on; without it, --without-key restores all that is not secret", name, master.ID())
		}
	}
	return nil
}
