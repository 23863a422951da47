package healthredis_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/health/healthredis"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var ids = id.NewSource(clock.System{}.Now, nil)

// node is one gateway's board.
type node struct {
	*health.Board
	link *health.Link
}

func start(t *testing.T, url, name string) *node {
	t.Helper()
	client, err := healthredis.Open(secret.New(url))
	if err != nil {
		t.Fatal(err)
	}
	n := &node{link: health.NewLink(client, name, clock.System{}, slog.New(slog.DiscardHandler), 20*time.Millisecond)}
	n.Board = health.NewBoard(health.Config{Changed: func(c health.Change) {
		if !c.Remote {
			n.link.Tell(c)
		}
	}})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); _ = n.link.Run(ctx, n.Board) }()
	t.Cleanup(func() { cancel(); <-done; _ = client.Close() })
	return n
}

func (n *node) fails(at health.Target, times int) {
	for range times {
		p := n.Force(at, secret.String{})
		p.Done(clock.System{}.Now(), health.Report{Outcome: health.Bad})
	}
}

func (n *node) takes(at health.Target, key secret.String) bool {
	p, _, ok := n.Admit(at, key, clock.System{}.Now())
	p.Done(clock.System{}.Now(), health.Report{})
	return ok
}

func until(t *testing.T, what string, ok func() bool) time.Duration {
	t.Helper()
	begin := clock.System{}.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
	return clock.Since(begin)
}

func target() health.Target {
	return health.Target{Org: id.NewOrg(ids), Connection: id.NewConnection(ids), Model: "m"}
}

func TestNodesAgreeOnWhatIsOpenAndClosed(t *testing.T) {
	t.Parallel()
	url := "redis://" + miniredis.RunT(t).Addr()
	a, b := start(t, url, "a"), start(t, url, "b")
	at, key := target(), secret.New("sk-1")
	a.fails(at, 10)
	took := until(t, "the other node leaves it alone", func() bool { return !b.takes(at, key) })
	p := a.Force(at, key)
	p.Done(clock.System{}.Now(), health.Report{Outcome: health.Good})
	took = max(took, until(t, "the other node takes it again", func() bool { return b.takes(at, key) }))
	t.Logf("agreed within %s at a beat of 20 ms", took)
	late := start(t, url, "c")
	a.fails(at, 10)
	until(t, "a node that came later hears as well", func() bool { return !late.takes(at, key) })
}

// A credential that one node saw refused is refused on all, and another one is not.
func TestARefusedCredentialTravelsWithoutBeingTold(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	a, b := start(t, "redis://"+server.Addr(), "a"), start(t, "redis://"+server.Addr(), "b")
	at, key := target(), secret.New("sk-canary")
	p := a.Force(at, key)
	p.Done(clock.System{}.Now(), health.Report{Outcome: health.Locked, Whole: true})
	until(t, "the other node leaves it alone", func() bool { return !b.takes(at, key) })
	if !b.takes(at, secret.New("sk-2")) {
		t.Error("another key is refused too")
	}
	if all := server.Dump(); len(all) == 0 || strings.Contains(all, "canary") {
		t.Errorf("the server holds %s", all)
	}
}

func TestWithoutTheServerEachNodeGoesByWhatItSees(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	a, b := start(t, "redis://"+server.Addr(), "a"), start(t, "redis://"+server.Addr(), "b")
	at, key := target(), secret.New("sk-1")
	server.Close()
	began := clock.System{}.Now()
	a.fails(at, 10)
	if a.takes(at, key) || !b.takes(at, key) {
		t.Error("states without a server")
	}
	if d := clock.Since(began); d > 2*time.Second { // which is how long a socket is waited for
		t.Errorf("it took %s", d)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	until(t, "what was found out meanwhile is told", func() bool { return !b.takes(at, key) })
}

// A server that lost its data counts its changes anew; nobody may take that for what they know already.
func TestAServerThatLostItsDataIsHeardAgain(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	a, b := start(t, "redis://"+server.Addr(), "a"), start(t, "redis://"+server.Addr(), "b")
	first, second, key := target(), target(), secret.New("sk-1")
	a.fails(first, 10)
	until(t, "the other node leaves it alone", func() bool { return !b.takes(first, key) })
	server.FlushAll()
	a.fails(second, 10) // the first change since, as that one was
	until(t, "the other node leaves the next one alone", func() bool { return !b.takes(second, key) })
}

// With many targets some breaker always changes, so the states never expire together.
func TestStatesThatAreOverAreForgottenOneByOne(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	url := "redis://" + server.Addr()
	client, err := healthredis.Open(secret.New(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	now := clock.System{}.Now()
	at := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	for field, state := range map[string]string{
		"closed long ago":  `{"state":"closed","at":"` + at(-2*time.Hour) + `"}`,
		"open, and over":   `{"state":"open","at":"` + at(-3*time.Hour) + `","until":"` + at(-2*time.Hour) + `"}`,
		"closed just now":  `{"state":"closed","at":"` + at(-time.Minute) + `"}`,
		"open, and so yet": `{"state":"open","at":"` + at(-2*time.Hour) + `","until":"` + at(time.Minute) + `"}`,
	} {
		if err := client.Push(t.Context(), field, []byte(state)); err != nil {
			t.Fatal(err)
		}
	}
	start(t, url, "a")
	until(t, "two states are left", func() bool { keys, err := server.HKeys("bodhi:health:states"); return err == nil && len(keys) == 2 })
	if server.HGet("bodhi:health:states", "closed just now") == "" || server.HGet("bodhi:health:states", "open, and so yet") == "" {
		t.Error("a state went that is of use")
	}
	if err := client.Drop(t.Context(), map[string][]byte{"closed just now": []byte("another")}); err != nil || server.HGet("bodhi:health:states", "closed just now") == "" {
		t.Errorf("a state went that is another one by now: %v", err)
	}
}
