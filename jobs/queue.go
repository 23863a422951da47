// Package jobs is work for later, and work by the clock: River on either database, behind work.Queue (decision D24).
//
// A worker is a few lines that call a room; workers.go says how to add one, schedule.go lists what runs by the clock.
// A job is stored in the transaction that causes it, so it runs after that commits and never if it rolls back. It may
// run twice (a node can die after the work and before the tick), so every worker is idempotent; its arguments are ids,
// never content. River is imported here and nowhere else.
package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/bodhi-gateway/bodhi/app/work"
	"github.com/bodhi-gateway/bodhi/db"
)

// Options tune New. Workers may be nil in a process that only enqueues (bootstrap, demo).
type Options struct {
	Workers  *Workers
	Schedule []Periodic
	Log      *slog.Logger
	// Parallel is how many jobs this process works on at once; 0 means 16, or 4 on SQLite, where all share one writer.
	Parallel int
	// Grace is how long Run waits for jobs under way when it stops; 0 means 10 s.
	Grace time.Duration
}

// Queue implements work.Queue and works what it holds. Safe for concurrent use.
type Queue struct {
	client client
	works  bool
	log    *slog.Logger
}

var _ work.Queue = (*Queue)(nil)

// client hides River's type parameter, which is the database's kind of transaction.
type client interface {
	enqueue(ctx context.Context, job work.Args) error
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	pages(path string, log *slog.Logger) (Pages, error)
}

// ErrOutside is the answer to Enqueue outside work.Tx.Do.
var ErrOutside = errors.New("jobs: Enqueue outside a transaction: its cause might never be committed")

// New makes the queue of one process. It does not touch the database; Run does.
func New(d *db.DB, o Options) (*Queue, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{works: o.Workers != nil, log: o.Log}
	cfg, err := config(d, o)
	if err != nil {
		return nil, err
	}
	if e := d.Engine(); e.Postgres != nil {
		q.client, err = open(riverpgxv5.New(e.Postgres), cfg, d.PostgresTx)
	} else {
		q.client, err = open(riversqlite.New(e.SQLite), cfg, d.SQLiteTx)
	}
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return q, nil
}

// Enqueue implements work.Queue.
func (q *Queue) Enqueue(ctx context.Context, job work.Args) error { return q.client.enqueue(ctx, job) }

type typed[T any] struct {
	*river.Client[T]
	tx func(ctx context.Context) (T, bool)
}

var (
	_ client = (*typed[pgx.Tx])(nil)
	_ client = (*typed[*sql.Tx])(nil)
)

func open[T any](driver riverdriver.Driver[T], cfg *river.Config, tx func(ctx context.Context) (T, bool)) (client, error) {
	c, err := river.NewClient(driver, cfg)
	if err != nil {
		return nil, err
	}
	return &typed[T]{c, tx}, nil
}

func (c *typed[T]) enqueue(ctx context.Context, job work.Args) error {
	tx, ok := c.tx(ctx)
	if !ok {
		return ErrOutside
	}
	if _, err := c.InsertTx(ctx, tx, job, nil); err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind(), err)
	}
	return nil
}

// config is River's configuration. At rest it must cost next to nothing:
//
//   - PostgreSQL wakes us when a job arrives, so polling is only the safety net, every 5 s.
//   - SQLite has nothing to wake us. River's own emulation reads a table every 50 ms, which is 1-2 % of a core for
//     ever; PollOnly turns that off, and a job waits at most a second instead.
//   - River's reindexer is off: it needs to own the tables, and the program does not (db/owner.go).
//
// A job of a process that was killed is another's as soon as no living one can be at it still. River would wait an hour, in which
// the chore behind a tick stands still everywhere, and a letter's link may be dead before it leaves.
func config(d *db.DB, o Options) (*river.Config, error) {
	cfg := &river.Config{
		Logger:            slog.New(quiet{o.Log.Handler()}),
		JobTimeout:        time.Minute,
		MaxAttempts:       12, // spread by River's fourth-power backoff over a good half day
		SoftStopTimeout:   cmp.Or(o.Grace, 10*time.Second),
		FetchPollInterval: 5 * time.Second,
		ReindexerSchedule: river.NeverSchedule(),

		RescueStuckJobsAfter: longest + time.Minute,
	}
	parallel := 16
	if !d.Postgres() {
		cfg.PollOnly, cfg.FetchPollInterval, parallel = true, time.Second, 4
	}
	if o.Workers == nil {
		return cfg, nil
	}
	cfg.ErrorHandler = failures{o.Log}
	cfg.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: cmp.Or(o.Parallel, parallel)}}
	cfg.Workers = o.Workers.river
	periodic, err := timetable(o.Schedule, o.Workers)
	cfg.PeriodicJobs = periodic
	return cfg, err
}
