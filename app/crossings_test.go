package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
	"github.com/bodhi-gateway/bodhi/jobs"
)

// tally keeps letters.
type tally struct {
	mu      sync.Mutex
	letters []mail.Message
}

// Carry implements mail.Carrier.
func (c *tally) Carry(_ context.Context, m mail.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.letters = append(c.letters, m)
	return nil
}

// sent are the letters so far.
func (c *tally) sent() []mail.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.letters)
}

// works does the jobs that tell people, without a schedule, until done is called.
func (a *App) works(t *testing.T) (letters *tally, done func()) {
	t.Helper()
	letters = &tally{}
	workers := jobs.NewWorkers()
	must(t, errors.Join(jobs.Budget(workers, a.tellOfBudgets), jobs.Notify(workers, a.eventCourier(letters, a.asking.Writers()))))
	queue, err := jobs.New(a.db, jobs.Options{Workers: workers, Log: a.log})
	must(t, err)
	working, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- queue.Run(working) }()
	return letters, func() {
		stop()
		must(t, <-ended)
	}
}

// until looks again until it is so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for end := time.After(5 * time.Minute); !so(); {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// TestFiveHundredBudgetsThatCrossAtOnceAreAllToldOfOnce has ten nodes post at once what takes fifty budgets each past their
// threshold. Posting itself tells nobody; a first run of the telling is cut off, and the queue does the rest.
func TestFiveHundredBudgetsThatCrossAtOnceAreAllToldOfOnce(t *testing.T) {
	t.Parallel()
	const nodes, each = 10, 50
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, h, _ := furnished(t, at(t))
			x := h.Found(t, "Gamma")
			ctx, now := t.Context(), a.clock.Now()
			var all [nodes][]budget.Entry
			must(t, a.db.Do(ctx, func(ctx context.Context) error {
				for i := range nodes * each {
					e, err := a.budgets(nil).Create(ctx, x.Actor(org.Admin), budget.Input{Scope: org.OfTeam(x.Org.ID, x.Team), Name: fmt.Sprint("project ", i), Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Soft, Thresholds: []int{90}})
					if err != nil {
						return err
					}
					all[i%nodes] = append(all[i%nodes], e)
				}
				return nil
			}))
			must(t, a.ledgerStore.EnsureDays(ctx, now, now))
			var posting sync.WaitGroup
			var failed [nodes]error
			for i := range nodes {
				posting.Go(func() {
					b := &books{a: a, node: id.NewNode(a.ids)}
					failed[i] = b.post(ctx, x, x.Team, money.Dollar, now, all[i]...)
				})
			}
			posting.Wait()
			must(t, errors.Join(failed[:]...))
			if got, _, err := a.inbox.List(ctx, x.Actor(org.Manager), notify.Query{}); len(got) > 0 || err != nil {
				t.Fatalf("posting told people by itself: %d, %v", len(got), err)
			}

			short, stop := context.WithTimeout(ctx, 200*time.Millisecond)
			_ = a.tellOfBudgets(short)
			stop()
			letters, done := a.works(t)
			titles := map[string]int{}
			until(t, "all to be told", func() bool {
				left, err := a.budgetStore.Untold(ctx, budget.Alert{}, 1)
				must(t, err)
				waiting, _, err := a.channels().Deliveries(ctx, x.Actor(org.Admin), notify.DeliveryQuery{State: notify.Waiting, Limit: 1})
				must(t, err)
				sent, _, err := a.channels().Deliveries(ctx, x.Actor(org.Admin), notify.DeliveryQuery{State: notify.Sent, Limit: notify.MaxLimit})
				must(t, err)
				for _, d := range sent {
					titles[d.Event.String()]++
				}
				return len(left)+len(waiting) == 0 && len(sent) == nodes*each
			})
			done()
			got, more, err := a.inbox.List(ctx, x.Actor(org.Manager), notify.Query{Limit: notify.MaxLimit})
			must(t, err)
			about := map[string]int{}
			for _, n := range got {
				about[n.Href]++
			}
			if len(got) != nodes*each || len(about) != nodes*each || len(titles) != nodes*each || more {
				t.Errorf("the manager is told %d times, of %d budgets, with letters of %d events", len(got), len(about), len(titles))
			}
			once := map[string]bool{}
			for _, m := range letters.sent() {
				if once[m.ID] {
					t.Errorf("letter %s went out twice", m.ID)
				}
				once[m.ID] = true
			}
		})
	}
}

// TestABudgetThatWillNotLastIsALetter spends ten dollars a day of two hundred for a month.
func TestABudgetThatWillNotLastIsALetter(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx, y := t.Context(), a.clock.Now().Year()+1
	a.clock = moment(time.Date(y, time.June, 15, 12, 0, 0, 0, time.UTC))
	a.notices.Clock = a.clock
	of, err := a.budgets(nil).Create(ctx, x.Actor(org.Admin), budget.Input{Scope: org.OfTeam(x.Org.ID, x.Team), Limit: 200 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard, Thresholds: []int{99}})
	must(t, err)
	b := &books{a: a, node: id.NewNode(a.ids)}
	for day := 1; day <= 14; day++ {
		b.spend(t, x, x.Team, 10*money.Dollar, time.Date(y, time.June, day, 9, 0, 0, 0, time.UTC), of)
	}
	must(t, a.forecastNotices(ctx))
	must(t, a.forecastNotices(ctx)) // six hours later
	letters, done := a.works(t)
	var all []mail.Message
	until(t, "the letter", func() bool {
		all = slices.DeleteFunc(letters.sent(), func(m mail.Message) bool { return !strings.Contains(m.Subject, "run out") })
		return len(all) > 0
	})
	done()
	if len(all) != 1 || all[0].To != x.Members[org.Manager].Email {
		t.Fatalf("%d letters, the first to %s", len(all), all[0].To)
	}
	for _, part := range []string{"will run out of its budget of $200.00 on ", " June; $", " are forecast"} {
		if !strings.Contains(all[0].Subject, part) || !strings.Contains(all[0].Text, part) || !strings.Contains(all[0].HTML, part) {
			t.Errorf("%q is missing in %q:\n%s", part, all[0].Subject, all[0].Text)
		}
	}
	if !strings.Contains(all[0].Text, "/budgets/"+of.ID.String()) {
		t.Errorf("no link to the budget:\n%s", all[0].Text)
	}
}
