package balance_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

func TestAGaugeMeasures(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	var b balance.Book
	target := balance.Target{Connection: id.NewConnection(id.NewSource(clock.System{}.Now, nil)), Model: "m"}
	if b.Gauge(target) != nil {
		t.Fatal("measured although nobody asked")
	}
	b.Gauge(target).Begin(now) // which must do nothing
	b.Gauge(target).End(now, balance.Answered, time.Second)
	if l := b.Watch(target, now); l != (balance.Load{}) {
		t.Fatalf("%+v", l)
	}
	g := b.Gauge(target)
	one := func(v balance.Verdict, took time.Duration) balance.Load {
		now = now.Add(time.Second)
		g.Begin(now)
		if l := b.Watch(target, now); l.InFlight != 1 {
			t.Fatalf("%d under way", l.InFlight)
		}
		g.End(now, v, took)
		return b.Watch(target, now)
	}
	if l := one(balance.Nothing, time.Hour); l.Seen || l.InFlight != 0 || l.Failed != 0 {
		t.Errorf("a client's own mistake: %+v", l)
	}
	for range 20 {
		one(balance.Answered, time.Second)
	}
	if l := one(balance.Answered, 4*time.Second); l.Peak != 4*time.Second || l.Mean < time.Second || l.Mean > 1200*time.Millisecond {
		t.Errorf("a slow answer: %+v", l)
	}
	before := b.Watch(target, now)
	if l := one(balance.Failed, time.Millisecond); l.Failed < 0.02 || l.Mean != before.Mean {
		t.Errorf("a quick failure: %+v", l)
	}
	failed := b.Watch(target, now)
	if l := b.Watch(target, now.Add(4*time.Minute)); l.Failed > failed.Failed/5 || l.Peak > failed.Peak/1000 || l.Mean != failed.Mean {
		t.Errorf("what nobody asks is not forgiven: %+v", l)
	}
}
