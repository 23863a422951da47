package db_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// notes is a tenant table made up for these tests, with one column of every kind.
var notes = fstest.MapFS{"00001_notes.sql": {Data: []byte(`-- +goose Up
CREATE TABLE notes (
	org_id {{uuid}} NOT NULL,
	id {{uuid}} NOT NULL,
	name text NOT NULL,
	lookup text NOT NULL UNIQUE,
	at {{time}} NOT NULL,
	tags {{json}},
	secret {{bytes}},
	done {{bool}} NOT NULL DEFAULT false,
	cost_nanos BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (org_id, id)
);
{{tenant "notes"}}
CREATE TABLE facts (id {{uuid}} PRIMARY KEY, name text NOT NULL);
-- +goose Down
DROP TABLE notes;
DROP TABLE facts;
`)}}

type noteRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	ID     id.Key    `gorm:"column:id;primaryKey"`
	Name   string    `gorm:"column:name"`
	Lookup string    `gorm:"column:lookup"`
	At     time.Time `gorm:"column:at"`
	Tags   []string  `gorm:"column:tags;serializer:json"`
	Secret []byte    `gorm:"column:secret"`
	Done   bool      `gorm:"column:done"`
	Cost   int64     `gorm:"column:cost_nanos"`
}

func (noteRow) TableName() string { return "notes" }

var ids = id.NewSource(clock.System{}.Now, nil)

func note(org id.Org, name string) *noteRow {
	k := id.NewKey(ids)
	return &noteRow{Org: org, ID: k, Name: name, Lookup: k.String(), At: clock.System{}.Now()}
}

// eachNotes runs fn on a database that holds only the notes schema.
func eachNotes(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) { fn(t, openNotes(t, rawURL)) })
}

func openNotes(t *testing.T, rawURL string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), rawURL, db.Options{Migrations: notes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func names(t *testing.T, d *db.DB, org id.Org) []string {
	t.Helper()
	var out []string
	err := d.Scoped(t.Context(), org, func(tx *gorm.DB) error {
		return tx.Model(&noteRow{}).Where("org_id = ?", org).Order("name").Pluck("name", &out).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func insert(ctx context.Context, d *db.DB, row *noteRow) error {
	return d.Scoped(ctx, row.Org, func(tx *gorm.DB) error { return tx.Create(row).Error })
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestDoCommitsOnSuccessAndRollsBackOnError(t *testing.T) {
	t.Parallel()
	eachNotes(t, func(t *testing.T, d *db.DB) {
		org := id.NewOrg(ids)
		boom := errors.New("boom")
		if err := d.Do(t.Context(), func(ctx context.Context) error { return insert(ctx, d, note(org, "kept")) }); err != nil {
			t.Fatal(err)
		}
		err := d.Do(t.Context(), func(ctx context.Context) error {
			if err := insert(ctx, d, note(org, "lost")); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v, want the error of fn", err)
		}
		equal(t, names(t, d, org), "kept")
	})
}
