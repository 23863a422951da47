package live_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/live"
)

var errAway = errors.New("the database is away")

// room is a room with one record, whose database can be taken away.
type room struct {
	mu      sync.Mutex
	stored  string
	away    bool
	reads   int
	applied live.Cell[string]
}

// set changes what the database holds; away takes it away.
func (r *room) set(stored string, away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stored, r.away = stored, away
}

func (r *room) read(context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads++
	if r.away {
		return "", errAway
	}
	return r.stored, nil
}

func (r *room) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reads
}

func (r *room) mirror(dir string) *live.Mirror[string] {
	return &live.Mirror[string]{Name: "things", Topic: "things", Dir: dir, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Read: r.read,
		Apply: func(s string) error {
			if strings.HasPrefix(s, "bad") {
				return errors.New("does not compile")
			}
			r.applied.Set(&s)
			return nil
		}}
}

func TestANodeBootsFromTheLastGoodSnapshotWhenTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := &room{stored: "v1"}
	if err := before.mirror(dir).Start(t.Context()); err != nil || *before.applied.Get() != "v1" {
		t.Fatalf("%v", err)
	}
	after := &room{away: true}
	if err := after.mirror(dir).Start(t.Context()); err != nil || *after.applied.Get() != "v1" {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "things.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the snapshot can be read by others: %v, %v", info.Mode(), err)
	}
}

func TestANodeDoesNotBootWithoutAnySnapshot(t *testing.T) {
	t.Parallel()
	torn := t.TempDir()
	if err := os.WriteFile(filepath.Join(torn, "things.json"), []byte(`"v`), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, "things.json"), []byte(`"bad"`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"no directory": "", "an empty one": t.TempDir(), "a torn file": torn, "one that does not apply": bad} {
		r := &room{away: true}
		if err := r.mirror(dir).Start(t.Context()); err == nil || r.applied.Get() != nil {
			t.Errorf("%s: started with %v, %v", name, r.applied.Get(), err)
		}
	}
}

func TestAMirrorFollowsTheBusAndPollsAndKeepsTheLastGood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, bus := &room{stored: "v1"}, &live.Local{}
		m := r.mirror(t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		topics := bus.Subscribe(ctx)
		if err := m.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		var done atomic.Bool
		go func() { m.Run(ctx, topics); done.Store(true) }()
		synctest.Wait()
		say := func(topic live.Topic) { _ = bus.Publish(ctx, topic); synctest.Wait() }
		expect := func(when, want string, reads int) {
			t.Helper()
			if got := *r.applied.Get(); got != want || r.count() != reads {
				t.Errorf("%s: %q after %d reads, want %q after %d", when, got, r.count(), want, reads)
			}
		}
		r.set("v2", false)
		say("others")
		expect("another room's change", "v1", 1)
		say("things")
		expect("its own change", "v2", 2)
		r.set("v3", false)
		say(live.All)
		expect("a change nobody could name", "v3", 3)
		r.set("bad v4", false)
		say("things")
		expect("records that do not compile", "v3", 4)
		r.set("v5", true)
		say("things")
		expect("a database that is away", "v3", 5)
		<-time.After(7 * time.Second)
		synctest.Wait()
		expect("a database that is away for seconds", "v3", 7)
		r.set("v5", false)
		<-time.After(8 * time.Second)
		synctest.Wait()
		expect("a database that is back", "v5", 8)
		r.set("v6", false)
		<-time.After(15 * time.Second)
		synctest.Wait()
		expect("a silent bus", "v6", 9)
		r.set("v7", false)
		if err := m.Refresh(ctx); err != nil {
			t.Error(err)
		}
		expect("a change its maker wants to see", "v7", 10)
		cancel()
		synctest.Wait()
		if !done.Load() {
			t.Error("Run goes on after its context ended")
		}
	})
}

// Between the first read and the moment in which the mirror follows, somebody may change something.
func TestAMirrorMissesNoChangeWhileItStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, bus := &room{stored: "v1"}, &live.Local{}
		m := r.mirror(t.TempDir())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		topics := bus.Subscribe(ctx)
		if err := m.Start(ctx); err != nil {
			t.Fatal(err)
		}
		r.set("v2", false)
		_ = bus.Publish(ctx, "things")
		go m.Run(ctx, topics)
		synctest.Wait()
		if got := *r.applied.Get(); got != "v2" {
			t.Errorf("it has %q", got)
		}
	})
}
