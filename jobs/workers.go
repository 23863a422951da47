package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"github.com/bodhi-gateway/bodhi/app/work"
)

// Workers says who does which job. A room's workers are added in the file named after the room:
//
//	func Budget(w *Workers, s *budget.Service) error {
//		return Add(w, 0, func(ctx context.Context, j budget.Warn) error { return s.Warn(ctx, j.Org, j.Budget) })
//	}
type Workers struct{ river *river.Workers }

// NewWorkers is an empty registry.
func NewWorkers() *Workers { return &Workers{river.NewWorkers()} }

// Add registers fn for jobs of kind A; a kind is registered once. timeout bounds one run, 0 means a minute. fn must be
// idempotent and give up when ctx ends; an error makes it run again later.
func Add[A work.Args](w *Workers, timeout time.Duration, fn func(ctx context.Context, job A) error) error {
	return AddLast(w, timeout, func(ctx context.Context, job A, _ bool) error { return fn(ctx, job) })
}

// AddLast is Add for work that has to say so when it is given up: last is whether no try follows this one unasked. One that an
// operator asks for on the console is a last one too.
func AddLast[A work.Args](w *Workers, timeout time.Duration, fn func(ctx context.Context, job A, last bool) error) error {
	return river.AddWorkerSafely(w.river, &worker[A]{timeout: timeout, fn: fn})
}

type worker[A work.Args] struct {
	river.WorkerDefaults[A]
	timeout time.Duration
	fn      func(ctx context.Context, job A, last bool) error
}

// Timeout bounds one run.
func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.timeout }

// Work runs one job.
func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	return w.fn(ctx, job.Args, job.Attempt >= job.MaxAttempts)
}
