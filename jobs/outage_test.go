package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/jobs"
)

func TestTheQueueSurvivesPostgresGoingAway(t *testing.T) {
	t.Parallel()
	c := pgtest.Start(t)
	d, err := db.Open(t.Context(), c.URL(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Stop()
	ran := make(chan string, 10)
	q, _ := start(t, d, jobs.Options{}, func(_ context.Context, p ping) error { ran <- p.Text; return nil })
	for _, text := range []string{"after a start without the server", "after an outage under way"} {
		c.Start()
		over := time.After(patience)
		for {
			err := d.Do(t.Context(), func(ctx context.Context) error { return q.Enqueue(ctx, ping{text}) })
			if err == nil {
				break
			}
			select {
			case <-over:
				t.Fatal(err)
			case <-time.After(20 * time.Millisecond):
			}
		}
		if got := receive(t, ran, "job"); got != text {
			t.Fatalf("ran %q, want %q", got, text)
		}
		c.Stop()
	}
	c.Start() // so that the queue can say goodbye
}
