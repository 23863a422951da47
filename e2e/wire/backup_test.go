package wire

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestABackupTakenUnderLoadComesBack takes a backup while requests are answered, kills the gateway, and restores elsewhere: into a
// new file, from a file into PostgreSQL, and from PostgreSQL into PostgreSQL. Every request that was answered before the backup is in
// the books, which balance; keys and credentials work.
func TestABackupTakenUnderLoadComesBack(t *testing.T) {
	t.Parallel()
	dir := func(t *testing.T) string { return "BODHI_DATA_DIR=" + filepath.Join(t.TempDir(), "restored") }
	for name, c := range map[string]struct{ from, to bool }{"sqlite to sqlite": {}, "sqlite to postgres": {to: true}, "postgres to postgres": {true, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var env []string
			if c.from {
				env = harness.OnPostgres(pgtest.Start(t).URL())
			}
			w := beginOn(t, env, "")
			file := filepath.Join(t.TempDir(), "all.tar.gz")
			before := backedUpUnderLoad(t, w, file)
			w.Kill(t)
			key, err := os.ReadFile(filepath.Join(w.Dir, "master.key"))
			if err == nil {
				w.Setenv("BODHI_MASTER_KEY=" + strings.TrimSpace(string(key)))
			}
			w.Setenv(dir(t))
			if c.to {
				w.Setenv("DATABASE_URL=" + pgtest.Start(t).URL())
			}
			w.Run(t, "restore", file)
			w.Serve(t)
			c := w.client()
			if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "after the restore")); err != nil {
				t.Errorf("the key of before: %v", err)
			}
			harness.Wait(t, "every request from before the backup in the books", func() bool { _, _, n := w.booked(t); return n >= before+1 })
			w.Stop(t)
			w.Run(t, "verify")
		})
	}
}

// TestARestoreLosesNothingThatWasBookedSince goes back to a backup as docs/how-to/backup.md says: with the journal of whoever served
// since. Every request that was answered is in the books, those after the backup too.
func TestARestoreLosesNothingThatWasBookedSince(t *testing.T) {
	t.Parallel()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var env []string
			if postgres {
				env = harness.OnPostgres(pgtest.Start(t).URL())
			}
			w := beginOn(t, env, "")
			file, restored := filepath.Join(t.TempDir(), "all.tar.gz"), filepath.Join(t.TempDir(), "restored")
			before := backedUpUnderLoad(t, w, file)
			var all int64
			harness.Wait(t, "answers in the books", func() bool { _, _, all = w.booked(t); return all >= before+20 })
			w.Stop(t)
			if key, err := os.ReadFile(filepath.Join(w.Dir, "master.key")); err == nil {
				w.Setenv("BODHI_MASTER_KEY=" + strings.TrimSpace(string(key)))
			}
			w.Setenv("BODHI_DATA_DIR=" + restored)
			if postgres {
				w.Setenv("DATABASE_URL=" + pgtest.Start(t).URL())
			}
			w.Run(t, "restore", file)
			if postgres {
				w.Setenv("BODHI_DATA_DIR=" + w.Dir)
			} else if err := errors.Join(os.RemoveAll(filepath.Join(restored, "journal")), os.Rename(filepath.Join(w.Dir, "journal"), filepath.Join(restored, "journal"))); err != nil {
				t.Fatal(err)
			}
			w.Serve(t)
			harness.Wait(t, "every request in the books again", func() bool { _, _, n := w.booked(t); return n >= all })
			w.Stop(t)
			w.Run(t, "verify")
		})
	}
}

// backedUpUnderLoad takes a backup between requests, and says how many had been answered when it began.
func backedUpUnderLoad(t *testing.T, w *world, file string) int64 {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	answers := &tally{n: map[string]int{}}
	wait := w.load(ctx, 3, answers)
	harness.Wait(t, "some load", func() bool { return answered(answers) > 50 })
	before := answered(answers)
	w.Run(t, "backup", file)
	during := answered(answers)
	harness.Wait(t, "answers after the backup", func() bool { return answered(answers) > during+20 })
	cancel()
	wait()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is for its owner alone: %v %v", info, err)
	}
	t.Logf("%d answered before the backup, %d while it was taken", before, during-before)
	return before
}

func answered(a *tally) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return int64(a.n["answered"])
}
