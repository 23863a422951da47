package batch

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Errors of stores.
var (
	ErrNotFound = errors.New("batch: not found")
	// ErrLost is the answer to a node that writes to a batch which another one has by now.
	ErrLost = errors.New("batch: another node has this batch")
)

// Query says which batches.
type Query struct {
	Key    id.Key // zero: of all keys
	Family Family // "": of both
	After  id.Batch
	Before id.Batch
	Open   bool // those that are not over
	Limit  int
}

// SealedItem is an item as it is kept: Line is empty, Sealed holds it, nil for none, and Size its bytes.
type SealedItem struct {
	Item
	Sealed []byte
	Size   int64
}

// PageBytes bounds results that are read at once, but for one that is longer by itself: each may be as long as an answer may be.
const PageBytes = 32 << 20

// Store keeps files, batches and their lines. Every method but Alone, Claim, Rivals and Sweep is bound to one organization. *db.BatchStore
// implements it.
type Store interface {
	Timetable
	// Lock makes changes of one organization's batches follow each other, where they are counted before they are made.
	Lock(ctx context.Context, o id.Org) error

	InsertFile(ctx context.Context, f File) error
	// FinishFile makes an uploaded file ready.
	FinishFile(ctx context.Context, o id.Org, f id.File, size int64, expires time.Time) error
	File(ctx context.Context, o id.Org, f id.File) (File, error)
	// Files are a key's that are ready, newest first.
	Files(ctx context.Context, o id.Org, key id.Key) ([]File, error)
	// DeleteFile takes its parts along.
	DeleteFile(ctx context.Context, o id.Org, f id.File) error
	// Stored is how many bytes an organization's files have.
	Stored(ctx context.Context, o id.Org) (int64, error)
	// Reads reports whether an unfinished batch has the file as its input.
	Reads(ctx context.Context, o id.Org, f id.File) (bool, error)
	InsertPart(ctx context.Context, o id.Org, f id.File, number int, sealed []byte) error
	Part(ctx context.Context, o id.Org, f id.File, number int) ([]byte, error)

	InsertBatch(ctx context.Context, b Batch) error
	Batch(ctx context.Context, o id.Org, b id.Batch) (Batch, error)
	// Batches are newest first.
	Batches(ctx context.Context, o id.Org, q Query) ([]Batch, error)
	// Tallies are Tally of several; a batch without lines has none.
	Tallies(ctx context.Context, o id.Org, of []id.Batch) (map[id.Batch]Tally, error)
	// Unfinished counts.
	Unfinished(ctx context.Context, o id.Org) (int, error)
	// Move puts a batch from one of some states into another; false if it is in none of them.
	Move(ctx context.Context, o id.Org, b id.Batch, from []State, to State, why string, at time.Time) (bool, error)
	// SetBody changes what a batch was asked for.
	SetBody(ctx context.Context, o id.Org, b id.Batch, body Body) error
	// DeleteBatch takes its lines and its files of results along.
	DeleteBatch(ctx context.Context, o id.Org, b id.Batch) error
	Tally(ctx context.Context, o id.Org, b id.Batch) (Tally, error)
	// Lines are results behind a number: those that were answered, or the others with bad, or both with all. They are fewer than limit
	// where they would be more than PageBytes together; none is the end.
	Lines(ctx context.Context, o id.Org, b id.Batch, which Which, after, limit int) ([]SealedItem, error)

	// Claim gives a batch that nobody has to the node with this token until a moment; false for none. It prefers organizations that are
	// not among busy, then the one that was longest without a turn, then the batch's priority. A paused one it gives where its time is over
	// (it goes on, to its end) or where loads of it are at providers (it stays paused).
	Claim(ctx context.Context, token string, busy []id.Org, now, until time.Time) (Batch, bool, error)
	// Alone gives free what a process had that ended, where there can be no other one: with SQLite. Elsewhere leases run out.
	Alone(ctx context.Context, now time.Time) error
	// Rivals reports whether a batch of an organization that is not among busy waits for a node.
	Rivals(ctx context.Context, busy []id.Org, now time.Time) (bool, error)
	// Hold says that the node still has it, and tells the batch's state; ErrLost where another one has.
	Hold(ctx context.Context, o id.Org, b id.Batch, token string, until time.Time) (State, error)
	// Defer lets go of it until a moment, when its hours begin again.
	Defer(ctx context.Context, o id.Org, b id.Batch, token string, now, until time.Time) error
	// Release lets another node have it at once.
	Release(ctx context.Context, o id.Org, b id.Batch, token string, now time.Time) error
	// Clear deletes the lines that a node left behind which was reading them; Index adds some. Both are ErrLost without the lease.
	Clear(ctx context.Context, o id.Org, b id.Batch, token string) error
	Index(ctx context.Context, o id.Org, b id.Batch, token string, items []Item) error
	// Begin makes a batch run whose lines were read. It leaves one alone that is in another state by now.
	Begin(ctx context.Context, o id.Org, b id.Batch, token string, total int, at time.Time) error
	// End ends a batch, with its files of results and what was wrong with it, unless it is over; ErrLost without the lease.
	End(ctx context.Context, b Batch, token string, results []File) error
	// Open are lines behind a number that are not at their end.
	Open(ctx context.Context, o id.Org, b id.Batch, after, limit int) ([]Item, error)
	// Put writes lines down, in one transaction; ErrLost where another node has the batch.
	Put(ctx context.Context, o id.Org, b id.Batch, token string, items []SealedItem) error

	// Sweep deletes files whose time is over, uploads that never ended, and batches that ended before a moment, of everybody; at most
	// some of each.
	Sweep(ctx context.Context, now, stray, ended time.Time) error
}

// Timetable keeps schedules, their runs and off-peak hours. Every method but Due and SweepRuns is bound to one organization. *db.BatchStore
// implements it.
type Timetable interface {
	// Hours are an organization's off-peak hours; kept says that it chose them, else they are UsualHours in its own zone.
	Hours(ctx context.Context, o id.Org) (h Hours, kept bool, err error)
	SetHours(ctx context.Context, o id.Org, h Hours) error
	// OffPeak are batches for off-peak hours that are not over. Wake has one that no node has begin at a moment, Extend lets it have until
	// another.
	OffPeak(ctx context.Context, o id.Org) ([]Batch, error)
	Extend(ctx context.Context, o id.Org, b id.Batch, until time.Time) error
	Wake(ctx context.Context, o id.Org, b id.Batch, at time.Time) error

	InsertSchedule(ctx context.Context, s Schedule) error
	// UpdateSchedule changes all but whose it is and what it ran; ErrNotFound where there is none.
	UpdateSchedule(ctx context.Context, s Schedule) error
	DeleteSchedule(ctx context.Context, o id.Org, which id.Schedule) error
	Schedule(ctx context.Context, o id.Org, which id.Schedule) (Schedule, error)
	// Schedules are all of them, by name.
	Schedules(ctx context.Context, o id.Org) ([]Schedule, error)
	// Due are schedules of everybody that are not paused and whose next time has come.
	Due(ctx context.Context, now time.Time, limit int) ([]Schedule, error)
	// Advance claims the times of a schedule until its next one: true for one node of all that try.
	Advance(ctx context.Context, s Schedule, next, last time.Time) (bool, error)
	// AddRuns writes down what became of times; one that stands there already is left alone.
	AddRuns(ctx context.Context, o id.Org, runs []Run) error
	// Runs are newest first.
	Runs(ctx context.Context, o id.Org, which id.Schedule, limit int) ([]Run, error)
	// SweepRuns deletes those that are older than a moment, of everybody.
	SweepRuns(ctx context.Context, before time.Time) error
}

// Which lines.
type Which uint8

// The answers to that.
const (
	All Which = iota
	Good
	Bad
)
