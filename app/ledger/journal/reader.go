package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// Reader reads records in order, also while they are being written. Not safe for concurrent use.
type Reader struct {
	j    *Journal
	at   Position
	file *os.File
	in   *bufio.Reader
	sure *within
	size int64 // of file, once it is no longer written to; 0 before that is known
	buf  []byte

	words vocabulary
	room  room
}

// CorruptError says that a segment holds bytes in its middle that are not records. The reader goes on with the next
// segment; what the rest of this one said is lost to it, so the caller must not treat its leases as free.
type CorruptError struct {
	At    Position
	Cause error
}

// Error implements error.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("journal: segment %d is damaged at offset %d: %v", e.At.Segment, e.At.Offset, e.Cause)
}

// Unwrap gives the cause.
func (e *CorruptError) Unwrap() error { return e.Cause }

// ReadFrom makes a reader that begins at p. A place whose segment is gone begins at the next one that is there.
func (j *Journal) ReadFrom(p Position) *Reader { return &Reader{j: j, at: p, words: vocabulary{}} }

// At is the place behind the last record read.
func (r *Reader) At() Position { return r.at }

// Close lets the file go.
func (r *Reader) Close() {
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}

// Next reads one record. io.EOF means that there is no more yet: a later call may find some. A settlement or a request is
// the caller's until the next call, an attempt for as long as it likes.
func (r *Reader) Next() (Record, error) {
	for {
		end := r.j.End()
		if !r.at.Before(end) {
			return Record{}, io.EOF
		}
		if r.file == nil {
			if err := r.open(end); err != nil {
				return Record{}, err
			}
			continue // the segment may be a later one than asked for
		}
		limit, err := r.limit(end)
		if err != nil {
			return Record{}, err
		}
		r.sure.until = limit
		if r.at.Offset < limit {
			rec, err := r.read(limit)
			if err == nil || !errors.Is(err, errTorn) {
				return rec, err
			}
			if r.at.Segment == end.Segment {
				return r.damaged(err) // whole records only are read there, so this one was whole once
			}
			// What a crash cut short is the end of its segment.
		}
		if r.at.Segment == end.Segment {
			return Record{}, io.EOF
		}
		r.skip()
	}
}

// limit is how far the open segment can be read. A file is measured only after its writer went on to the next one.
func (r *Reader) limit(end Position) (int64, error) {
	if r.at.Segment == end.Segment {
		return end.Offset, nil
	}
	if r.size == 0 {
		info, err := r.file.Stat()
		if err != nil {
			return 0, fmt.Errorf("journal: %w", err)
		}
		r.size = info.Size()
	}
	return r.size, nil
}

// errTorn marks a record that a crash cut short: it is the last of its segment and was never acted upon.
var errTorn = errors.New("torn record")

func (r *Reader) read(limit int64) (Record, error) {
	var header [headerBytes]byte
	left := limit - r.at.Offset
	if left < headerBytes {
		return Record{}, errTorn
	}
	if _, err := io.ReadFull(r.in, header[:]); err != nil {
		return Record{}, fmt.Errorf("journal: read: %w", err)
	}
	n := int64(binary.LittleEndian.Uint32(header[:]))
	sum := binary.LittleEndian.Uint32(header[4:])
	if n == 0 || n > MaxRecord {
		return r.unlessTorn(errLayout)
	}
	if n > left-headerBytes {
		return Record{}, errTorn
	}
	if int64(cap(r.buf)) < n {
		r.buf = make([]byte, n)
	}
	body := r.buf[:n]
	if _, err := io.ReadFull(r.in, body); err != nil {
		return Record{}, fmt.Errorf("journal: read: %w", err)
	}
	if crc32.Checksum(body, castagnoli) != sum {
		if n == left-headerBytes {
			return Record{}, errTorn
		}
		return r.unlessTorn(errors.New("checksum does not match"))
	}
	rec, err := decode(body, r.words, &r.room)
	if err != nil {
		return r.damaged(err)
	}
	r.at.Offset += headerBytes + n
	return rec, nil
}

// unlessTorn reports damage, unless nothing but zeros follows in the segment: those are what a power cut leaves behind
// the last bytes that reached the disk.
func (r *Reader) unlessTorn(cause error) (Record, error) {
	if r.size == 0 { // still being written
		return r.damaged(cause)
	}
	for {
		b, err := r.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return Record{}, errTorn
		}
		if err != nil {
			return Record{}, fmt.Errorf("journal: read: %w", err)
		}
		if b != 0 {
			return r.damaged(cause)
		}
	}
}

func (r *Reader) damaged(cause error) (Record, error) {
	e := &CorruptError{At: r.at, Cause: cause}
	r.skip()
	return Record{}, e
}

// skip goes to the beginning of the next segment.
func (r *Reader) skip() {
	r.Close()
	r.at = Position{Segment: r.at.Segment + 1}
}

// open finds the segment at r.at, or the next one that is still there.
func (r *Reader) open(end Position) error {
	file, err := os.Open(segmentPath(r.j.dir, r.at.Segment))
	if errors.Is(err, os.ErrNotExist) && r.at.Segment < end.Segment {
		r.at = Position{Segment: r.at.Segment + 1}
		return nil
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if _, err := file.Seek(r.at.Offset, io.SeekStart); err != nil {
		file.Close()
		return fmt.Errorf("journal: %w", err)
	}
	r.file, r.size = file, 0
	r.sure = &within{file: file, at: r.at.Offset}
	r.in = bufio.NewReaderSize(r.sure, 64<<10)
	return nil
}

// within reads a segment no further than its writer got. What lies behind may be an append that a full disk cut short: it is taken
// back, other bytes come there, and who had read ahead would take the old ones for them.
type within struct {
	file      *os.File
	at, until int64
}

// Read implements io.Reader.
func (w *within) Read(p []byte) (int, error) {
	if w.at >= w.until {
		return 0, io.EOF
	}
	n, err := w.file.Read(p[:min(int64(len(p)), w.until-w.at)])
	w.at += int64(n)
	return n, err
}
