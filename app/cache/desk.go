package cache

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache/semantic"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Vault seals answers. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Parts are what a Desk works with. Store and Counter may be nil: then there is only this process's memory.
type Parts struct {
	Store   Store
	Counter Counter
	// Leases let nodes ask a question once between them, where they share a Store; nil is each by itself. Node is this one's name,
	// which no other node has.
	Leases Leases
	Node   string
	Vault  Vault
	MAC    *secret.MAC // master.MAC(Purpose)
	// Wires read answers again, to see that they are whole. A family without one is not kept.
	Wires []llm.Wire
	Clock clock.Clock
	Log   *slog.Logger
	// Memory is how many bytes of answers this process keeps; 0 = 64 MiB. One organization has half of it at most.
	Memory int64
	// Patience is how long a request waits for the store; 0 = 50 ms.
	Patience time.Duration
	// Questions are what other nodes and earlier processes were asked; Seen takes what is given for a like question. Both may be nil.
	Questions Questions
	Seen      Witness
	// LikeBytes is how much room questions take in memory; 0 = semantic.MostBytes.
	LikeBytes int64
}

const (
	defaultMemory   = 64 << 20
	defaultPatience = 50 * time.Millisecond
	// overhead is what an entry takes in memory beside its sealed answer; measured, rounded up.
	overhead = 600
)

// Desk answers requests from what was kept, and keeps what was answered. Safe for concurrent use. Run must run for anything to
// reach the store.
type Desk struct {
	Parts
	wires   map[llm.Family]llm.Wire
	books   live.Cell[map[id.Org]*rulebook]
	memory  *memory
	store   link
	flights flights
	nodes   nodes
	writer  writer
	count   counters
	likes   likes
}

// NewDesk makes a Desk without policies: nothing is kept.
func NewDesk(p Parts) *Desk {
	if p.Memory == 0 {
		p.Memory = defaultMemory
	}
	if p.Patience == 0 {
		p.Patience = defaultPatience
	}
	d := &Desk{Parts: p, wires: map[llm.Family]llm.Wire{}}
	for _, w := range p.Wires {
		d.wires[w.Family()] = w
	}
	d.memory = newMemory(p.Memory)
	d.likes.index = semantic.NewIndex(p.LikeBytes)
	d.flights.all = map[Key]*flight{}
	d.writer.wake = make(chan struct{}, 1)
	return d
}

// Load compiles policies and cuts and puts them into use. Entries that a cut ends leave this process's memory at once.
func (d *Desk) Load(s Snapshot) error {
	books, err := compile(s)
	if err != nil {
		return err
	}
	before := d.books.Get()
	d.books.Set(&books)
	d.likes.wanted.Store(liked(s.Rules))
	if before != nil {
		for o, b := range books {
			if old := (*before)[o]; old == nil && b.epoch > 0 || old != nil && b.epoch > old.epoch {
				d.reindex(o)
			}
		}
	}
	for e := range d.memory.All() {
		if books[e.Org].over(e) {
			d.memory.Drop(e.Org, e.Key)
		}
	}
	return nil
}

func (d *Desk) book(o id.Org) *rulebook {
	if books := d.books.Get(); books != nil {
		return (*books)[o]
	}
	return nil
}

// table and column are where an answer lies, which its ciphertext is bound to.
const table, column = "cache_entries", "sealed"

// Hit is an answer that was found.
type Hit struct {
	*Answer
	Entry *Entry
	Age   time.Duration
	// Stale says that its time is over: it may be given while it is fetched anew.
	Stale bool
}

// Get finds the answer that a slot is for: in memory, else in the store, which is waited for no longer than Parts.Patience. What
// cannot be opened is forgotten.
func (d *Desk) Get(ctx context.Context, s *Slot) (*Hit, bool) { return d.get(ctx, s, 0) }

// LastGood is Get for when nobody else answers: it takes an answer of up to this age, its time over or not, as long as the policy
// has it kept at all (Settings.Keeps).
func (d *Desk) LastGood(ctx context.Context, s *Slot, age time.Duration) (*Hit, bool) {
	return d.get(ctx, s, age)
}

func (d *Desk) get(ctx context.Context, s *Slot, age time.Duration) (*Hit, bool) {
	s.looked, s.why = true, Absent
	e, there := d.memory.Get(s.chain.Org, s.Key)
	if there {
		if hit, ok := d.judge(ctx, s, e, age); ok {
			d.given(&d.count.memoryHits, age)
			return hit, true
		}
	}
	if s.seen { // the store was asked for this request already
		if s.late == nil {
			return nil, false
		}
		hit, ok := d.judge(ctx, s, s.late, age)
		if ok {
			d.given(&d.count.storeHits, age)
		}
		return hit, ok
	}
	s.seen = true
	e, found := d.store.get(ctx, d, s)
	if !found {
		return nil, false
	}
	hit, ok := d.judge(ctx, s, e, age)
	if ok {
		d.given(&d.count.storeHits, age)
		d.memory.Set(e)
	} else {
		s.late = e
	}
	return hit, ok
}

// given counts a hit where it was found, or as a last resort.
func (d *Desk) given(found *atomic.Int64, age time.Duration) {
	if age > 0 {
		found = &d.count.lastResorts
	}
	found.Add(1)
}

// judge opens an entry if it may be given.
func (d *Desk) judge(ctx context.Context, s *Slot, e *Entry, age time.Duration) (*Hit, bool) {
	now := d.Clock.Now()
	if e.Key != s.Key || e.Org != s.chain.Org || d.book(e.Org).over(e) || !now.Before(e.Until()) {
		d.forget(s.chain.Org, s.Key)
		return nil, false
	}
	h := &Hit{Entry: e, Age: max(now.Sub(e.Made), 0)}
	ttl := min(s.ttl, e.Fresh.Sub(e.Made))
	h.Stale = h.Age >= ttl
	if h.Stale && h.Age >= max(min(age, s.rule.Keeps()), ttl+s.rule.Stale) {
		s.why = Old
		return nil, false
	}
	plain, err := d.Vault.Open(ctx, e.Org, table, column, e.Key.String(), e.Sealed)
	if err == nil {
		h.Answer, err = decodeAnswer([]byte(plain.Reveal()))
	}
	if err == nil && h.Family != s.call.Family {
		err = errAnswer
	}
	if err != nil {
		s.why = Unreadable
		d.Log.Warn("a cached answer cannot be read and is forgotten", "organization", e.Org.String(), "key", e.Key.String(), "error", err.Error())
		d.forget(s.chain.Org, s.Key)
		return nil, false
	}
	if h.Answer, err = d.retold(s.call, h.Answer); err != nil {
		s.why = OtherForm
		return nil, false // kept in a form that this client cannot be told; the new answer takes its place
	}
	return h, true
}

// Count notes that a hit was given.
func (d *Desk) Count(h *Hit) { d.writer.count(h.Entry.Org, h.Entry.Key, d.Clock.Now()) }

// forget takes an entry out of memory and, later, out of the store.
func (d *Desk) forget(o id.Org, k Key) {
	d.memory.Drop(o, k)
	if d.Store != nil {
		d.writer.drop(o, k)
	}
}
