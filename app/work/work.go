// Package work names the two things a room needs from the machinery without knowing it: a transaction and a job
// queue. db implements Tx over GORM, jobs implements Queue over River; a job enqueued inside a transaction runs
// after commit and never after rollback.
package work

import "context"

// Tx runs fn in a transaction carried by the context fn receives: stores called with that context join it, and an
// audit entry, a domain change and a job commit together or not at all. A nested Do joins the outer transaction
// (an error inside rolls back the whole). Network calls never belong inside.
type Tx interface {
	Do(ctx context.Context, fn func(ctx context.Context) error) error
}

// Args are a job's arguments: ids, never content or secrets. The JSON form is what the queue stores.
type Args interface {
	// Kind names the job; it is stored with waiting jobs, so it never changes.
	Kind() string
}

// Queue takes work for later. Called with a context from Tx.Do the job joins that transaction; without one it is
// refused, because a job whose cause may not exist is worse than none.
type Queue interface {
	Enqueue(ctx context.Context, job Args) error
}
