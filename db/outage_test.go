package db_test

import (
	"context"
	"path"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
)

// eventually tries until it works: connections that broke are noticed one by one.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	over := time.After(patience)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-over:
			t.Fatalf("%s: %v", what, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func TestPostgresMayGoAwayAndComeBack(t *testing.T) {
	t.Parallel()
	c := pgtest.Start(t)
	openNotes(t, c.URL())
	org := id.NewOrg(ids)

	c.Stop()
	if _, err := db.Open(t.Context(), c.URL(), db.Options{Migrations: notes}); err == nil {
		t.Fatal("Open succeeded although the server is down")
	}
	// A node that boots while the server is down, and a bus that listens from then on.
	d, err := db.Open(t.Context(), c.URL(), db.Options{Migrations: notes, AllowDown: true})
	if err != nil {
		t.Fatalf("Open with AllowDown: %v", err)
	}
	t.Cleanup(func() { _ = d.Close() })
	bus := db.NewBus(d, nil)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	heard := bus.Subscribe(ctx)
	done := make(chan error, 1)
	go func() { done <- bus.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	expect := func(want live.Topic) {
		t.Helper()
		select {
		case got := <-heard:
			if got != want {
				t.Fatalf("heard %q, want %q", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("did not hear %q", want)
		}
	}

	for round := range 2 { // first a boot without the server, then an outage under way
		begun := clock.System{}.Now()
		err := insert(t.Context(), d, note(org, "lost"))
		if !fault.Is(err, fault.Unavailable) {
			t.Fatalf("round %d: with the server down got %v, want unavailable", round, err)
		}
		if took := clock.Since(begun); took > 2*time.Second {
			t.Errorf("round %d: took %v to say so", round, took)
		}
		c.Start()
		expect(live.All)
		eventually(t, "write after the server is back", func() error { return insert(t.Context(), d, note(org, "kept")) })
		if round == 0 {
			equal(t, names(t, d, org), "kept")
			c.Stop()
		}
	}
	equal(t, names(t, d, org), "kept", "kept")
}

func TestAConnectionLostHalfWayIsUnavailableAndNothingIsKept(t *testing.T) {
	t.Parallel()
	rawURL := dbtest.EmptyPostgresURL(t)
	d := openNotes(t, rawURL)
	org := id.NewOrg(ids)
	err := d.Do(t.Context(), func(ctx context.Context) error {
		if err := insert(ctx, d, note(org, "lost")); err != nil {
			return err
		}
		asLogin(t, rawURL, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		return insert(ctx, d, note(org, "lost too"))
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	eventually(t, "write on a fresh connection", func() error { return insert(t.Context(), d, note(org, "kept")) })
	equal(t, names(t, d, org), "kept")
}

// A server that was failed over from, and lives on as a replica, keeps its connections.
func TestAServerThatTakesNoWritesAnyMoreIsLeft(t *testing.T) {
	t.Parallel()
	rawURL := dbtest.EmptyPostgresURL(t)
	openNotes(t, rawURL)
	org := id.NewOrg(ids)
	alone, err := db.Open(t.Context(), rawURL, db.Options{Migrations: notes, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = alone.Close() })
	follow := func(on string) {
		dbtest.Admin(t, "ALTER DATABASE "+path.Base(strings.Split(rawURL, "?")[0])+" SET default_transaction_read_only = "+on)
	}
	if err := alone.System(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY").Error
	}); err != nil {
		t.Fatal(err)
	}
	follow("on")
	for range 2 { // on the connection that was there, and on a new one
		if err := insert(t.Context(), alone, note(org, "lost")); !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v, want unavailable", err)
		}
	}
	booted, err := db.Open(t.Context(), rawURL, db.Options{Migrations: notes, AllowDown: true})
	if err != nil {
		t.Fatalf("a node does not boot meanwhile: %v", err)
	}
	t.Cleanup(func() { _ = booted.Close() })
	follow("off")
	for _, d := range []*db.DB{alone, booted} {
		if err := insert(t.Context(), d, note(org, "kept")); err != nil {
			t.Errorf("no write after there is a server that leads: %v", err)
		}
	}
	equal(t, names(t, alone, org), "kept", "kept")
}
