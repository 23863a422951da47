package app

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// The binary of the next version is there already, and the gateway of this one still runs: whoever looks, or makes the backup to go back
// to, must not bring the database to the next version.
func TestCommandsLeaveTheSchemaAsItIs(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	here := func() Config {
		cfg := Config{DataDir: t.TempDir(), PublicURL: "http://127.0.0.1:8080"}
		cfg.DatabaseURL = secret.New("sqlite://" + filepath.Join(cfg.DataDir, "bodhi.db"))
		must(t, cfg.Console.UnmarshalText([]byte("127.0.0.1")))
		return cfg
	}
	cfg := here()
	var err error
	cfg.MasterKey, err = secret.GenerateMaster(nil)
	must(t, err)
	_, err = Bootstrap(t.Context(), cfg, quiet, onboard.Bootstrap{Org: "Acme", Admin: "a@acme.test", Password: secret.New("correct zebra staple 9")})
	must(t, err)
	down, err := Migrate(t.Context(), cfg, MigrateDown, quiet)
	must(t, err)

	_, verified := Verify(t.Context(), cfg, quiet)
	_, listed := Suspense(t.Context(), cfg, quiet)
	_, invited := Invite(t.Context(), cfg, quiet, "Olga")
	_, rotated := RotateKEK(t.Context(), cfg, quiet, false, nil)
	for name, err := range map[string]error{"verify": verified, "suspense": listed, "console": invited, "rotate-kek": rotated} {
		if err == nil || !strings.Contains(err.Error(), "lacks 1 of ") || !strings.Contains(err.Error(), "bodhi migrate up") {
			t.Errorf("%s: %v", name, err)
		}
	}
	full, file := errors.New("the disk is full"), bytes.Buffer{}
	if _, _, err := Backup(t.Context(), cfg, quiet, "test", &file, func() error { return full }); !errors.Is(err, full) {
		t.Errorf("a backup that could not be kept: %v", err)
	}
	noted := func() int {
		t.Helper()
		var n int
		must(t, openRaw(t, cfg.DatabaseURL.Reveal()).QueryRowContext(t.Context(), "SELECT count(*) FROM operator_backups").Scan(&n))
		return n
	}
	if noted() != 0 {
		t.Error("a backup is noted that there is not")
	}
	file.Reset()
	m, _, err := Backup(t.Context(), cfg, quiet, "test", &file, func() error { return nil })
	must(t, err)
	if noted() != 1 {
		t.Error("the backup is not noted")
	}
	now, err := Migrate(t.Context(), cfg, MigrateStatus, quiet)
	must(t, err)
	if strings.Join(now, "\n") != strings.Join(down, "\n") {
		t.Errorf("the schema was changed: %v", now[len(now)-2:])
	}

	other := here()
	other.MasterKey = cfg.MasterKey
	_, _, err = Restore(t.Context(), other, quiet, &file, false)
	must(t, err)
	if v, err := Verify(t.Context(), other, quiet); err != nil || !v.OK() {
		t.Errorf("restored from schema %d: %v, %v", m.Schema, v.Lines(), err)
	}
}
