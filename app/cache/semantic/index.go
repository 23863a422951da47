package semantic

import (
	"cmp"
	"hash/fnv"
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

// shelf is what is kept under one prefix. Slots are parallel lists, so that a search runs over vectors and nothing else.
type shelf struct {
	owner Owner
	used  atomic.Int64 // the index's tick at which it was used last

	mu        sync.RWMutex
	gone      bool // forgotten: whoever holds it looks again
	taken     int64
	vectors   []Vector
	entries   []Key
	questions []*Question
	at        map[Key]int
	words     map[uint64][]Key // by Question.sums
	oldest    int              // slot that makes room next, once all are taken
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

// add reports whether the shelf still stands.
func (s *shelf) add(x *Index, entry Key, q *Question, v *Vector) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return false
	}
	slot, ok := s.at[entry]
	more := q.bytes()
	switch {
	case ok:
		more -= s.forgets(slot)
	case len(s.entries) < x.most:
		slot = len(s.entries)
		s.vectors, s.entries, s.questions = append(s.vectors, *v), append(s.entries, entry), append(s.questions, q)
	default:
		slot = s.oldest
		s.oldest = (slot + 1) % x.most
		more -= s.forgets(slot)
		delete(s.at, s.entries[slot])
	}
	for _, sum := range q.sums() {
		s.words[sum] = append(s.words[sum], entry)
	}
	s.vectors[slot], s.entries[slot], s.questions[slot], s.at[entry] = *v, entry, q, slot
	s.taken += more
	x.taken.Add(more)
	return true
}

// forgets takes a slot's question out of the words, and says how many bytes it had.
func (s *shelf) forgets(slot int) int64 {
	q, entry := s.questions[slot], s.entries[slot]
	for _, sum := range q.sums() {
		left := slices.DeleteFunc(s.words[sum], func(k Key) bool { return k == entry })
		if s.words[sum] = left; len(left) == 0 {
			delete(s.words, sum)
		}
	}
	return q.bytes()
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

// quarter forgets the first quarter of a shelf, which is about the oldest.
func (s *shelf) quarter(x *Index) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := (len(s.entries) + 3) / 4
	less := int64(0)
	for i := range n {
		less += s.forgets(i)
		delete(s.at, s.entries[i])
	}
	s.vectors, s.entries, s.questions, s.oldest = slices.Delete(s.vectors, 0, n), slices.Delete(s.entries, 0, n), slices.Delete(s.questions, 0, n), 0
	for i, e := range s.entries {
		s.at[e] = i
	}
	s.taken -= less
	x.taken.Add(-less)
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

// Like finds the entries whose questions have the same words as one, by one of the rules' measures, those with the nearest vectors first:
// at most MostTried, and none whose cosine is below the floor. It looks under the prefix and at no other. What it finds is no hit before a
// rule takes it.
func (x *Index) Like(p Prefix, q *Question, v *Vector, floor float32) []Candidate {
	s := x.find(p)
	if s == nil {
		return nil
	}
	var best []Candidate
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, sum := range q.sums() {
		for _, k := range s.words[sum] {
			slot := s.at[k]
			c := v.Cosine(&s.vectors[slot])
			if c < floor || slices.ContainsFunc(best, func(b Candidate) bool { return b.Entry == k }) {
				continue
			}
			at, _ := slices.BinarySearchFunc(best, c, func(b Candidate, c float32) int {
				if b.Cosine >= c {
					return -1
				}
				return 1
			})
			if best = slices.Insert(best, at, Candidate{k, s.questions[slot], c}); len(best) > MostTried {
				best = best[:MostTried]
				floor = best[MostTried-1].Cosine
			}
		}
	}
	return best
}

// Match finds the best entry that a rule takes: (*Question).Strict or (*Question).Relaxed.
func (x *Index) Match(p Prefix, q *Question, same func(q, kept *Question) bool) (Candidate, bool) {
	for _, c := range x.Like(p, q, q.Vector(), Threshold) {
		if same(q, c.Question) {
			return c, true
		}
	}
	return Candidate{}, false
}

// MostTried is how many candidates are held against the rules. Many with the same words are mostly one question, in the same or another
// order.
const MostTried = 16

// sums are hashes of the words that a question has, in any order: as they stand, and in the sense that Relaxed compares. What Strict takes
// has the first in common, what Relaxed takes one of them.
func (q *Question) sums() []uint64 {
	var plain []string
	for _, it := range q.items {
		plain = append(plain, it.key)
	}
	a, b := sum(plain), sum(said(q.sense().items))
	if a == b {
		return []uint64{a}
	}
	return []uint64{a, b}
}

func sum(words []string) uint64 {
	slices.Sort(words)
	h := fnv.New64a()
	for _, w := range words {
		_, _ = h.Write([]byte(w))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}
