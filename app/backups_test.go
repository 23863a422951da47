package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/backup"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What a backup holds comes back in either kind of database: the same books, pages and secrets; the journal comes along.
func TestABackupComesBackInEitherDatabase(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	in := onboard.Demo{Org: "Northwind", Email: "ada@northwind.test", Password: secret.New("correct zebra staple 9"), People: 20, Days: 8, Requests: 300, Seed: 7, Until: time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)}
	key := secret.New(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	place := func(t *testing.T, url string) Config {
		cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir(), MasterKey: key}
		if url == "" {
			url = "sqlite://" + cfg.DataDir + "/bodhi.db"
		}
		cfg.DatabaseURL = secret.New(url)
		return cfg
	}
	empty := map[string]func(t *testing.T) Config{
		"sqlite":   func(t *testing.T) Config { return place(t, "") },
		"postgres": func(t *testing.T) Config { return place(t, dbtest.EmptyPostgresURL(t)) },
	}
	for from := range empty {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			cfg := empty[from](t)
			if _, err := MakeDemo(t.Context(), cfg, quiet, in, nil); err != nil {
				t.Fatal(err)
			}
			must(t, os.MkdirAll(cfg.journalDir(), 0o700))
			must(t, os.WriteFile(filepath.Join(cfg.journalDir(), "00000000000000000007.journal"), []byte("a segment"), 0o600))
			must(t, os.WriteFile(filepath.Join(cfg.journalDir(), "lock"), nil, 0o600))
			var file bytes.Buffer
			m, sum, err := Backup(t.Context(), cfg, quiet, "test", &file, func() error { return nil })
			if err != nil || m.Database != from || sum.Total() < 1000 || len(sum.Journal) != 1 || len(m.MasterKeys) != 1 {
				t.Fatalf("%+v %+v %v", m, sum, err)
			}
			noted(t, cfg, quiet, sum.Total())
			want := demoTotal(t, cfg, quiet, in)
			for to := range empty {
				t.Run("to "+to, func(t *testing.T) {
					dest := empty[to](t)
					back, restored, err := Restore(t.Context(), dest, quiet, bytes.NewReader(file.Bytes()), false)
					if err != nil || back.Schema != m.Schema || !maps.Equal(restored.Rows, sum.Rows) {
						t.Fatalf("%+v %v", back, err)
					}
					if v, err := Verify(t.Context(), dest, quiet); err != nil || !v.OK() || v.DataKeys != 1 {
						t.Errorf("%v %v", v.Lines(), err)
					}
					if got := demoTotal(t, dest, quiet, in); got != want || got == (usage.Totals{}) {
						t.Errorf("totals %+v, before %+v", got, want)
					}
					opensSecrets(t, dest, quiet)
					if b, err := os.ReadFile(filepath.Join(dest.journalDir(), "00000000000000000007.journal")); string(b) != "a segment" {
						t.Errorf("journal: %q %v", b, err)
					}
					if same := rowsOf(t, dest, quiet); to == from && !maps.Equal(same, rowsOf(t, cfg, quiet)) {
						t.Errorf("the rows differ: %s", differing(rowsOf(t, cfg, quiet), same))
					}
					if _, _, err := Restore(t.Context(), Config{DataDir: t.TempDir(), DatabaseURL: dest.DatabaseURL, MasterKey: key}, quiet, bytes.NewReader(file.Bytes()), false); err == nil || !strings.Contains(err.Error(), "1 organizations already") {
						t.Errorf("over a full database: %v", err)
					}
				})
			}
		})
	}
}

// noted finds the newest backup on record, with its rows, and nothing overdue.
func noted(t *testing.T, cfg Config, log *slog.Logger, rows int64) {
	t.Helper()
	c, err := openCore(context.Background(), cfg, log)
	must(t, err)
	defer func() { _ = c.db.Close() }()
	all, err := c.operators.Store.Backups(t.Context(), 1)
	if err != nil || len(all) != 1 || all[0].Rows != rows || all[0].Version != "test" {
		t.Errorf("on record: %+v, %v; want one of %d rows", all, err, rows)
	}
	if f := checkBackups(t.Context(), c); f.State != Fine {
		t.Errorf("doctor says %+v", f)
	}
}

// opensSecrets reads a credential and a data key as the gateway would.
func opensSecrets(t *testing.T, cfg Config, log *slog.Logger) {
	t.Helper()
	c, err := openCore(context.Background(), cfg, log)
	must(t, err)
	defer func() { _ = c.db.Close() }()
	o, err := c.orgs.BySlug(t.Context(), "northwind")
	must(t, err)
	all, err := c.connections.List(t.Context(), o.ID)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d connections, %v", len(all), err)
	}
	opened := 0
	for _, one := range all {
		conn, err := one.Open(t.Context(), c.keyring)
		if err != nil {
			t.Errorf("%s: %v", one.Name, err)
		}
		if one.HasCredential() && !conn.Credential.IsEmpty() {
			opened++
		}
	}
	if opened == 0 {
		t.Error("no credential to open: the test shows nothing")
	}
}

// rowsOf are all rows as a backup has them, each table's as one text in no order.
func rowsOf(t *testing.T, cfg Config, log *slog.Logger) map[string]string {
	t.Helper()
	var file bytes.Buffer
	_, _, err := Backup(t.Context(), cfg, log, "test", &file, func() error { return nil })
	must(t, err)
	r, err := backup.NewReader(&file)
	must(t, err)
	sums := map[string]string{}
	_, err = r.Each(filepath.Join(t.TempDir(), "journal"), func(c backup.Chunk) error {
		if c.Table == "operator_backups" { // each backup notes itself once it is whole, so it holds those before it
			return nil
		}
		for _, row := range c.Rows {
			sums[c.Table+" "+fmt.Sprint(row...)] = ""
		}
		return nil
	})
	must(t, err)
	return sums
}

func differing(a, b map[string]string) string {
	for row := range a {
		if _, ok := b[row]; !ok {
			return row
		}
	}
	for row := range b {
		if _, ok := a[row]; !ok {
			return "only after: " + row
		}
	}
	return ""
}

func TestWhatIsNoBackupIsRefusedInWords(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	here := func() Config {
		cfg := Config{DataDir: t.TempDir()}
		cfg.DatabaseURL = secret.New("sqlite://" + cfg.DataDir + "/bodhi.db")
		return cfg
	}
	cfg := here()
	if _, err := Bootstrap(t.Context(), cfg, quiet, onboard.Bootstrap{Org: "Acme", Admin: "a@acme.test", Password: secret.New("correct zebra staple 9")}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	m, _, err := Backup(t.Context(), cfg, quiet, "test", &file, func() error { return nil })
	must(t, err)
	later := func(change func(*backup.Manifest)) io.Reader {
		n := m
		change(&n)
		var b bytes.Buffer
		w, err := backup.NewWriter(&b, n)
		must(t, err)
		_, err = w.Close()
		must(t, err)
		return &b
	}
	own := here()
	must(t, os.MkdirAll(own.DataDir, 0o700))
	text, err := os.ReadFile(filepath.Join(cfg.DataDir, masterKeyFile))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(own.DataDir, masterKeyFile), text, 0o600))
	for _, c := range []struct {
		name string
		from io.Reader
		to   Config
		want string
	}{
		{"text", strings.NewReader("id,name"), own, "no backup of Bodhi"},
		{"half", bytes.NewReader(file.Bytes()[:file.Len()/2]), own, "cut off"},
		{"without its end", bytes.NewReader(file.Bytes()[:file.Len()-40]), own, "cut off"},
		{"layout", later(func(n *backup.Manifest) { n.Format = 9 }), own, "layout 9"},
		{"schema", later(func(n *backup.Manifest) { n.Schema = 99999 }), own, "has the number 99999"},
		{"no key here", bytes.NewReader(file.Bytes()), here(), "copy your master.key into"},
		{"another key", bytes.NewReader(file.Bytes()), Config{DataDir: t.TempDir(), DatabaseURL: own.DatabaseURL, MasterKey: secret.New(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32)))}, "configured one is"},
	} {
		if _, _, err := Restore(t.Context(), c.to, quiet, c.from, false); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(c.to.DataDir, "restoring-*")); len(left) > 0 {
			t.Errorf("%s leaves %v", c.name, left)
		}
	}
	if _, _, err := Restore(t.Context(), own, quiet, unrelated(t, m), false); err == nil || !strings.Contains(err.Error(), "do not belong together") {
		t.Errorf("rows of nobody: %v", err)
	}
	if _, _, err := Restore(t.Context(), own, quiet, bytes.NewReader(file.Bytes()), false); err != nil {
		t.Errorf("after all that: %v", err)
	}
	if strings.Contains(fmt.Sprint(m), strings.TrimSpace(string(text))) || bytes.Contains(gunzipped(t, file.Bytes()), bytes.TrimSpace(text)) {
		t.Error("the master key is in the backup")
	}
}

// unrelated is a backup with a journal and with a team of no organization.
func unrelated(t *testing.T, m backup.Manifest) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w, err := backup.NewWriter(&b, m)
	must(t, err)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "00000000000000000007.journal"), []byte("a segment"), 0o600))
	must(t, w.Journal(dir))
	rows := [][]any{{"01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002", "01890000-0000-7000-8000-000000000003", "Nobody's", m.MadeAt}}
	must(t, w.Rows("teams", []string{"org_id", "id", "department_id", "name", "created_at"}, func() ([]any, error) {
		if len(rows) == 0 {
			return nil, io.EOF
		}
		row := rows[0]
		rows = rows[1:]
		return row, nil
	}))
	_, err = w.Close()
	must(t, err)
	return &b
}

func gunzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	must(t, err)
	out, err := io.ReadAll(r)
	must(t, err)
	return out
}
