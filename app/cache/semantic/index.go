package semantic

import (
	"slices"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/cache"
)

// Prefix names everything that two requests have to share before their questions are compared: the exact cache's key, made without the
// last thing that the user said. It is keyed over organization, sharing scope, models, instructions, tools, format and history, so
// that what is kept under one prefix is never seen from another.
type Prefix cache.Key

// MostEntries is how many questions are kept under one prefix; the oldest make room. A search looks at each.
const MostEntries = 100_000

// Candidate is an entry of the exact cache whose question is like the one that was asked.
type Candidate struct {
	Entry    cache.Key
	Question *Question
	Cosine   float32
}

// Index finds questions by their vectors. It is safe for use by several goroutines. An entry of a short question takes
// 1.8 KB, of which the vector is 1 KB (BenchmarkNear measures it).
type Index struct {
	mu      sync.RWMutex
	shelves map[Prefix]*shelf
	most    int
}

// shelf is what is kept under one prefix. Slots are parallel lists, so that a search runs over vectors and nothing else.
type shelf struct {
	mu        sync.RWMutex
	vectors   []Vector
	entries   []cache.Key
	questions []*Question
	at        map[cache.Key]int
	oldest    int // slot that makes room next, once all are taken
}

// NewIndex makes an empty index.
func NewIndex() *Index { return &Index{shelves: map[Prefix]*shelf{}, most: MostEntries} }

func (x *Index) shelf(p Prefix, make bool) *shelf {
	x.mu.RLock()
	s := x.shelves[p]
	x.mu.RUnlock()
	if s != nil || !make {
		return s
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if s = x.shelves[p]; s == nil {
		s = &shelf{at: map[cache.Key]int{}}
		x.shelves[p] = s
	}
	return s
}

// Add keeps a question. An entry that is there already gets the new one.
func (x *Index) Add(p Prefix, entry cache.Key, q *Question) {
	v, s := q.Vector(), x.shelf(p, true)
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, ok := s.at[entry]
	switch {
	case ok:
	case len(s.entries) < x.most:
		slot = len(s.entries)
		s.vectors, s.entries, s.questions = append(s.vectors, *v), append(s.entries, entry), append(s.questions, q)
	default:
		slot = s.oldest
		s.oldest = (slot + 1) % x.most
		delete(s.at, s.entries[slot])
	}
	s.vectors[slot], s.entries[slot], s.questions[slot], s.at[entry] = *v, entry, q, slot
}

// Remove forgets an entry: its answer is gone or was wrong. One that is not there is no error.
func (x *Index) Remove(p Prefix, entry cache.Key) {
	s := x.shelf(p, false)
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, ok := s.at[entry]
	if !ok {
		return
	}
	last := len(s.entries) - 1
	s.vectors[slot], s.entries[slot], s.questions[slot] = s.vectors[last], s.entries[last], s.questions[last]
	s.at[s.entries[slot]] = slot
	delete(s.at, entry)
	s.questions[last] = nil
	s.vectors, s.entries, s.questions, s.oldest = s.vectors[:last], s.entries[:last], s.questions[:last], 0
}

// Drop forgets everything under a prefix.
func (x *Index) Drop(p Prefix) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.shelves, p)
}

// Near finds the entries most like a question, the best first: at most as many as asked for, and none whose cosine is below the floor.
// It looks at all entries under the prefix and at no other. What it finds is no hit: no threshold is safe alone.
func (x *Index) Near(p Prefix, q *Question, floor float32, most int) []Candidate {
	s := x.shelf(p, false)
	if s == nil || most < 1 {
		return nil
	}
	v := q.Vector()
	var best []Candidate
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range s.vectors {
		c := v.Cosine(&s.vectors[i])
		if c < floor {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, c, func(b Candidate, c float32) int {
			if b.Cosine >= c {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, at, Candidate{s.entries[i], s.questions[i], c})
		if len(best) > most {
			best = best[:most]
			floor = best[most-1].Cosine
		}
	}
	return best
}

// Match finds the best entry that a rule takes: (*Question).Strict or (*Question).Relaxed.
func (x *Index) Match(p Prefix, q *Question, same func(q, kept *Question) bool) (Candidate, bool) {
	for _, c := range x.Near(p, q, Threshold, mostTried) {
		if same(q, c.Question) {
			return c, true
		}
	}
	return Candidate{}, false
}

// mostTried is how many of the nearest are held against the rules. What they let through has the same words, so it is among the nearest.
const mostTried = 16
