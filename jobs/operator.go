package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"riverqueue.com/riverui"
)

// Pages are the queue's own pages for operators: jobs with their state, tries and errors; retry, cancel, delete; pause a queue. They
// are River's program, so they look like it. Start must be called before they answer.
type Pages interface {
	http.Handler
	Start(ctx context.Context) error
}

// Pages makes them for a path, "/operator/jobs". A job's arguments are ids, and folded away all the same.
func (q *Queue) Pages(path string) (Pages, error) {
	p, err := q.client.pages(path, slog.New(quiet{q.log.Handler()}))
	if err != nil {
		return nil, fmt.Errorf("the job queue's pages: %w", err)
	}
	return p, nil
}

func (c *typed[T]) pages(path string, log *slog.Logger) (Pages, error) {
	return riverui.NewHandler(&riverui.HandlerOpts{Endpoints: riverui.NewEndpoints(c.Client, nil), JobListHideArgsByDefault: true, Logger: log, Prefix: path})
}
