package semantic

import (
	"slices"
	"sync"
	"sync/atomic"
)

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
