package db_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestEveryColumnThatCanNameAPersonIsListed compares the list of what becomes of people's data with the schema: an id in a tenant's
// table names a thing, or stands in the list.
func TestEveryColumnThatCanNameAPersonIsListed(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t) // where ids have a type of their own
	s := readSchema(t, d)
	listed := db.PersonColumns()
	for _, table := range s.tables() {
		if _, tenant := d.Tenants()[table]; !tenant {
			continue
		}
		for name, c := range s.columns[table] {
			known := slices.Contains(listed, table+"."+name)
			if c.Type == "uuid" && !known && !db.OfThings(name) {
				t.Errorf("%s.%s: say in db/compliance_columns.go what becomes of it when a person is erased, or that it names a thing", table, name)
			}
			if c.Type != "uuid" && known && !slices.Contains([]string{"email", "recipient"}, name) {
				t.Errorf("%s.%s is listed and no id", table, name)
			}
		}
	}
	for _, l := range listed {
		table, name, _ := strings.Cut(l, ".")
		if _, there := s.columns[table][name]; !there {
			t.Errorf("%s is gone; take it off the list", l)
		}
	}
}
