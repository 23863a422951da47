package replay_test

import (
	"bytes"
	"database/sql"
	"flag"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/replay"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func book(t *testing.T, h *webtest.House, d *db.DB) *replay.Book {
	t.Helper()
	mac, err := h.Master.MAC(replay.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	return replay.New(db.NewReplayStore(d), h.Keyring, mac, h.Clock)
}

func TestAKeyIsAnsweredOnceAndThenAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		b, ctx, o := book(t, h, d), t.Context(), x.Org.ID
		r := replay.Request{Key: "k", Token: id.NewToken(h.IDs), Method: "POST", Path: "/api/v1/keys", Body: []byte(`{"name":"a"}`)}
		other := r
		other.Body = []byte(`{"name":"b"}`)
		elsewhere := r
		elsewhere.Token = id.NewToken(h.IDs)

		if a, err := b.Begin(ctx, o, r); a != nil || err != nil {
			t.Fatalf("the first: %v, %v", a, err)
		}
		if _, err := b.Begin(ctx, o, r); code(err) != "idempotency_key_in_flight" {
			t.Errorf("while it runs: %v", err)
		}
		if _, err := b.Begin(ctx, o, other); code(err) != "idempotency_key_reused" {
			t.Errorf("another body: %v", err)
		}
		if a, err := b.Begin(ctx, o, elsewhere); a != nil || err != nil {
			t.Errorf("another token's key: %v, %v", a, err)
		}
		want := replay.Answer{Status: 201, Type: "application/json", Body: []byte(`{"secret":"s"}`)}
		if err := b.End(ctx, o, r, want); err != nil {
			t.Fatal(err)
		}
		if a, err := b.Begin(ctx, o, r); err != nil || a == nil || a.Status != 201 || !bytes.Equal(a.Body, want.Body) {
			t.Errorf("again: %+v, %v", a, err)
		}
		h.Clock.Advance(replay.Keep + time.Minute)
		if err := b.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if a, err := b.Begin(ctx, o, other); a != nil || err != nil {
			t.Errorf("a day later the key is free: %v, %v", a, err)
		}
		h.Clock.Advance(replay.Patience + time.Second) // its process died
		if a, err := b.Begin(ctx, o, other); a != nil || err != nil {
			t.Errorf("a request that never ended: %v, %v", a, err)
		}
		if err := b.Abandon(ctx, o, other); err != nil {
			t.Fatal(err)
		}
		if a, err := b.Begin(ctx, o, r); a != nil || err != nil {
			t.Errorf("after a refusal the key is free: %v, %v", a, err)
		}
		for _, bad := range []string{"", "a b", "ä", "a\n", strings.Repeat("x", 201)} {
			r.Key = bad
			if _, err := b.Begin(ctx, o, r); !fault.Is(err, fault.Invalid) {
				t.Errorf("the key %q: %v", bad, err)
			}
		}
	})
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

var races = flag.Int("races", 20, "how often sixteen send the same key at once")

func TestOneOfManyAtOnceRuns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		b := book(t, h, d)
		for race := range *races {
			r := replay.Request{Key: "k" + strconv.Itoa(race), Token: id.NewToken(h.IDs), Method: "POST", Path: "/", Body: nil}
			var wg sync.WaitGroup
			var ran atomic.Int64
			for range 16 {
				wg.Go(func() {
					_, err := b.Begin(t.Context(), x.Org.ID, r)
					if err == nil {
						ran.Add(1)
					} else if code(err) != "idempotency_key_in_flight" {
						t.Error(err)
					}
				})
			}
			if wg.Wait(); ran.Load() != 1 {
				t.Errorf("race %d: %d ran", race, ran.Load())
			}
		}
		t.Logf("%d races of sixteen, each won by one", *races)
	})
}

func TestNeitherAnswersNorBodiesCanBeReadFromTheDatabase(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	h := webtest.NewHouse(t, d)
	x := h.Found(t, "Acme")
	b := book(t, h, d)
	r := replay.Request{Key: "k", Token: id.NewToken(h.IDs), Method: "POST", Path: "/", Body: []byte("canary-in-the-body")}
	if _, err := b.Begin(t.Context(), x.Org.ID, r); err != nil {
		t.Fatal(err)
	}
	if err := b.End(t.Context(), x.Org.ID, r, replay.Answer{Status: 200, Body: []byte("canary-in-the-answer")}); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	var print, sealed []byte
	if err := raw.QueryRow(`SELECT print, sealed FROM replays`).Scan(&print, &sealed); err != nil || len(sealed) == 0 {
		t.Fatal(err, len(sealed))
	}
	if bytes.Contains(append(print, sealed...), []byte("canary")) {
		t.Error("a canary is readable")
	}
}
