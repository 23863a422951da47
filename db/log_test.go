package db_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestAFailedStatementIsLoggedWithoutItsValues(t *testing.T) {
	t.Parallel()
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) {
		openNotes(t, rawURL)
		var log bytes.Buffer
		d, err := db.Open(t.Context(), rawURL, db.Options{Migrations: notes, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		err = d.Scoped(t.Context(), id.NewOrg(ids), func(tx *gorm.DB) error {
			return tx.Exec("SELECT nothing FROM facts WHERE name = ?", "hunter2").Error
		})
		if err == nil {
			t.Fatal("the statement worked")
		}
		if text := log.String(); !strings.Contains(text, "SELECT nothing FROM facts") || strings.Contains(text, "hunter2") || strings.Contains(text, "$1$") {
			t.Errorf("logged %q", text)
		}
		log.Reset()
		first := note(id.NewOrg(ids), "hunter2")
		for range 2 {
			_ = insert(t.Context(), d, first) // the second is a duplicate: an answer, not a failure
		}
		if log.Len() > 0 {
			t.Errorf("logged %q", log.String())
		}
	})
}
