package transcript

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Taken is a request that is over, with its answer as the client got it.
type Taken struct {
	Request id.Request
	Chain   org.Chain
	At      time.Time
	// Call is a copy of the request as it went on after data rules. Nobody else uses it.
	Call llm.Call
	// Body and End are the answer; Over says that there was more, Broken that it did not come to its end.
	Body, End    []byte
	Over, Broken bool
	// Masked says that placeholders stand in the request; Veil puts them back into an answer in which the client got what they stand
	// for, at the end of one that was cut also for the beginning of it; nil where that did not happen.
	Masked bool
	Veil   func(text string, cut bool) string
}

// size is what it holds of memory.
func (t *Taken) size() int64 { return int64(len(t.Call.Body)+len(t.Body)+len(t.End)) + 1024 }

// Desk is the data plane's side: it says whose texts are kept, and takes them. It never waits for the database.
type Desk struct {
	Book
	Vault Vault
	Store Store
	Log   *slog.Logger

	wires map[llm.Family]llm.Wire
	heard atomic.Int64 // bytes of answers under way

	mu     sync.Mutex
	wake   chan struct{}
	queue  []*Taken
	queued int64
	of     map[id.Org]int64

	kept, dropped, failed atomic.Int64
}

// NewDesk makes one. wires are the dialects whose answers can be read.
func NewDesk(v Vault, s Store, log *slog.Logger, wires []llm.Wire) *Desk {
	d := &Desk{Vault: v, Store: s, Log: log, wires: map[llm.Family]llm.Wire{}, wake: make(chan struct{}, 1), of: map[id.Org]int64{}}
	for _, w := range wires {
		d.wires[w.Family()] = w
	}
	return d
}

// Hear makes room for so many bytes of an answer under way; false is none. Each Hear needs its Heard.
func (d *Desk) Hear(n int) bool {
	if d.heard.Add(int64(n)) > mostHeard {
		d.heard.Add(-int64(n))
		return false
	}
	return true
}

// Heard gives the room back.
func (d *Desk) Heard(n int) { d.heard.Add(-int64(n)) }

// Keep takes a request that is over. What finds no room is counted and let go.
func (d *Desk) Keep(t *Taken) {
	n := t.size()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.queued > 0 && (d.queued+n > mostQueued || d.of[t.Chain.Org] > 0 && d.of[t.Chain.Org]+n > mostOfOne) {
		d.dropped.Add(1)
		return
	}
	d.queue = append(d.queue, t)
	d.queued += n
	d.of[t.Chain.Org] += n
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// take gives the oldest ones. They count as waiting until done.
func (d *Desk) take() []*Taken {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(batch, len(d.queue))
	out := d.queue[:n:n]
	if d.queue = d.queue[n:]; len(d.queue) == 0 {
		d.queue = nil
	}
	return out
}

func (d *Desk) done(all []*Taken) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range all {
		n := t.size()
		d.queued -= n
		if d.of[t.Chain.Org] -= n; d.of[t.Chain.Org] <= 0 {
			delete(d.of, t.Chain.Org)
		}
	}
}

// Stats is what operators watch.
type Stats struct {
	Kept    int64 // texts that were written
	Dropped int64 // that found no room in the queue
	Failed  int64 // that could not be sealed or written
	Waiting int64 // bytes in the queue
}

// Stats are since the process began.
func (d *Desk) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Stats{d.kept.Load(), d.dropped.Load(), d.failed.Load(), d.queued}
}
