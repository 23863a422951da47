package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Waited is how long fn takes on a PostgreSQL database, and how long at most somebody else waited meanwhile for the newest
// request and for what posting does to the sums.
func Waited(t testing.TB, rawURL string, o id.Org, fn func() error) (took, most time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan time.Duration)
	go func() { over <- longest(ctx, t, rawURL, o) }()
	start := clock.System{}.Now()
	err := fn()
	took = clock.Since(start)
	cancel()
	most = <-over
	if err != nil {
		t.Fatalf("after %s: %v", took, err)
	}
	return took.Round(time.Millisecond), most.Round(time.Millisecond)
}

// longest is the longest of many looks at the newest request, each with a step of the sums' marks, until ctx ends.
func longest(ctx context.Context, t testing.TB, rawURL string, o id.Org) (most time.Duration) {
	all := context.WithoutCancel(ctx)
	c, err := pgx.Connect(all, rawURL)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer func() { _ = c.Close(all) }()
	every := time.NewTicker(5 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return most
		case <-every.C:
		}
		start := clock.System{}.Now()
		for _, q := range []string{
			"SELECT id FROM requests WHERE org_id = $1 ORDER BY at DESC LIMIT 1",
			"INSERT INTO usage_marks (org_id, hour, version) VALUES ($1, date_trunc('hour', now()), 1) ON CONFLICT (org_id, hour) DO UPDATE SET version = usage_marks.version + 1",
		} {
			if _, err := c.Exec(all, q, o); err != nil {
				t.Errorf("%s: %v", q, err)
			}
		}
		most = max(most, clock.Since(start))
	}
}
