package audit_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Every column of every row is covered by a hash; one that comes later fails this test until it is.
func TestEveryColumnOfEveryEntryIsCovered(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	h := webtest.NewHouse(t, d)
	x := h.Found(t, "Acme")
	actor := x.Actor(org.Admin)
	actor.IP, actor.UserAgent, actor.RequestID, actor.Via = "192.0.2.7", "test", "req_1", org.ViaWeb
	err = h.Audit.Append(t.Context(), actor, audit.Entry{Action: "thing.changed", Target: "t", TargetName: "n", Before: map[string]any{"a": 1}, After: map[string]any{"a": 2}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	n, err := h.Audit.Verify(t.Context(), x.Org.ID)
	if err != nil || n < 5 {
		t.Fatalf("%d entries, %v", n, err)
	}
	for _, c := range columns(t, raw) {
		for seq := int64(1); seq <= n; seq++ {
			var was any
			if err := raw.QueryRow(`SELECT "`+c[0]+`" FROM audit_entries WHERE seq = ?`, seq).Scan(&was); err != nil {
				t.Fatal(err)
			}
			set := func(value any) {
				t.Helper()
				if _, err := raw.Exec(`UPDATE audit_entries SET "`+c[0]+`" = ? WHERE seq = ?`, value, seq); err != nil {
					t.Fatal(err)
				}
			}
			row := seq
			switch c[0] {
			case "org_id":
				continue // a foreign key: the row would be another tenant's, and missing here
			case "seq":
				if _, err := raw.Exec(`UPDATE audit_entries SET seq = 9999 WHERE seq = ?`, seq); err != nil {
					t.Fatal(err)
				}
				row = 9999
			case "id", "member_id":
				set(x.Other.UUID())
			default:
				switch v := was.(type) {
				case int64:
					set(v + 1)
				case []byte:
					set(append([]byte{v[0] ^ 1}, v[1:]...))
				case string:
					set(v + "x")
				default:
					set("2001-01-01 00:00:00+00:00")
				}
			}
			var broken *audit.Broken
			if _, err := h.Audit.Verify(t.Context(), x.Org.ID); !errors.As(err, &broken) {
				t.Errorf("column %s of entry %d was altered, and verify says %v", c[0], seq, err)
			}
			if row != seq {
				_, err = raw.Exec(`UPDATE audit_entries SET seq = ? WHERE seq = 9999`, seq)
			} else {
				_, err = raw.Exec(`UPDATE audit_entries SET "`+c[0]+`" = ? WHERE seq = ?`, was, seq)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := h.Audit.Verify(t.Context(), x.Org.ID); err != nil {
		t.Fatalf("after all was put back: %v", err)
	}
}

func columns(t *testing.T, raw *sql.DB) (out [][2]string) {
	t.Helper()
	rows, err := raw.Query(`SELECT name, lower(type) FROM pragma_table_info('audit_entries')`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c [2]string
		if err := rows.Scan(&c[0], &c[1]); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if len(out) < 16 {
		t.Fatalf("only %d columns", len(out))
	}
	return out
}
