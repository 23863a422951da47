package id

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Source makes ids from an injected clock and randomness (decision D20), so tests can repeat them. Safe for
// concurrent use. Ids of one Source are strictly ascending within a millisecond as well.
type Source struct {
	now  func() time.Time
	rand io.Reader

	mu   sync.Mutex
	last int64  // milliseconds
	seq  uint16 // 12 bits, counts within last
	buf  [512]byte
	used int
}

// NewSource makes a Source. now is a clock's Now; random is crypto/rand.Reader outside tests (nil means that).
func NewSource(now func() time.Time, random io.Reader) *Source {
	if random == nil {
		random = rand.Reader
	}
	return &Source{now: now, rand: random, used: 512}
}

// New makes a fresh id. It panics only if the system has no randomness, as nothing can be made safely then.
func New[T Entity](s *Source) ID[T] {
	return ID[T]{u: s.next()}
}

func (s *Source) next() uuid.UUID {
	ms := s.now().UnixMilli()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+8 > len(s.buf) {
		if _, err := io.ReadFull(s.rand, s.buf[:]); err != nil {
			panic("id: no randomness: " + err.Error())
		}
		s.used = 0
	}
	if ms <= s.last {
		ms = s.last
		s.seq++
		if s.seq > 0xfff {
			ms, s.seq = ms+1, 0
		}
	} else {
		s.seq = 0
	}
	s.last = ms
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(ms)<<16|0x7000|uint64(s.seq))
	copy(u[8:], s.buf[s.used:s.used+8])
	s.used += 8
	u[8] = u[8]&0x3f | 0x80
	return u
}

// Time is when the id was made, to the millisecond, from the id itself.
func (i ID[T]) Time() time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(i.u[:8]) >> 16)).UTC()
}
