package db_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What reads and compares rows was written for values that the driver bound; a cell must be stored as the same bytes.
func TestACellIsStoredAsABoundValueIs(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	zone := time.FixedZone("", 2*60*60)
	values := []any{nil, "", "it's; --", "zürich\n", int(-7), int64(1) << 60, money.USD(5), true, false, id.NewKey(ids), id.Key{},
		may, may.In(zone), may.Add(1234567 * time.Nanosecond), may.Truncate(time.Hour)}
	plain := func(v any) any { // as insert statements get them: cells never see a money.USD
		if m, ok := v.(money.USD); ok {
			return int64(m)
		}
		return v
	}
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = []any{i, plain(v), plain(v), plain(v), plain(v)}
	}
	exec(t, d, "CREATE TABLE celled (n BIGINT, a TEXT, b BIGINT, c BOOLEAN, d DATETIME)")
	exec(t, d, "CREATE TABLE alone (n BIGINT, a TEXT, b BIGINT, c BOOLEAN, d DATETIME)")
	exec(t, d, "CREATE TABLE bound (n BIGINT, a TEXT, b BIGINT, c BOOLEAN, d DATETIME)")
	if err := d.InsertCells(t.Context(), "celled", "n,a,b,c,d", rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		exec(t, d, "INSERT INTO bound VALUES (?,?,?,?,?)", r...)
		if err := d.InsertCells(t.Context(), "alone", "n,a,b,c,d", [][]any{r}); err != nil { // a column of one value is bound
			t.Fatal(err)
		}
	}
	read := func(table string) (out []string) {
		for _, c := range []string{"a", "b", "c", "d"} {
			var got []string
			err := d.System(t.Context(), func(tx *gorm.DB) error {
				return tx.Raw(fmt.Sprintf("SELECT n || ' ' || typeof(%s) || ' ' || quote(%s) FROM %s ORDER BY n", c, c, table)).Scan(&got).Error
			})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, got...)
		}
		return out
	}
	bound := read("bound")
	for _, table := range []string{"celled", "alone"} {
		if got := read(table); len(bound) != 4*len(values) || !slices.Equal(got, bound) {
			t.Errorf("%s cells are stored as\n%q\nbound values as\n%q", table, got, bound)
		}
	}
}

func TestACellOutsideAnInsertIsRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	for name, args := range map[string]string{"nothing in the tray": "0, 0", "no such tray": "64, 0", "below the first": "-1, 0", "no tray": "NULL, 0", "text": "'a', 'b'"} {
		err := d.System(t.Context(), func(tx *gorm.DB) error { return tx.Exec("SELECT bodhi_cell(" + args + ")").Error })
		if err == nil {
			t.Errorf("%s: a cell was read", name)
		}
	}
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if err := d.System(t.Context(), func(tx *gorm.DB) error { return tx.Exec(query, args...).Error }); err != nil {
		t.Fatal(err)
	}
}
