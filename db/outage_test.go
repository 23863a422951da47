package db_test

import (
	"context"
	"testing"
	"time"

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
