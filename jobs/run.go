package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Run works jobs until ctx ends, then lets those under way finish within the grace period. While the database cannot
// be reached it keeps trying, so a node may start without it. It returns nil after a clean stop.
func (q *Queue) Run(ctx context.Context) error {
	if !q.works {
		return errors.New("jobs: this queue was made without workers")
	}
	// River gets a context that outlives ctx: it would otherwise stop at once, and Stop below waits properly.
	steady := context.WithoutCancel(ctx)
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := q.client.Start(steady)
		if err == nil {
			break
		}
		q.log.WarnContext(ctx, "job queue cannot start yet", "error", err, "retry_in", wait)
		if !sleep(ctx, wait) {
			return nil
		}
	}
	<-ctx.Done()
	if err := q.client.Stop(steady); err != nil {
		return fmt.Errorf("stop the job queue: %w", err)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// failures logs what went wrong in a job: a warning while it will be tried again, an error when a human must act. Its
// arguments stay out of the log.
type failures struct{ log *slog.Logger }

var _ river.ErrorHandler = failures{}

// HandleError logs an error a worker returned.
func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level := slog.LevelWarn
	if job.Attempt >= job.MaxAttempts {
		level = slog.LevelError
	}
	f.log.Log(ctx, level, "job failed", "job", job.Kind, "job_id", job.ID, "attempt", job.Attempt, "of", job.MaxAttempts, "error", err)
	return nil
}

// HandlePanic logs a worker's panic, which is always a bug.
func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "job panicked", "job", job.Kind, "job_id", job.ID, "attempt", job.Attempt, "panic", value, "stack", trace)
	return nil
}

// quiet keeps River's own chatter out of the log. What River calls an error it tries again by itself, so it is a warning
// here; a job that failed for good is reported by failures.
type quiet struct{ slog.Handler }

// Handle passes a record on, as a warning at most.
func (h quiet) Handle(ctx context.Context, r slog.Record) error {
	r.Level = min(r.Level, slog.LevelWarn)
	return h.Handler.Handle(ctx, r)
}

// Enabled lets warnings and worse pass.
func (h quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the handler quiet.
func (h quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{h.Handler.WithAttrs(a)} }

// WithGroup keeps the handler quiet.
func (h quiet) WithGroup(name string) slog.Handler { return quiet{h.Handler.WithGroup(name)} }
