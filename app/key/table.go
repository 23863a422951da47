package key

import (
	"encoding/binary"
	"math/bits"
)

// table finds entries by their public ids in the same time and by the same way through memory, whether an id is there or
// not: whoever asks often enough can measure a branch, and a cache line more or less. So each id has two buckets, all of
// both is always read, and nothing depends on what is found. A map of Go's is quicker by what it leaves out, which is
// how it tells.
type table struct {
	buckets []bucket // a power of two
	entries []entry  // in one piece of memory
}

// bucket holds the ids of up to four entries, in two words each, and which entries they are. An empty place has the id
// zero, which is no text.
type bucket struct {
	ids [4][2]uint64
	at  [4]uint32
}

// newTable places entries under their ids, which are all different. Half of the places stay empty, and an id goes where
// more are; should both of its buckets be full all the same, there are to be twice as many.
func newTable(ids []publicID, entries []entry) *table {
	for n := 1 << bits.Len(uint(len(ids)/2)); ; n *= 2 {
		t := &table{buckets: make([]bucket, n), entries: entries}
		if t.fill(ids) {
			return t
		}
	}
}

func (t *table) fill(ids []publicID) bool {
	for i, pub := range ids {
		lo, hi, a, b := t.where(pub)
		into, free := a, a.free()
		if n := b.free(); n > free {
			into, free = b, n
		}
		if free == 0 {
			return false
		}
		into.ids[4-free], into.at[4-free] = [2]uint64{lo, hi}, uint32(i)
	}
	return true
}

func (b *bucket) free() (n int) {
	for _, id := range b.ids {
		if id == [2]uint64{} {
			n++
		}
	}
	return n
}

// where is an id as two words, and its buckets. The factors spread them: ids are random, but text.
func (t *table) where(pub publicID) (lo, hi uint64, a, b *bucket) {
	lo, hi = binary.LittleEndian.Uint64(pub[:8]), binary.LittleEndian.Uint64(pub[8:])
	mask := uint64(len(t.buckets) - 1)
	return lo, hi, &t.buckets[spread(lo, hi)&mask], &t.buckets[spread(hi, lo)&mask]
}

func spread(x, y uint64) uint64 {
	h, l := bits.Mul64(x^0x9e3779b97f4a7c15, y^0xbf58476d1ce4e5b9)
	return h ^ l
}

// find is the entry of an id, or another one that costs as much to read; known is then false.
func (t *table) find(pub publicID) (e *entry, known bool) {
	lo, hi, a, b := t.where(pub)
	var at, found uint32
	for _, in := range [2]*bucket{a, b} {
		for i := range in.ids {
			different := (in.ids[i][0] ^ lo) | (in.ids[i][1] ^ hi)
			same := uint32((different|-different)>>63) - 1 // all ones if there is no difference
			at |= in.at[i] & same
			found |= same
		}
	}
	stand, _ := bits.Mul64(spread(lo, hi), uint64(len(t.entries))) // any, but for an id always the same
	return &t.entries[at|uint32(stand)&^found], found != 0
}
