package db

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/google/uuid"
)

// sheet is a table of sums under way: some columns of words, and what every combination of them counts.
type sheet struct {
	columns []sheetColumn
	rows    map[string]int // by the row's places in its columns, four bytes each
	places  [][]uint32
	sums    [][counts]int64
}

// counts is how many sums a row has: those of counted, in its order.
const counts = 8

// sheetColumn is a column and the different values that it has.
type sheetColumn struct {
	name   string
	at     map[string]uint32
	values []string
}

func newSheet(columns ...string) *sheet {
	s := &sheet{rows: map[string]int{}}
	for _, c := range columns {
		s.columns = append(s.columns, sheetColumn{name: c, at: map[string]uint32{}})
	}
	return s
}

// add adds to the row of these values, one for each column.
func (s *sheet) add(values []string, sums *[counts]int64) {
	places := make([]uint32, len(s.columns))
	key := make([]byte, 0, 64)
	for i := range s.columns {
		c := &s.columns[i]
		at, ok := c.at[values[i]]
		if !ok {
			at = uint32(len(c.values))
			c.at[values[i]] = at
			c.values = append(c.values, values[i])
		}
		places[i] = at
		key = binary.LittleEndian.AppendUint32(key, at)
	}
	n, ok := s.rows[string(key)]
	if !ok {
		n = len(s.sums)
		s.rows[string(key)] = n
		s.places = append(s.places, places)
		s.sums = append(s.sums, [counts]int64{})
	}
	for i, v := range sums {
		s.sums[n][i] += v
	}
}

// by adds the sheet up for some of its columns.
func (s *sheet) by(columns ...string) *sheet {
	out := newSheet(columns...)
	from := make([]int, len(columns))
	for i, name := range columns {
		for j := range s.columns {
			if s.columns[j].name == name {
				from[i] = j
			}
		}
	}
	values := make([]string, len(columns))
	for n := range s.sums {
		for i, j := range from {
			values[i] = s.columns[j].values[s.places[n][j]]
		}
		out.add(values, &s.sums[n])
	}
	return out
}

// sheetFormat is the first byte of every sheet.
const sheetFormat = 1

// encode writes the sheet down column by column: the values that there are, then each row's place among them, then the sums;
// every column's numbers as wide as its largest, so that a reader finds any row's without reading the others. A column that
// has one value takes no room for rows.
func (s *sheet) encode() []byte {
	out := []byte{sheetFormat}
	out = binary.AppendUvarint(out, uint64(len(s.sums)))
	out = binary.AppendUvarint(out, uint64(len(s.columns)))
	for i := range s.columns {
		c := &s.columns[i]
		block := binary.AppendUvarint(nil, uint64(len(c.values)))
		for _, v := range c.values {
			block = appendText(block, packed(c.name, v))
		}
		w := widthOf(uint64(max(0, len(c.values)-1)))
		for n := range s.places {
			block = appendWide(block, w, uint64(s.places[n][i]))
		}
		out = appendText(out, c.name)
		out = appendText(out, block)
	}
	for i := range counts {
		var all uint64
		for n := range s.sums {
			all |= uint64(s.sums[n][i])
		}
		w := widthOf(all)
		out = append(out, byte(w))
		for n := range s.sums {
			out = appendWide(out, w, uint64(s.sums[n][i]))
		}
	}
	return out
}

func appendText[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// widthOf is how many bytes a column of numbers takes each whose bits together are v.
func widthOf(v uint64) int {
	switch {
	case v == 0:
		return 0
	case v < 1<<8:
		return 1
	case v < 1<<16:
		return 2
	case v < 1<<32:
		return 4
	}
	return 8
}

func appendWide(b []byte, width int, v uint64) []byte {
	switch width {
	case 0:
		return b
	case 1:
		return append(b, byte(v))
	case 2:
		return binary.LittleEndian.AppendUint16(b, uint16(v))
	case 4:
		return binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return binary.LittleEndian.AppendUint64(b, v)
}

// packed is a value as sheets hold it: uuids, which are most of them, in their 16 bytes.
func packed(column, value string) string {
	if !strings.HasSuffix(column, "_id") {
		return value
	}
	u, err := uuid.Parse(value)
	if err != nil {
		return value
	}
	return string(u[:])
}

// unpacked is what packed was made of.
func unpacked(column string, b []byte) string {
	if strings.HasSuffix(column, "_id") && len(b) == len(uuid.UUID{}) {
		return uuid.UUID(b).String()
	}
	return string(b)
}

var errSheet = errors.New("db: a sheet of sums cannot be read")
