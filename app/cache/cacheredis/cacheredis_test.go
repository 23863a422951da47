package cacheredis_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cacheredis"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var ids = id.NewSource(clock.System{}.Now, nil)

func open(t *testing.T, url string) *cacheredis.Client {
	t.Helper()
	c, err := cacheredis.Open(secret.New(url), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// each runs fn against a Redis in the process and, where there is one, against the real one of TEST_REDIS_URL.
func each(t *testing.T, fn func(t *testing.T, url string)) {
	t.Run("miniredis", func(t *testing.T) { t.Parallel(); fn(t, "redis://"+miniredis.RunT(t).Addr()) })
	if given := os.Getenv("TEST_REDIS_URL"); given != "" {
		t.Run("redis", func(t *testing.T) { t.Parallel(); fn(t, given) })
	} else if os.Getenv("CI") == "true" {
		t.Error("TEST_REDIS_URL is not set")
	}
}

func entry(o id.Org, n byte) *cache.Entry {
	now := clock.System{}.Now().UTC().Truncate(time.Microsecond)
	return &cache.Entry{Key: cache.Key{n}, Org: o, Sharing: cache.Team, Node: o.UUID(), Member: id.NewMember(ids), Asked: "smart", Model: "gpt", Provider: "up", Cost: 12, Took: time.Second, Made: now, Fresh: now.Add(time.Hour),
		Stale: now.Add(2 * time.Hour), Epoch: 4, Sealed: []byte("sealed\x00bytes")}
}

func TestAnswersAreKeptForTheirOrganizationAndTheirTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		c, o, ctx := open(t, url), id.NewOrg(ids), t.Context()
		e := entry(o, 1)
		over := entry(o, 2)
		over.Stale = clock.System{}.Now().Add(-time.Second)
		if err := c.Put(ctx, o, []*cache.Entry{e, over}); err != nil {
			t.Fatal(err)
		}
		got, err := c.Get(ctx, o, e.Key)
		if err != nil || string(got.Sealed) != string(e.Sealed) || got.Key != e.Key || got.Org != o || got.Cost != 12 || !got.Stale.Equal(e.Stale) || got.Epoch != 4 || got.Member != e.Member {
			t.Fatalf("%+v %v", got, err)
		}
		for what, ask := range map[string]func() error{
			"another organization": func() error { _, err := c.Get(ctx, id.NewOrg(ids), e.Key); return err },
			"another key":          func() error { _, err := c.Get(ctx, o, cache.Key{9}); return err },
			"what is over":         func() error { _, err := c.Get(ctx, o, over.Key); return err },
		} {
			if err := ask(); !errors.Is(err, cache.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := c.Drop(ctx, o, []cache.Key{e.Key, {7}}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(ctx, o, e.Key); !errors.Is(err, cache.ErrNotFound) {
			t.Errorf("after it was dropped: %v", err)
		}
	})
}

func TestAnEntryGoesByItselfAndAStrangersBytesAreAMiss(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	c, o := open(t, "redis://"+m.Addr()), id.NewOrg(ids)
	e := entry(o, 1)
	if err := c.Put(t.Context(), o, []*cache.Entry{e}); err != nil {
		t.Fatal(err)
	}
	name := "bodhi:cache:" + o.UUID() + ":" + e.Key.String()
	if left := m.TTL(name); left < 119*time.Minute || left > 2*time.Hour {
		t.Errorf("it stays for %s", left)
	}
	for _, odd := range []string{"", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x02{}x", "words"} {
		if err := m.Set(name, odd); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(t.Context(), o, e.Key); !errors.Is(err, cache.ErrNotFound) {
			t.Errorf("%q: %v", odd, err)
		}
	}
}

func TestARedisThatHangsIsLeftInTime(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c, o := open(t, "redis://"+l.Addr().String()), id.NewOrg(ids)
	done := make(chan error, 1)
	go func() { _, err := c.Get(t.Context(), o, cache.Key{1}); done <- err }()
	select {
	case err := <-done:
		if err == nil || errors.Is(err, cache.ErrNotFound) {
			t.Errorf("it said %v", err)
		}
	case <-time.After(20 * time.Second): // the client's own 2 s, on a busy machine; requests leave it after 50 ms
		t.Error("it is waited for")
	}
	if _, err := cacheredis.Open(secret.New("http://user:canary@x"), clock.System{}); err == nil || err.Error() != "REDIS_URL: it should look like redis://user:password@host:6379/0" {
		t.Errorf("an odd URL: %v", err)
	}
}
