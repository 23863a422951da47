package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/bodhi-gateway/bodhi/app"
	"github.com/bodhi-gateway/bodhi/app/backup"
	"github.com/bodhi-gateway/bodhi/app/clock"
)

type backupCmd struct {
	File string `arg:"" optional:"" help:"The file to write, or - for standard output; without it bodhi-backup-<time>.tar.gz here."`
	JSON bool   `help:"Print what was written as JSON." name:"json"`
}

func (c backupCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	write := func(to io.Writer, keep func() error) (backup.Manifest, backup.Sum, error) {
		return app.Backup(e.ctx, cfg, logger(cfg), version, to, keep)
	}
	if c.File == "-" {
		_, _, err := write(e.out, func() error { return nil })
		return err
	}
	if c.File == "" {
		c.File = "bodhi-backup-" + clock.System{}.Now().UTC().Format("20060102T150405Z") + ".tar.gz"
	}
	m, sum, size, err := writeBackup(c.File, write)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(map[string]any{"file": c.File, "bytes": size, "manifest": m, "rows": sum.Rows})
	}
	fmt.Fprintf(e.out, "%s: %d rows of %d tables and %d files of the journal, %.1f MB.\n", c.File, sum.Total(), len(sum.Rows), len(sum.Journal), float64(size)/1e6)
	if len(m.MasterKeys) > 0 {
		fmt.Fprintln(e.out, "The master key is not in it. Keep that apart: without it the secrets in the backup cannot be read.")
	}
	return nil
}

// writeBackup writes a file whole or not at all, readable by its owner alone.
func writeBackup(path string, write func(to io.Writer, keep func() error) (backup.Manifest, backup.Sum, error)) (m backup.Manifest, sum backup.Sum, size int64, err error) {
	if _, err := os.Stat(path); err == nil {
		return m, sum, 0, fmt.Errorf("%s is there already; name another file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return m, sum, 0, err
	}
	defer func() { _, _ = f.Close(), os.Remove(f.Name()) }() // neither does anything once it is kept
	m, sum, err = write(f, func() error {
		info, err := f.Stat()
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		size = info.Size()
		return os.Rename(f.Name(), path)
	})
	return m, sum, size, err
}

type restoreCmd struct {
	File       string `arg:"" help:"The backup, or - for standard input."`
	WithoutKey bool   `help:"Restore although the master key is lost: everything but secrets and sealed texts."`
	JSON       bool   `help:"Print what was restored as JSON." name:"json"`
}

func (c restoreCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	from := e.stdin()
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	m, sum, err := app.Restore(e.ctx, cfg, logger(cfg), from, c.WithoutKey)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(map[string]any{"manifest": m, "rows": sum.Rows})
	}
	fmt.Fprintf(e.out, "Restored %d rows of %d tables, as they were on %s.\n", sum.Total(), len(sum.Rows), m.MadeAt.Format(time.RFC1123))
	fmt.Fprintln(e.out, "Run bodhi verify, then start the gateway. If the old installation still runs, stop it: both would send mail and reports.")
	return nil
}
