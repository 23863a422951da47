package clock_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

func TestClocksTellTimeInUTC(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("x", 3600)
	at := time.Date(2026, 3, 29, 2, 30, 0, 0, zone)
	f := clock.NewFake(at)
	if f.Now().Location() != time.UTC || !f.Now().Equal(at) {
		t.Errorf("the fake clock says %s", f.Now())
	}
	f.Set(at.Add(time.Hour))
	f.Advance(-2 * time.Hour)
	if !f.Now().Equal(at.Add(-time.Hour)) || f.Now().Location() != time.UTC {
		t.Errorf("after moving it says %s", f.Now())
	}
	if (clock.System{}).Now().Location() != time.UTC {
		t.Error("the machine's clock is not in UTC")
	}
}

func TestTimesThatCanBeKept(t *testing.T) {
	t.Parallel()
	west := time.FixedZone("west", -5*3600)
	for name, c := range map[string]struct {
		at   time.Time
		want bool
	}{
		"today":                       {time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC), true},
		"the beginning of Unix":       {time.Unix(0, 0), true},
		"a moment before it":          {time.Unix(-1, 0), false},
		"no time at all":              {time.Time{}, false},
		"the end of 9998":             {time.Date(9998, 12, 31, 23, 59, 59, 0, time.UTC), true},
		"the end of 9998 in the west": {time.Date(9998, 12, 31, 23, 59, 59, 0, west), false},
		"the end of 9999":             {time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), false},
		"five digits":                 {time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), false},
	} {
		if got := clock.Storable(c.at); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestSinceMeasures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := clock.System{}.Now()
		<-time.After(3 * time.Second)
		if d := clock.Since(start); d != 3*time.Second {
			t.Errorf("measured %s", d)
		}
	})
}

func TestAFakeClockMovesUnderManyReaders(t *testing.T) {
	t.Parallel()
	f := clock.NewFake(time.Unix(0, 0))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				f.Advance(time.Millisecond)
				f.Now()
			}
		})
	}
	wg.Wait()
	if got := f.Now(); !got.Equal(time.Unix(4, 0)) {
		t.Errorf("4,000 steps of a millisecond led to %s", got)
	}
}
