package db_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
)

// Three walls stand between tenants: the store's WHERE, the statement guard, row-level security. Each test here takes
// the others away and counts the foreign rows that come through: none. For the first of them that is the tenant walk with
// the build tag onewall (make proof).

// twoTenants is a database with one note of each of two organizations.
func twoTenants(t *testing.T, d *db.DB) (mine, theirs *noteRow) {
	t.Helper()
	mine, theirs = note(id.NewOrg(ids), "mine"), note(id.NewOrg(ids), "theirs")
	for _, n := range []*noteRow{mine, theirs} {
		if err := insert(t.Context(), d, n); err != nil {
			t.Fatal(err)
		}
	}
	return mine, theirs
}

// careless are statements of a store that forgot its WHERE, or aims at another organization on purpose. Each returns
// how many foreign rows it saw or touched.
func careless(mine, theirs *noteRow) map[string]func(tx *gorm.DB) (int64, error) {
	count := func(rows []noteRow) (n int64) {
		for _, r := range rows {
			if r.Org == theirs.Org {
				n++
			}
		}
		return n
	}
	read := func(build func(tx *gorm.DB) *gorm.DB) func(tx *gorm.DB) (int64, error) {
		return func(tx *gorm.DB) (int64, error) {
			var rows []noteRow
			err := build(tx).Find(&rows).Error
			return count(rows), err
		}
	}
	return map[string]func(tx *gorm.DB) (int64, error){
		"reads everything":            read(func(tx *gorm.DB) *gorm.DB { return tx }),
		"reads by a foreign id":       read(func(tx *gorm.DB) *gorm.DB { return tx.Where("id = ?", theirs.ID) }),
		"reads by a foreign org":      read(func(tx *gorm.DB) *gorm.DB { return tx.Where("org_id = ?", theirs.Org) }),
		"widens its condition by OR":  read(func(tx *gorm.DB) *gorm.DB { return tx.Where("org_id = ?", mine.Org).Or("name <> ''") }),
		"conditions on a zero struct": read(func(tx *gorm.DB) *gorm.DB { return tx.Where(&noteRow{}) }),
		"reads in raw SQL":            read(func(tx *gorm.DB) *gorm.DB { return tx.Raw("SELECT * FROM notes") }),
		"joins itself": read(func(tx *gorm.DB) *gorm.DB {
			return tx.Raw("SELECT b.* FROM notes a JOIN notes b ON b.id <> a.id WHERE a.org_id = ?", mine.Org)
		}),
		"updates everything": func(tx *gorm.DB) (int64, error) {
			res := tx.Exec("UPDATE notes SET name = 'stolen'")
			return res.RowsAffected - 1, res.Error
		},
		"updates a foreign row": func(tx *gorm.DB) (int64, error) {
			res := tx.Model(&noteRow{}).Where("org_id = ? AND id = ?", theirs.Org, theirs.ID).Update("name", "stolen")
			return res.RowsAffected, res.Error
		},
		"moves a row away": func(tx *gorm.DB) (int64, error) {
			res := tx.Exec("UPDATE notes SET org_id = ? WHERE org_id = ?", theirs.Org, mine.Org)
			return res.RowsAffected, res.Error
		},
		"deletes everything": func(tx *gorm.DB) (int64, error) {
			res := tx.Exec("DELETE FROM notes")
			return res.RowsAffected - 1, res.Error
		},
		"inserts for another": func(tx *gorm.DB) (int64, error) {
			res := tx.Create(note(theirs.Org, "planted"))
			return res.RowsAffected, res.Error
		},
		"overwrites by an upsert": func(tx *gorm.DB) (int64, error) {
			res := tx.Exec(`INSERT INTO notes (org_id, id, name, lookup, at) VALUES (?, ?, 'stolen', ?, ?)
				ON CONFLICT (lookup) DO UPDATE SET name = excluded.name`, mine.Org, id.NewKey(ids), theirs.Lookup, mine.At)
			return res.RowsAffected, res.Error
		},
	}
}

func tryAll(t *testing.T, d *db.DB, mustRefuse bool) {
	mine, theirs := twoTenants(t, d)
	undo := errors.New("undo")
	for name, try := range careless(mine, theirs) {
		var foreign int64
		var refused error
		err := d.Do(t.Context(), func(ctx context.Context) error {
			_ = d.Scoped(ctx, mine.Org, func(tx *gorm.DB) error { foreign, refused = try(tx); return refused })
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		switch {
		case refused == nil && foreign > 0:
			t.Errorf("%s: %d foreign rows", name, foreign)
		case mustRefuse && !errors.Is(refused, db.ErrGuard):
			t.Errorf("%s: the guard let it pass, error %v", name, refused)
		}
	}
	equal(t, names(t, d, theirs.Org), "theirs")
	equal(t, names(t, d, mine.Org), "mine")
}

func TestTheGuardHoldsWithoutRowLevelSecurity(t *testing.T) {
	t.Parallel()
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) {
		openNotes(t, rawURL)
		d, err := db.OpenWithout(t.Context(), rawURL, db.Options{Migrations: notes}, false, true)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		tryAll(t, d, true)
		if d.Postgres() && asLogin(t, rawURL, "SELECT count(*) FROM notes") != 2 {
			t.Error("row-level security was not down: the test server's login must be a superuser")
		}
	})
}

func TestRowLevelSecurityHoldsWithoutTheGuard(t *testing.T) {
	t.Parallel()
	rawURL := dbtest.EmptyPostgresURL(t)
	openNotes(t, rawURL)
	d, err := db.OpenWithout(t.Context(), rawURL, db.Options{Migrations: notes}, true, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	tryAll(t, d, false)
	mustSee(t, d, 2)
	var seen int64
	if err := d.Naked(t.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT count(*) FROM notes").Scan(&seen).Error }); err != nil || seen != 0 {
		t.Errorf("without a scope %d rows are seen, error %v", seen, err)
	}
}

// mustSee counts through system what there is to see.
func mustSee(t *testing.T, d *db.DB, want int64) {
	t.Helper()
	var n int64
	if err := d.System(t.Context(), func(tx *gorm.DB) error { return tx.Model(&noteRow{}).Count(&n).Error }); err != nil || n != want {
		t.Errorf("system sees %d rows of %d, error %v", n, want, err)
	}
}

func TestNoOrganizationIsNotEveryOrganization(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		twoTenants(t, d)
		ran := false
		err := d.Scoped(t.Context(), id.Org{}, func(*gorm.DB) error { ran = true; return nil })
		if err == nil || ran {
			t.Errorf("a zero organization was accepted, error %v", err)
		}
		err = d.Naked(t.Context(), func(tx *gorm.DB) error { return tx.Find(&[]noteRow{}).Error })
		if !errors.Is(err, db.ErrGuard) {
			t.Errorf("a handle without a scope read a tenant's table, error %v", err)
		}
	})
}

func TestScopesTakeTurnsInOneTransaction(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		a, b := id.NewOrg(ids), id.NewOrg(ids)
		err := d.Do(t.Context(), func(ctx context.Context) error {
			return d.Scoped(ctx, a, func(tx *gorm.DB) error {
				if err := insert(ctx, d, note(b, "of b")); err != nil {
					return err
				}
				var all int64
				if err := d.System(ctx, func(tx *gorm.DB) error { return tx.Model(&noteRow{}).Count(&all).Error }); err != nil || all != 1 {
					t.Errorf("system sees %d, error %v", all, err)
				}
				return tx.Create(note(a, "of a")).Error // a's own handle still works for a
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, names(t, d, a), "of a")
		equal(t, names(t, d, b), "of b")
	})
}

// logins are the kinds of database users an operator may give us; %s is the user's name.
var logins = map[string]string{
	"a plain owner":                      "CREATE ROLE %s LOGIN NOSUPERUSER NOCREATEROLE",
	"an owner that may create roles":     "CREATE ROLE %s LOGIN NOSUPERUSER CREATEROLE",
	"a superuser":                        "CREATE ROLE %s LOGIN SUPERUSER",
	"an owner in the application's role": "CREATE ROLE %s LOGIN NOSUPERUSER IN ROLE bodhi_app",
}

func TestRowLevelSecurityBindsEveryKindOfLogin(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t).URL()
	openNotes(t, server) // makes the application's role, which all databases of the server share
	for kind, create := range logins {
		name := "login_" + strings.ToLower(rand.Text())
		asLogin(t, server, strings.ReplaceAll(create, "%s", name))
		asLogin(t, server, "CREATE DATABASE "+name+" OWNER "+name)
		u, err := url.Parse(server)
		if err != nil {
			t.Fatal(err)
		}
		u.User, u.Path = url.User(name), "/"+name
		t.Run(kind, func(t *testing.T) {
			openNotes(t, u.String())
			d, err := db.OpenWithout(t.Context(), u.String(), db.Options{Migrations: notes}, true, false)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			tryAll(t, d, false)
			mustSee(t, d, 2)
		})
	}
}
