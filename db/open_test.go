package db_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestOpenSaysInOneLineWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ url, says string }{
		"nothing":                    {"", "must start with sqlite:// or postgres://"},
		"another database":           {"mysql://root:hunter2@localhost/x", "must start with sqlite:// or postgres://"},
		"SQLite without a file":      {"sqlite://", "names no file"},
		"SQLite with a folder":       {"sqlite://" + dir, "cannot be used"},
		"SQLite with a trailing /":   {"sqlite:///tmp/", "names no file"},
		"SQLite with two slashes":    {"sqlite://var/bodhi.db", "three slashes"},
		"SQLite with options":        {"sqlite:///tmp/x.db?mode=ro", "takes no options"},
		"SQLite below a file":        {"sqlite://" + garbage + "/x.db", "cannot be used"},
		"SQLite with another's file": {"sqlite://" + garbage, "not a database"},
		"PostgreSQL, malformed":      {"postgres://bodhi:hunter2@[::1/x", "malformed"},
		"PostgreSQL, unknown option": {"postgres://bodhi:hunter2@127.0.0.1:1/x?sslmode=perhaps", "malformed"},
		"PostgreSQL, nobody there":   {"postgres://bodhi:hunter2@127.0.0.1:1/x?sslmode=disable", "127.0.0.1:1/x (user bodhi)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := db.Open(t.Context(), c.url, db.Options{})
			if err == nil {
				_ = d.Close()
				t.Fatal("opened")
			}
			text := err.Error()
			if !strings.Contains(text, c.says) {
				t.Errorf("says %q, should mention %q", text, c.says)
			}
			if strings.Contains(text, "hunter2") || strings.ContainsAny(text, "\r\n") {
				t.Errorf("not one line without the password: %q", text)
			}
		})
	}
}

func TestOpenMakesTheFolderAndAFileForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a b", "c#d%20?.db") // every character a URL gives a meaning to
	rawURL, err := db.SQLiteURL(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), rawURL, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the file's mode is %o", mode)
	}
}

func TestAWrongLoginIsAMistakeAndNotAnOutage(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(dbtest.Server(t))
	if err != nil {
		t.Fatal(err)
	}
	nobody, nowhere := *u, *u
	nobody.User = url.UserPassword("bodhi_nobody", "hunter2")
	nowhere.Path = "/bodhi_nowhere"
	for name, c := range map[string]string{nobody.String(): "bodhi_nobody", nowhere.String(): "bodhi_nowhere"} {
		_, err := db.Open(t.Context(), name, db.Options{AllowDown: true})
		if err == nil || !strings.Contains(err.Error(), c) || strings.ContainsAny(err.Error(), "\r\n") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}

// A node of the version before has its statements prepared when a step of the next version gives a table another column.
func TestWhatIsPreparedOutlivesAStepOfTheSchema(t *testing.T) {
	t.Parallel()
	rawURL := dbtest.EmptyPostgresURL(t)
	openNotes(t, rawURL)
	org := id.NewOrg(ids)
	d, err := db.Open(t.Context(), rawURL, db.Options{Migrations: notes, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := insert(t.Context(), d, note(org, "kept")); err != nil {
		t.Fatal(err)
	}
	read := func() (rows []noteRow, err error) {
		err = d.Scoped(t.Context(), org, func(tx *gorm.DB) error { return tx.Where("org_id = ?", org).Find(&rows).Error })
		return rows, err
	}
	for _, widen := range []bool{false, true} {
		if widen {
			dbtest.Widen(t, rawURL)
		}
		if rows, err := read(); err != nil || len(rows) != 1 {
			t.Errorf("widened %v: %d rows, %v", widen, len(rows), err)
		}
	}
}
