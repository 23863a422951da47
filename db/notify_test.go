package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

const patience = 20 * time.Second

// node is one process on a database: its own pool and bus.
type node struct {
	d     *db.DB
	bus   *db.Bus
	heard <-chan live.Topic
}

func startNode(t *testing.T, rawURL string) *node {
	t.Helper()
	n := openNode(t, rawURL)
	n.expect(t, live.All) // now it listens
	return n
}

// openNode is startNode for who wants to hear everything, from the beginning.
func openNode(t *testing.T, rawURL string) *node {
	t.Helper()
	d, err := db.Open(t.Context(), rawURL, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	n := &node{d: d, bus: db.NewBus(d, nil)}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	n.heard = n.bus.Subscribe(ctx)
	done := make(chan error, 1)
	go func() { done <- n.bus.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return n
}

func (n *node) expect(t *testing.T, want live.Topic) {
	t.Helper()
	select {
	case got := <-n.heard:
		if got != want {
			t.Fatalf("heard %q, want %q", got, want)
		}
	case <-time.After(patience):
		t.Fatalf("did not hear %q", want)
	}
}

// asLogin runs one statement outside every wall, as the role the URL logs in with, and gives the number it selects.
func asLogin(t *testing.T, rawURL, statement string) (n int64) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), rawURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(t.Context()) }()
	if strings.HasPrefix(statement, "SELECT count") {
		err = c.QueryRow(t.Context(), statement).Scan(&n)
	} else {
		_, err = c.Exec(t.Context(), statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func eachShared(t *testing.T, fn func(t *testing.T, rawURL string)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, dbtest.SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, dbtest.PostgresURL(t)) })
}

func TestBusReachesThisProcessAndTheOthers(t *testing.T) {
	t.Parallel()
	eachShared(t, func(t *testing.T, rawURL string) {
		a, b := startNode(t, rawURL), startNode(t, rawURL)
		for range 2 {
			if err := a.bus.Publish(t.Context(), "keys"); err != nil {
				t.Fatal(err)
			}
			a.expect(t, "keys")
			b.expect(t, "keys")
		}
		// An echo of a's own message would come before what b says next.
		if err := b.bus.Publish(t.Context(), "routes"); err != nil {
			t.Fatal(err)
		}
		a.expect(t, "routes")
	})
}

// A start subscribes and reads once the bus listens: then it misses nothing, and need not read all of it again.
func TestWhoSubscribesOnceTheBusListensHearsWhatComesThen(t *testing.T) {
	t.Parallel()
	eachShared(t, func(t *testing.T, rawURL string) {
		other := startNode(t, rawURL)
		n := openNode(t, rawURL)
		select {
		case <-n.bus.Tried():
		case <-time.After(patience):
			t.Fatal("it does not come to listen")
		}
		n.heard = n.bus.Subscribe(t.Context())
		if err := other.bus.Publish(t.Context(), "keys"); err != nil {
			t.Fatal(err)
		}
		n.expect(t, "keys")
	})
}

func TestBusTellsOfACommitAndNeverOfARollback(t *testing.T) {
	t.Parallel()
	eachShared(t, func(t *testing.T, rawURL string) {
		a, b := startNode(t, rawURL), startNode(t, rawURL)
		boom := errors.New("boom")
		err := a.d.Do(t.Context(), func(ctx context.Context) error {
			return errors.Join(a.bus.Publish(ctx, "lost"), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		err = a.d.Do(t.Context(), func(ctx context.Context) error {
			err := a.bus.Publish(ctx, "kept")
			select {
			case topic := <-a.heard:
				t.Errorf("heard %q before the commit", topic)
			default:
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		a.expect(t, "kept")
		b.expect(t, "kept")
	})
}

func TestBusSaysAllAfterALostConnection(t *testing.T) {
	t.Parallel()
	rawURL := dbtest.PostgresURL(t)
	n := startNode(t, rawURL)
	asLogin(t, rawURL, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bodhi live'")
	n.expect(t, live.All)
	if err := n.bus.Publish(t.Context(), "keys"); err != nil {
		t.Fatal(err)
	}
	n.expect(t, "keys")
}
