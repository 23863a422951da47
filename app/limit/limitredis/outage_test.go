package limitredis_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/limit"
)

// cable is the line between nodes and a Redis, which a test can cut, or make swallow everything.
type cable struct {
	t    *testing.T
	to   *url.URL
	addr string

	mu    sync.Mutex
	l     net.Listener
	ends  []net.Conn
	stuck chan struct{} // closed when the line works
}

func lay(t *testing.T, target string) *cable {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{t: t, to: u, addr: "127.0.0.1:0", stuck: make(chan struct{})}
	close(c.stuck)
	c.mend()
	t.Cleanup(c.cut)
	return c
}

func (c *cable) url() string { u := *c.to; u.Host = c.addr; return u.String() }

// mend makes the line work, under the address it had.
func (c *cable) mend() {
	c.t.Helper()
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	c.l, c.addr = l, l.Addr().String()
	c.mu.Unlock()
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", c.to.Host)
			if err != nil {
				_ = near.Close()
				continue
			}
			c.mu.Lock()
			c.ends = append(c.ends, near, far)
			c.mu.Unlock()
			go c.carry(far, near)
			go c.carry(near, far)
		}
	}()
}

func (c *cable) carry(to, from net.Conn) {
	defer func() { _ = to.Close() }()
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		c.mu.Lock()
		free := c.stuck
		c.mu.Unlock()
		<-free
		if _, err := to.Write(b[:n]); err != nil && err != io.EOF {
			return
		}
	}
}

// cut is the server dying: connections break, new ones are refused.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.l.Close()
	for _, e := range c.ends {
		_ = e.Close()
	}
	c.ends = nil
	select {
	case <-c.stuck:
	default:
		close(c.stuck)
	}
}

// jam is the server hanging: everything is accepted, nothing is answered.
func (c *cable) jam() { c.mu.Lock(); c.stuck = make(chan struct{}); c.mu.Unlock() }

func (c *cable) free() { c.mu.Lock(); close(c.stuck); c.mu.Unlock() }

func TestNodesDivideALimitWhileRedisIsAwayAndShareItAgainAfterwards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, target string) {
		c, wire := someone(), lay(t, target)
		r := rule(c, limit.Requests, 100, time.Hour)
		a, b := start(t, wire.url(), "a"+r.ID.String(), r), start(t, wire.url(), "b"+r.ID.String(), r)
		if n := a.passes(t, c, 10) + b.passes(t, c, 10); n != 20 {
			t.Fatalf("%d passed", n)
		}
		until(t, "both hearts to be heard", func() bool { return a.Nodes() >= 2 && b.Nodes() >= 2 })
		wire.cut()
		share := 100 / a.Nodes()
		if n := int64(a.passes(t, c, 200)); n != share-10 {
			t.Errorf("the first node admits %d more alone, want its share of %d less the 10 it had", n, share)
		}
		until(t, "the second node to notice", func() bool { b.passes(t, c, 1); return b.log.Count("redis is away") == 1 })
		wire.mend()
		until(t, "both to be back", func() bool { return a.log.Count("redis is back")+b.log.Count("redis is back") == 2 })
		took := a.Now(t.Context(), c.Org)[r.ID].Used
		if took < 20+share-10 || took > 100 {
			t.Errorf("%d are counted afterwards: what was admitted meanwhile is missing, or too much was", took)
		}
		if n := int64(a.passes(t, c, 200) + b.passes(t, c, 200)); took+n != 100 {
			t.Errorf("%d were counted and %d more admitted, of 100", took, n)
		}
		if a.log.Count("level=WARN") != 1 || b.log.Count("level=WARN") != 1 {
			t.Errorf("an outage is logged once, by each node:\n%s%s", a.log.String(), b.log.String())
		}
	})
}

// A server that takes everything and answers nothing costs the first request 50 ms, and the others nothing. The bound
// here is wider because machines are busy; without a deadline of its own the wait would be the client's 2 s.
func TestAHangingRedisIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, target string) {
		c, wire := someone(), lay(t, target)
		r := rule(c, limit.Requests, 1000, time.Hour)
		n := startWith(t, wire.url(), "a"+r.ID.String(), 0, r)
		until(t, "its heart to be heard", func() bool { return n.Nodes() > 0 })
		wire.jam()
		began := clock.System{}.Now()
		if given := n.passes(t, c, 1); given != 1 {
			t.Error("a request was refused because Redis hangs")
		}
		if took := clock.Since(began); took > time.Second {
			t.Errorf("the request that saw it hang waited %s", took)
		}
		until(t, "the outage", func() bool { return n.log.Count("redis is away") > 0 })
		began = clock.System{}.Now()
		for range 100 {
			n.passes(t, c, 1)
		}
		if took := clock.Since(began); took > time.Second {
			t.Errorf("100 requests during the outage took %s", took)
		}
		wire.free()
		until(t, "it to be back", func() bool { return n.log.Count("redis is back") > 0 })
	})
}

func TestANodeThatStartsWithoutRedisServesAtOnce(t *testing.T) {
	t.Parallel()
	c := someone()
	n := startWith(t, "redis://127.0.0.1:1", "a", 0, rule(c, limit.Requests, 5, time.Hour))
	if given := n.passes(t, c, 10); given != 5 {
		t.Errorf("%d passed", given)
	}
}

func TestNodesThatLeaveAreNotCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, target string) {
		c := someone()
		r := rule(c, limit.Requests, 5, time.Hour)
		a := start(t, target, "a"+r.ID.String(), r)
		until(t, "its own heart", func() bool { return a.Nodes() > 0 })
		alone := a.Nodes()
		t.Run("another comes", func(t *testing.T) {
			start(t, target, "b"+r.ID.String(), r)
			until(t, "the other's heart", func() bool { return a.Nodes() > alone })
		})
		until(t, "it to be gone", func() bool { return a.Nodes() <= alone })
	})
}
