// Package journal is a node's own memory of money: an append-only file of attempts, settlements and requests, written
// before the step that each describes, so that whatever dies next, nothing that was sent to a provider is forgotten.
//
// A record is one write(2): it outlives the process at once, and the machine within SyncEvery. Segments are kept for a
// day after the database confirmed them, in case the database itself goes back in time (failover, restore).
package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Position is a place between two records.
type Position struct {
	Segment uint64 `json:"segment"`
	Offset  int64  `json:"offset"`
}

// Before reports whether p lies before o.
func (p Position) Before(o Position) bool {
	return p.Segment < o.Segment || p.Segment == o.Segment && p.Offset < o.Offset
}

// Options tune a journal; the zero value of each field means its default.
type Options struct {
	SegmentBytes int64         // a new file is begun past this size; 64 MiB
	SyncEvery    time.Duration // how much a power cut may take; 100 ms
	KeepFor      time.Duration // how long segments stay once they are confirmed; 24 h
	Clock        clock.Clock
	IDs          *id.Source // names the node of a new directory
	Log          *slog.Logger
}

// Journal is an open journal. Safe for concurrent use; its directory is locked against other processes.
type Journal struct {
	dir  string
	o    Options
	node id.Node
	lock *os.File

	mu      sync.Mutex
	file    *os.File
	segment uint64
	written int64 // bytes of whole records in file
	dirty   bool
	torn    bool // file ends in bytes that could not be taken back
	closed  bool

	forgotten time.Time // Forget was last told this
	forget    uint64    // segments up to this one go as soon as they are in the books
	due       []erased  // what Forget was told and Trim has not done yet
	clean     time.Time // what was written until then is in the books and gone, as Forget was told

	confirmed map[uint64]time.Time // when Trim first heard that a segment is in the books, in this process or one before; only Trim touches it

	boot    Position
	wrote   chan struct{} // something is to be brought to the disk
	stop    chan struct{}
	stopped chan struct{}
}

// A frame is length, checksum, record. The length counts the record only.
const (
	headerBytes = 8
	// MaxRecord bounds a record, so that a torn length cannot make a reader allocate the machine away.
	MaxRecord = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrClosed says that the journal was closed.
var ErrClosed = errors.New("journal: closed")

// ErrTooLong says that a record is longer than MaxRecord.
var ErrTooLong = errors.New("journal: record too long")

// Open locks dir and begins a new segment in it, behind those that are there. It never appends to an old one: that may
// end in a record which a crash cut short. A directory in use is ErrLocked.
func Open(dir string, o Options) (*Journal, error) {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 64 << 20
	}
	if o.SyncEvery == 0 {
		o.SyncEvery = 100 * time.Millisecond
	}
	if o.KeepFor == 0 {
		o.KeepFor = 24 * time.Hour
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.IDs == nil {
		o.IDs = id.NewSource(o.Clock.Now, nil)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := &Journal{dir: dir, o: o, wrote: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}
	var err error
	if j.lock, err = lock(dir); err != nil {
		return nil, err
	}
	if err := j.begin(); err != nil {
		j.lock.Close()
		return nil, err
	}
	j.boot = Position{Segment: j.segment}
	go j.syncer()
	return j, nil
}

func (j *Journal) begin() error {
	segments, err := list(j.dir)
	if err != nil {
		return err
	}
	if n := len(segments); n > 0 {
		j.segment = segments[n-1]
	}
	if j.node, err = nodeID(j.dir, j.o.IDs); err != nil {
		return err
	}
	return j.roll()
}

// Node is whose journal this is.
func (j *Journal) Node() id.Node { return j.node }

// Append writes one record and returns the place behind it. When it returns nil the record outlives the process. An
// error means that it is not in the journal, and that the step it describes must not be taken.
func (j *Journal) Append(r Record) (Position, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	frame, err := encode(append((*buf)[:0], make([]byte, headerBytes)...), r)
	*buf = frame
	if err != nil {
		return Position{}, err
	}
	body := frame[headerBytes:]
	if len(body) > MaxRecord {
		return Position{}, ErrTooLong
	}
	binary.LittleEndian.PutUint32(frame, uint32(len(body)))
	binary.LittleEndian.PutUint32(frame[4:], crc32.Checksum(body, castagnoli))

	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return Position{}, ErrClosed
	}
	if j.torn || j.written >= j.o.SegmentBytes {
		if err := j.roll(); err != nil {
			return Position{}, err
		}
	}
	if _, err := j.file.Write(frame); err != nil {
		// Disk full, most likely. Take back what part of the frame got in; if even that fails, leave the segment.
		j.torn = j.file.Truncate(j.written) != nil
		return Position{}, fmt.Errorf("journal: append: %w", err)
	}
	j.written += int64(len(frame))
	if !j.dirty {
		j.dirty = true
		select {
		case j.wrote <- struct{}{}:
		default:
		}
	}
	return Position{j.segment, j.written}, nil
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// End is the place behind the last record.
func (j *Journal) End() Position {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Position{j.segment, j.written}
}

// Boot is where this process began to write: everything before it is an earlier process's.
func (j *Journal) Boot() Position { return j.boot }

// Start is the oldest place there is.
func (j *Journal) Start() (Position, error) {
	segments, err := list(j.dir)
	if err != nil || len(segments) == 0 {
		return j.boot, err
	}
	return Position{Segment: segments[0]}, nil
}

// Close syncs and closes the journal and unlocks the directory. Later appends are refused.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.mu.Unlock()
	close(j.stop)
	<-j.stopped
	return errors.Join(j.file.Sync(), j.file.Close(), j.lock.Close())
}
