package audit_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestConcurrentEntriesFormOneChainWithoutGaps(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		tenants := []webtest.Tenant{h.Found(t, "Acme"), h.Found(t, "Beta")}
		var before [2]int64
		for i, x := range tenants {
			before[i], _ = h.Audit.Verify(t.Context(), x.Org.ID)
		}
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for n := range 10 {
					x := tenants[(w+n)%2]
					err := d.Do(t.Context(), func(ctx context.Context) error {
						return h.Audit.Append(ctx, x.Actor(org.Admin), audit.Entry{Action: "thing.changed", Target: fmt.Sprint(w, n)})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for i, x := range tenants {
			if n, err := h.Audit.Verify(t.Context(), x.Org.ID); err != nil || n != before[i]+40 {
				t.Errorf("%s has %d entries, want %d (%v)", x.Org.Slug, n, before[i]+40, err)
			}
		}
	})
}

func TestAnEntryRollsBackWithItsChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		before, _ := h.Audit.Verify(t.Context(), x.Org.ID)
		broken := errors.New("the change failed")
		err := d.Do(t.Context(), func(ctx context.Context) error {
			if err := h.Audit.Append(ctx, x.Actor(org.Admin), audit.Entry{Action: "thing.changed"}); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if n, err := h.Audit.Verify(t.Context(), x.Org.ID); err != nil || n != before {
			t.Fatalf("%d entries, want %d (%v)", n, before, err)
		}
	})
}

func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, sql, want string }{
		{"nothing", `SELECT 1`, ""},
		{"an actor was changed", `UPDATE audit_entries SET actor = 'mallory' WHERE seq = 3`, "entry 3"},
		{"a value was changed", `UPDATE audit_entries SET after_json = replace(after_json, 'lead', 'admin') WHERE seq = 8`, "entry 8"},
		{"a time was changed", `UPDATE audit_entries SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 2`, "entry 2"},
		{"an entry was removed", `DELETE FROM audit_entries WHERE seq = 3`, "entry 3"},
		{"the last entry was removed", `DELETE FROM audit_entries WHERE seq = (SELECT max(seq) FROM audit_entries)`, "missing"},
		{"the end was cut off, head and all", `DELETE FROM audit_entries WHERE seq > 3; UPDATE audit_heads SET seq = 3`, "head"},
		{"a hash was changed", `UPDATE audit_entries SET hash = (SELECT hash FROM audit_entries WHERE seq = 1) WHERE seq = 2`, "entry 2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := dbtest.SQLiteURL(t)
			d, err := db.Open(t.Context(), url, db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			h := webtest.NewHouse(t, d)
			x := h.Found(t, "Acme")
			tamper(t, url, c.sql)
			_, err = h.Audit.Verify(t.Context(), x.Org.ID)
			var broken *audit.Broken
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
			} else if !errors.As(err, &broken) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

// tamper changes the database behind the program's back.
func tamper(t *testing.T, url, statements string) {
	t.Helper()
	raw, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	for s := range strings.SplitSeq(statements, ";") {
		if _, err := raw.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheLogIsReadByThoseWhoAnswerForIt(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	for r, want := range map[org.Role]bool{org.Admin: true, org.Manager: false, org.Lead: false, org.Viewer: false} {
		page, err := h.Audit.List(t.Context(), x.Actor(r), 0, 3)
		if want != (err == nil) || want != (len(page) == 3) {
			t.Errorf("%s: %d entries, %v", r, len(page), err)
		}
	}
	page, err := h.Audit.List(t.Context(), x.Actor(org.Admin), 3, 50)
	if err != nil || len(page) != 2 || page[0].Seq != 2 || page[1].Seq != 1 {
		t.Fatalf("older than 3: %+v, %v", page, err)
	}
}
