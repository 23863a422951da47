package db

import (
	"encoding/binary"
	"fmt"
)

// readSheet is an encoded sheet, read in place: a column of words only when it is asked for.
type readSheet struct {
	rows   int
	blocks map[string][]byte
	sums   [counts]wide
}

// readColumn is a column of words: its values, packed, and each row's place among them.
type readColumn struct {
	values [][]byte
	places wide
}

// wide is a column of numbers of the same width in bytes.
type wide struct {
	width int
	data  []byte
}

func (w *wide) at(n int) uint64 {
	switch w.width {
	case 0:
		return 0
	case 1:
		return uint64(w.data[n])
	case 2:
		return uint64(binary.LittleEndian.Uint16(w.data[2*n:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(w.data[4*n:]))
	}
	return binary.LittleEndian.Uint64(w.data[8*n:])
}

// decodeSheet reads what encode wrote. Nothing is copied: the sheet lives in b.
func decodeSheet(b []byte) (*readSheet, error) {
	r := reader{b}
	if f := r.bytes(1); len(f) != 1 || f[0] != sheetFormat {
		return nil, errSheet
	}
	s := &readSheet{rows: r.number(), blocks: map[string][]byte{}}
	for range r.number() {
		name := string(r.bytes(r.number()))
		s.blocks[name] = r.bytes(r.number())
	}
	for i := range s.sums {
		w := r.bytes(1)
		if len(w) != 1 {
			return nil, errSheet
		}
		s.sums[i] = r.wide(int(w[0]), s.rows)
	}
	if r.b == nil || len(r.b) > 0 {
		return nil, errSheet
	}
	return s, nil
}

// column reads the named one.
func (s *readSheet) column(name string) (*readColumn, error) {
	block, ok := s.blocks[name]
	if !ok {
		return nil, fmt.Errorf("%w: no column %s", errSheet, name)
	}
	r := reader{block}
	n := r.number()
	c := &readColumn{values: make([][]byte, 0, min(n, len(block)))}
	for range n {
		if r.b == nil {
			return nil, errSheet
		}
		c.values = append(c.values, r.bytes(r.number()))
	}
	c.places = r.wide(widthOf(uint64(max(0, n-1))), s.rows)
	if r.b == nil || len(r.b) > 0 {
		return nil, errSheet
	}
	for i := range s.rows {
		if c.places.at(i) >= uint64(n) {
			return nil, errSheet
		}
	}
	return c, nil
}

// reader takes a sheet apart. What is too short leaves it nil, and then everything is empty.
type reader struct{ b []byte }

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.b = nil
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

// number is a count: of bytes, rows, values or columns. The bound keeps a torn sheet from asking for all memory.
func (r *reader) number() int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > 1<<26 {
		r.b = nil
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

func (r *reader) wide(width, rows int) wide {
	switch width {
	case 0, 1, 2, 4, 8:
	default:
		r.b = nil
	}
	data := r.bytes(width * rows)
	if r.b == nil {
		return wide{}
	}
	return wide{width, data}
}
