package db_test

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// bell is what was heard of thresholds.
type bell struct {
	mu    sync.Mutex
	rings []budget.Alert
}

func listen(d *db.DB) *bell {
	b := &bell{}
	d.OnAlerts(func(fired []budget.Alert) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.rings = append(b.rings, fired...)
	})
	return b
}

// heard are the thresholds heard since the last call.
func (b *bell) heard() (out []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.rings {
		out = append(out, a.Threshold)
	}
	b.rings = nil
	return out
}

// with changes the books' budget.
func (b *books) with(at time.Time, change func(*budget.Budget)) {
	b.t.Helper()
	change(&b.budget)
	if err := b.d.Do(b.t.Context(), func(ctx context.Context) error { return b.store.Update(ctx, b.budget, at) }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *books) alerts() []budget.Alert {
	b.t.Helper()
	all, err := b.store.Alerts(b.t.Context(), b.chain.Org, b.budget.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestTenNodesThatRaceFireAThresholdOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 1000)
		b.with(may, func(x *budget.Budget) { x.Thresholds = []int{50, 75, 90, 100} })
		bell := listen(d)
		const nodes, posts = 10, 10
		var wg sync.WaitGroup
		start := make(chan struct{})
		for range nodes {
			store, node := db.NewLedgerStore(d), id.NewNode(ids)
			wg.Go(func() {
				<-start
				for i := range posts {
					p := b.posting(10, may, b.account)
					x := budget.Batch{From: budget.Mark{At: journal.Position{Segment: 1, Offset: int64(i)}}, To: budget.Mark{At: journal.Position{Segment: 1, Offset: int64(i) + 1}}, Attempts: []budget.Posting{p}}
					if i == 0 {
						x.From = budget.Mark{}
					}
					if _, err := store.Post(t.Context(), node, x); err != nil {
						t.Errorf("post: %v", err)
						return
					}
				}
			})
		}
		close(start)
		wg.Wait()
		rings := bell.heard()
		slices.Sort(rings)
		if !reflect.DeepEqual(rings, []int{50, 75, 90, 100}) {
			t.Errorf("heard %v", rings)
		}
		all := b.alerts()
		if len(all) != 4 || all[0].Spent < all[0].Limit {
			t.Errorf("alerts %+v", all)
		}
		for _, a := range all {
			if len(a.With) > 0 || a.Spent != money.USD(a.Threshold)*10 {
				t.Errorf("%d %% fired at %d", a.Threshold, a.Spent)
			}
		}
	})
}

func TestThresholdsFireOncePerPeriodAndAgainOnlyWhenArmed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 1000)
		node := id.NewNode(ids)
		bell := listen(d)
		b.with(may, func(x *budget.Budget) { x.Thresholds = []int{50, 75, 90, 100} })
		spend := func(n money.USD) func() {
			return func() { b.post(node, b.batch(node, b.posting(n, may, b.account))) }
		}
		limit := func(n money.USD) func() {
			return func() { b.with(may, func(x *budget.Budget) { x.Limit = n }) }
		}
		for _, step := range []struct {
			what string
			do   func()
			want []int
		}{
			{"a little", spend(499), nil},
			{"exactly half", spend(1), []int{50}},
			{"a bit more", spend(1), nil},
			{"two at once are one event", spend(420), []int{90}},
			{"nothing new", spend(10), nil},
			{"the same limit again", limit(1000), nil},
			{"a limit of which 50 % are still crossed, 75 and 90 not", limit(1300), nil},
			{"75 % of that", spend(50), []int{75}},
			{"past the limit", spend(400), []int{100}},
			{"a lower limit crosses nothing new", limit(900), nil},
			{"a limit that is far away", limit(1_000_000), nil},
			{"a limit below what is spent fires without a posting", limit(1000), []int{100}},
		} {
			step.do()
			if got := bell.heard(); !slices.Equal(got, step.want) {
				t.Errorf("%s: heard %v, want %v", step.what, got, step.want)
			}
		}
		last := b.alerts()[0]
		if last.Threshold != 100 || !slices.Equal(last.With, []int{50, 75, 90}) || last.Spent != 1381 || last.Limit != 1000 || last.Rearmed {
			t.Errorf("the last event is %+v", last)
		}
		// A new period begins with all of them armed.
		next := may.AddDate(0, 1, 0)
		_, account := b.budget, b.account
		from, _ := budget.Monthly.Window(next, time.UTC)
		account.Start = from.Unix()
		b.post(node, b.batch(node, b.posting(800, next, account)))
		if got := bell.heard(); !slices.Equal(got, []int{75}) {
			t.Errorf("in the next period: heard %v", got)
		}
		if all := b.alerts(); len(all) != 2 || !slices.Equal(all[0].With, []int{50}) {
			t.Errorf("alerts of both periods: %+v", all)
		}
	})
}

func TestAThresholdOfAPostingThatRolledBackDidNotFire(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 1000)
		b.with(may, func(x *budget.Budget) { x.Thresholds = []int{50} })
		bell := listen(d)
		node := id.NewNode(ids)
		x := b.batch(node, b.posting(600, may, b.account))
		if err := b.s.EnsureDays(t.Context(), may, may); err != nil {
			t.Fatal(err)
		}
		boom := context.Canceled
		err := d.Do(t.Context(), func(ctx context.Context) error {
			if _, err := b.s.Post(ctx, node, x); err != nil {
				return err
			}
			return boom
		})
		if err == nil || len(bell.heard()) > 0 || len(b.alerts()) > 0 {
			t.Errorf("fired all the same: %v, %v", b.alerts(), err)
		}
		b.post(node, x)
		if got := bell.heard(); !slices.Equal(got, []int{50}) {
			t.Errorf("heard %v", got)
		}
		if all := b.alerts(); len(all) != 1 {
			t.Errorf("alerts %+v", all)
		}
	})
}
