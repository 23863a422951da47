package semantic

import (
	"hash/fnv"
	"slices"
)

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
