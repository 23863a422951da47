package gateway

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// tellHit says in headers where an answer from the cache came from, and how old it is (RFC 9111's Age).
func (g *Gateway) tellHit(x *Exchange) {
	x.say("X-Bodhi-Provider", x.hit.Entry.Provider)
	x.say("X-Bodhi-Model", x.hit.Entry.Model)
	if x.Answer.Resort != "" {
		x.say("X-Bodhi-Fallback", x.Answer.Resort)
	}
	if x.similar != "" {
		x.say("X-Bodhi-Cache-Similarity", x.similar)
	}
	x.say("Age", strconv.FormatInt(int64(x.hit.Age/time.Second), 10))
}

// recalled sends an answer from the cache. What failed attempts cost is said as ever.
func (g *Gateway) recalled(x *Exchange) {
	h := x.hit
	if !x.Call.Stream {
		x.say("X-Bodhi-Cost-Usd", x.spent.String())
		g.write(x, http.StatusOK, h.Body)
		g.savedTime(x)
		return
	}
	g.begin(x)
	end := append(x.Dialect.Remark(x.Call, "x-bodhi-cost-usd", x.spent.String()), h.End...)
	err := error(nil)
	if x.slot.Pace() == cache.Natural && len(h.Beats) > 0 {
		if err = g.paced(x, h); err == nil {
			err = g.hand(x, end)
		}
	} else {
		err = g.hand(x, append(bytes.Clone(h.Body), end...))
	}
	if x.clientOut = err != nil; err == nil {
		g.savedTime(x)
	}
	x.say("X-Bodhi-Cost-Usd", x.spent.String())
}

// savedTime notes how much longer the answer took when it was bought.
func (g *Gateway) savedTime(x *Exchange) {
	x.fact.SavedTime = max(x.hit.Entry.Took-g.clock.Now().Sub(x.Started), 0)
}

// longest is the longest pause of a stream that is given again: who waits once need not wait twice.
const longest = 2 * time.Second

// paced writes a stream in the pieces in which it came.
func (g *Gateway) paced(x *Exchange, h *cache.Hit) error {
	c, left := http.NewResponseController(x.W), h.Body
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := range h.Beats {
		timer.Reset(min(h.Beats[i].After, longest))
		select {
		case <-timer.C:
		case <-x.R.Context().Done():
			return errClientGone
		}
		n := min(h.Beats[i].Size, len(left))
		_ = c.SetWriteDeadline(clock.System{}.Now().Add(g.waits.write()))
		if _, err := x.W.Write(left[:n]); err != nil {
			return err
		}
		if err := c.Flush(); err != nil {
			return err
		}
		left = left[n:]
	}
	return g.hand(x, left)
}

// taken is an answer on its way to the client. A nil one takes nothing.
type taken struct {
	body, end []byte
	beats     []cache.Beat
	last      time.Time
	most      int64
	over      bool // larger than what is kept
}

// Pieces that came together are one beat, and a long answer has no more than these.
const (
	together  = 20 * time.Millisecond
	mostBeats = 500
)

func (t *taken) add(raw []byte, now time.Time) {
	if t == nil || t.over {
		return
	}
	if int64(len(t.body)+len(raw)) > t.most {
		t.body, t.beats, t.over = nil, nil, true
		return
	}
	t.body = append(t.body, raw...)
	after := now.Sub(t.last)
	if t.last.IsZero() {
		after = 0
	}
	if n := len(t.beats); n > 0 && (after < together || n >= mostBeats) {
		t.beats[n-1].Size += len(raw)
		return
	}
	t.last = now
	t.beats = append(t.beats, cache.Beat{Size: len(raw), After: after})
}

// close ends a stream.
func (t *taken) close(end []byte) {
	if t != nil {
		t.end = bytes.Clone(end)
	}
}

// whole reports whether all of the answer is here.
func (t *taken) whole() bool { return t != nil && !t.over && len(t.body) > 0 }

// discarded is where an answer goes that only the cache waits for.
type discarded struct{ header http.Header }

func (n discarded) Header() http.Header       { return n.header }
func (discarded) Write(p []byte) (int, error) { return len(p), nil }
func (discarded) WriteHeader(int)             {}
func (discarded) Flush()                      {}

// refetch asks for an answer whose time is over again, after the client was given the old one: as a request of its own, with its
// own hold and its own fact, on the account of whoever got the old answer. Of many who get it one asks.
func (g *Gateway) refetch(x *Exchange) {
	lead := g.Cache.Try(x.slot)
	if lead == nil {
		return
	}
	ctx := context.WithoutCancel(x.R.Context())
	r := x.R.Clone(ctx)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(x.Call.Body)), int64(len(x.Call.Body))
	again := &Exchange{ID: id.NewRequest(g.ids), W: discarded{http.Header{}}, R: r, Slug: x.Slug, Endpoint: x.Endpoint, Named: x.Named, Dialect: x.Dialect,
		Started: g.clock.Now(), Grant: x.Grant, lead: lead, renew: true, elder: x.ID, prompt: x.prompt}
	again.note("fetched anew for the cache, after request ", x.ID.String())
	g.renewals.Go(func() {
		defer lead.Land() // whatever became of it before recall
		g.run(ctx, again)
	})
}

// Wait returns when what is fetched anew for the cache is there, or ctx ends. Only answers whose time is over are fetched, after
// their client was served, so nobody misses what is cut off.
func (g *Gateway) Wait(ctx context.Context) {
	done := make(chan struct{})
	go func() { g.renewals.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
