package limit

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
)

func (h *house) bursting() bool {
	return h.Now(h.t.Context(), h.chain.Org)[h.rules[0].ID].Bursting
}

func TestABurstRisesOnceADayAndCoolsDown(t *testing.T) {
	t.Parallel()
	type step struct {
		at     string // local time, "23 15:04:05"
		ask    int
		passes int
		bursts bool
	}
	for name, x := range map[string]struct {
		zone  string
		burst Burst
		steps []step
	}{
		"it begins when the limit is hit, lasts, and ends": {"UTC", Burst{Percent: 300, Duration: 15 * time.Minute, Cool: time.Hour}, []step{
			{"23 12:00:00", 9, 9, false}, {"23 12:00:01", 40, 21, true}, {"23 12:05:00", 40, 30, true}, {"23 12:14:58", 40, 30, true},
			{"23 12:17:00", 40, 10, false},
		}},
		"only once a day": {"UTC", Burst{Percent: 200, Duration: time.Minute}, []step{
			{"23 08:00:00", 40, 20, true}, {"23 12:00:00", 40, 10, false}, {"23 23:59:00", 40, 10, false}, {"24 00:05:00", 40, 20, true},
		}},
		"not before it has cooled down, even on another day": {"UTC", Burst{Percent: 200, Duration: 10 * time.Minute, Cool: 2 * time.Hour}, []step{
			{"23 23:55:00", 40, 20, true}, {"24 00:08:00", 40, 10, false}, {"24 02:04:59", 40, 10, false}, {"24 02:09:00", 40, 20, true},
		}},
		"the day is the organization's": {"Asia/Tokyo", Burst{Percent: 200, Duration: time.Minute}, []step{
			{"23 23:50:00", 40, 20, true}, {"24 00:10:00", 40, 20, true},
		}},
		"a fraction": {"UTC", Burst{Percent: 150, Duration: time.Minute}, []step{{"23 12:00:00", 40, 15, true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(x.zone)
			if err != nil {
				t.Fatal(err)
			}
			h := build(t)
			h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute, func(r *Rule) { r.Burst, r.Zone = x.burst, x.zone }))
			for _, s := range x.steps {
				at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-"+s.at, zone)
				if err != nil {
					t.Fatal(err)
				}
				h.clock.Set(at)
				if n := h.passes(s.ask); n != s.passes || h.bursting() != s.bursts {
					t.Errorf("at %s %d of %d pass (want %d), bursting %v", s.at, n, s.ask, s.passes, h.bursting())
				}
			}
		})
	}
}

// On 25 October 2026 the clocks of Berlin go back, so that day has 25 hours; on 29 March it has 23.
func TestOnceADayHoldsOnDaysOf25And23Hours(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ first, same, next string }{
		"25 hours": {"2026-10-24T22:30:00Z", "2026-10-25T22:45:00Z", "2026-10-25T23:15:00Z"},
		"23 hours": {"2026-03-28T23:30:00Z", "2026-03-29T21:45:00Z", "2026-03-29T22:15:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute, func(r *Rule) {
				r.Burst, r.Zone = Burst{Percent: 200, Duration: time.Minute}, "Europe/Berlin"
			}))
			for _, s := range []struct {
				at     string
				passes int
			}{{x.first, 20}, {x.same, 10}, {x.next, 20}} {
				at, err := time.Parse(time.RFC3339, s.at)
				if err != nil {
					t.Fatal(err)
				}
				h.clock.Set(at)
				if n := h.passes(40); n != s.passes {
					t.Errorf("at %s %d pass, want %d", s.at, n, s.passes)
				}
			}
		})
	}
}

func TestARefusedRequestBeginsNoBurst(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute, func(r *Rule) { r.Burst = Burst{Percent: 200, Duration: time.Minute} }),
		on(h.chain, org.KeyScope, Requests, 10, time.Minute))
	h.passes(20)
	if h.bursting() {
		t.Error("the team's burst of today was spent on a request that its key's limit refused")
	}
}

func TestABurstRaisesWhatAnIncreaseHasRaised(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute, func(r *Rule) {
		r.Burst, r.Raises = Burst{Percent: 200, Duration: time.Minute}, []Raise{{Add: 5, Until: noon.Add(time.Hour)}}
	}))
	if n := h.passes(100); n != 30 {
		t.Errorf("%d pass, want (10 + 5) × 2", n)
	}
}
