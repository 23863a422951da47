package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
	"github.com/bodhi-gateway/bodhi/jobs"
)

type ping struct {
	Text string `json:"text"`
}

func (ping) Kind() string { return "ping" }

// patience is how long a test waits for something that should take a second.
const patience = 30 * time.Second

func receive[T any](t *testing.T, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s", what)
	}
	panic("unreachable")
}

// start runs a queue whose pings go to fn; stop ends it and waits.
func start(t *testing.T, d *db.DB, o jobs.Options, fn func(ctx context.Context, p ping) error) (q *jobs.Queue, stop func()) {
	t.Helper()
	o.Workers = jobs.NewWorkers()
	if err := jobs.Add(o.Workers, 0, fn); err != nil {
		t.Fatal(err)
	}
	q, err := jobs.New(d, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- q.Run(ctx) }()
	var once atomic.Bool
	stop = func() {
		if cancel(); once.CompareAndSwap(false, true) {
			if err := receive(t, done, "end of Run"); err != nil {
				t.Errorf("Run: %v", err)
			}
		}
	}
	t.Cleanup(stop)
	return q, stop
}

func TestJobsRunAfterCommitAndNeverAfterRollback(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ran := make(chan string, 10)
		q, _ := start(t, d, jobs.Options{}, func(_ context.Context, p ping) error { ran <- p.Text; return nil })
		boom := errors.New("boom")
		err := d.Do(t.Context(), func(ctx context.Context) error {
			return errors.Join(q.Enqueue(ctx, ping{"rolled back"}), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		err = d.Do(t.Context(), func(ctx context.Context) error {
			nested := d.Do(ctx, func(ctx context.Context) error { return errors.Join(q.Enqueue(ctx, ping{"nested"}), boom) })
			if !errors.Is(nested, boom) {
				t.Errorf("nested: got %v", nested)
			}
			return nil
		})
		if !errors.Is(err, boom) {
			t.Fatalf("a failed nested step must fail the whole, got %v", err)
		}
		if err := d.Do(t.Context(), func(ctx context.Context) error { return q.Enqueue(ctx, ping{"committed"}) }); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, ran, "job"); got != "committed" {
			t.Fatalf("ran %q", got)
		}
		// Jobs are fetched in the order they were made, so the others would have come first.
		if len(ran) > 0 {
			t.Fatalf("also ran %q", <-ran)
		}
	})
}

func TestEnqueueOutsideATransactionIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q, err := jobs.New(d, jobs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Enqueue(t.Context(), ping{}); !errors.Is(err, jobs.ErrOutside) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestAJobThatFailsRunsAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		attempts := make(chan int, 10)
		n := 0
		q, _ := start(t, d, jobs.Options{Parallel: 1}, func(context.Context, ping) error {
			n++
			attempts <- n
			if n == 1 {
				return errors.New("not yet")
			}
			return nil
		})
		if err := d.Do(t.Context(), func(ctx context.Context) error { return q.Enqueue(ctx, ping{}) }); err != nil {
			t.Fatal(err)
		}
		receive(t, attempts, "first attempt")
		receive(t, attempts, "second attempt")
	})
}

func TestStoppingWaitsForTheJobUnderWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		entered, release := make(chan struct{}), make(chan struct{})
		var finished atomic.Bool
		q, stop := start(t, d, jobs.Options{}, func(ctx context.Context, _ ping) error {
			close(entered)
			<-release
			if ctx.Err() == nil {
				finished.Store(true)
			}
			return ctx.Err()
		})
		if err := d.Do(t.Context(), func(ctx context.Context) error { return q.Enqueue(ctx, ping{}) }); err != nil {
			t.Fatal(err)
		}
		receive(t, entered, "job")
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		select {
		case <-stopped:
			t.Fatal("Run ended while a job was under way")
		case <-time.After(100 * time.Millisecond):
		}
		close(release)
		receive(t, stopped, "end")
		if !finished.Load() {
			t.Fatal("the job was cut off")
		}
	})
}

// A process that is killed leaves its job as one that runs. Until another node has it, no other tick of its row is made either.
func TestTheJobOfAProcessThatWasKilledIsSoonAnothers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		only, err := jobs.New(d, jobs.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Do(t.Context(), func(ctx context.Context) error { return only.Enqueue(ctx, ping{"left behind"}) }); err != nil {
			t.Fatal(err)
		}
		const leave = "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = "
		if e := d.Engine(); e.Postgres != nil {
			_, err = e.Postgres.Exec(t.Context(), leave+"now() - interval '12 minutes'")
		} else {
			_, err = e.SQLite.ExecContext(t.Context(), leave+"datetime('now', '-12 minutes')")
		}
		if err != nil {
			t.Fatal(err)
		}
		ran := make(chan string, 1)
		start(t, d, jobs.Options{}, func(_ context.Context, p ping) error { ran <- p.Text; return nil })
		if got := receive(t, ran, "job that was left behind"); got != "left behind" {
			t.Fatalf("ran %q", got)
		}
	})
}

func TestPeriodicWorkRunsOnOneOfTwoNodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		runs := make(chan string, 10)
		var stops []func()
		for _, node := range []string{"a", "b"} {
			_, stop := start(t, d, jobs.Options{Schedule: []jobs.Periodic{
				{Name: "tidy", Cron: "@yearly", AtStart: true, Run: func(context.Context) error { runs <- node; return nil }},
			}}, func(context.Context, ping) error { return nil })
			stops = append(stops, stop)
		}
		first := receive(t, runs, "periodic run")
		for _, stop := range stops {
			stop()
		}
		if len(runs) > 0 {
			t.Errorf("%s ran it, and %s too", first, <-runs)
		}
	})
}

func TestAScheduleThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	run := func(context.Context) error { return nil }
	for name, rows := range map[string][]jobs.Periodic{
		"bad cron":   {{Name: "x", Cron: "61 * * * *", Run: run}},
		"same names": {{Name: "x", Cron: "@daily", Run: run}, {Name: "x", Cron: "@hourly", Run: run}},
	} {
		if _, err := jobs.New(d, jobs.Options{Workers: jobs.NewWorkers(), Schedule: rows}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestTheProgramsScheduleCanBeRead(t *testing.T) {
	t.Parallel()
	run := func(context.Context) error { return nil }
	rows := jobs.Schedule(jobs.Chores{ExpireSessions: run, EnsureDays: run, RefreshPrices: run, Reconcile: run, ForgetReplays: run, PruneAudit: run, SweepMail: run, SweepFeedback: run, SweepTexts: run, EndErasures: run, SweepNotices: run, WarnOfKeys: run, SendEvents: run, WarnOfBudgets: run, LookAtSpend: run, CheckDomains: run, RefreshModels: run, ForgetFacts: run, SendReports: run, SyncBilling: run, KeepDays: run, Judge: run})
	if _, err := jobs.New(dbtest.SQLite(t), jobs.Options{Workers: jobs.NewWorkers(), Schedule: rows}); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Run == nil {
			t.Errorf("%s has no function", r.Name)
		}
	}
}
