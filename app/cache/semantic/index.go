package semantic

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Prefix names everything that two requests have to share before their questions are compared: the exact cache's key, made without the
// last thing that the user said. It is keyed over organization, sharing scope, models, instructions, tools, format and history, so
// that what is kept under one prefix is never seen from another.
type Prefix [32]byte

// Key names an entry of the exact cache.
type Key = [32]byte

// Owner is whose questions a prefix holds: an organization's id.
type Owner [16]byte

// MostEntries is how many questions are kept under one prefix; the oldest make room. A search looks at each.
const MostEntries = 100_000

// MostBytes is how much room an index takes: all that MostEntries short questions take under one prefix, and some more.
const MostBytes = 256 << 20

// Candidate is an entry of the exact cache whose question is like the one that was asked.
type Candidate struct {
	Entry    Key
	Question *Question
	Cosine   float32
}

// Index finds questions by their words, because those are what the rules go by: whatever Strict or Relaxed takes has the same ones, so
// nothing is missed, and a search costs the same however many others there are. It is safe for use by several goroutines. An entry of a
// short question takes 2 KB, of which the vector is 1 KB (BenchmarkLike measures it). Beyond its bytes the prefixes that nobody asked for longest are
// forgotten whole, and of one that is too large alone the oldest quarter: what is forgotten is a miss.
type Index struct {
	mu      sync.RWMutex
	shelves map[Prefix]*shelf
	most    int
	bytes   int64 // that it may take
	taken   atomic.Int64
	ticks   atomic.Int64
}

// NewIndex makes an empty index that takes so many bytes; 0 = MostBytes.
func NewIndex(bytes int64) *Index {
	return &Index{shelves: map[Prefix]*shelf{}, most: MostEntries, bytes: cmp.Or(bytes, MostBytes)}
}

// What a shelf and an entry take, beside its items; measured, rounded up.
const (
	shelfBytes = 600
	entryBytes = 1700
	itemBytes  = 112
)

func (q *Question) bytes() int64 { return entryBytes + itemBytes*int64(len(q.items)) }

func (x *Index) find(p Prefix) *shelf {
	x.mu.RLock()
	s := x.shelves[p]
	x.mu.RUnlock()
	if s != nil {
		s.used.Store(x.ticks.Add(1))
	}
	return s
}

func (x *Index) make(o Owner, p Prefix) *shelf {
	if s := x.find(p); s != nil {
		return s
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.shelves[p]
	if s == nil {
		s = &shelf{owner: o, at: map[Key]int{}, words: map[uint64][]Key{}, taken: shelfBytes}
		s.used.Store(x.ticks.Add(1))
		x.shelves[p] = s
		x.taken.Add(shelfBytes)
	}
	return s
}

// Add keeps a question with its vector; nil is the one that Question.Vector makes. An entry that is there already gets the new one.
func (x *Index) Add(o Owner, p Prefix, entry Key, q *Question, v *Vector) {
	if v == nil {
		v = q.Vector()
	}
	for !x.make(o, p).add(x, entry, q, v) {
	}
	if x.taken.Load() > x.bytes {
		x.shrink(p)
	}
}

// shrink forgets the prefixes that were not used for longest, down to fifteen sixteenths of the room, so that it is not needed for each
// entry. The one that grew goes last.
func (x *Index) shrink(grown Prefix) {
	x.mu.Lock()
	defer x.mu.Unlock()
	type aged struct {
		p    Prefix
		s    *shelf
		used int64
	}
	all := make([]aged, 0, len(x.shelves))
	for p, s := range x.shelves {
		if p != grown {
			all = append(all, aged{p, s, s.used.Load()})
		}
	}
	slices.SortFunc(all, func(a, b aged) int { return cmp.Compare(a.used, b.used) })
	for _, a := range all {
		if x.taken.Load() <= x.bytes*15/16 {
			return
		}
		x.drop(a.p, a.s)
	}
	if s := x.shelves[grown]; s != nil && x.taken.Load() > x.bytes { // it alone is too large: its questions are long
		s.quarter(x)
	}
}

// drop forgets a shelf; x.mu is held.
func (x *Index) drop(p Prefix, s *shelf) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
	x.taken.Add(-s.taken)
	delete(x.shelves, p)
}

// Remove forgets an entry: its answer is gone or was wrong. One that is not there is no error.
func (x *Index) Remove(p Prefix, entry Key) {
	s := x.find(p)
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, ok := s.at[entry]
	if !ok || s.gone {
		return
	}
	less := s.forgets(slot)
	last := len(s.entries) - 1
	s.vectors[slot], s.entries[slot], s.questions[slot] = s.vectors[last], s.entries[last], s.questions[last]
	s.at[s.entries[slot]] = slot
	delete(s.at, entry)
	s.questions[last] = nil
	s.vectors, s.entries, s.questions, s.oldest = s.vectors[:last], s.entries[:last], s.questions[:last], 0
	s.taken -= less
	x.taken.Add(-less)
}

// Drop forgets everything under a prefix.
func (x *Index) Drop(p Prefix) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if s := x.shelves[p]; s != nil {
		x.drop(p, s)
	}
}

// DropOwner forgets everything of an owner.
func (x *Index) DropOwner(o Owner) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for p, s := range x.shelves {
		if s.owner == o {
			x.drop(p, s)
		}
	}
}

// Bytes are about how much room the index takes.
func (x *Index) Bytes() int64 { return x.taken.Load() }
