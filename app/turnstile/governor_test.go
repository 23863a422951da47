package turnstile

import (
	"testing"
	"time"
)

// What is taken for an overload, and what is not.
func TestAnOverloadIsAWaitAndAQueueForAWhile(t *testing.T) {
	t.Parallel()
	long, queue := 50*time.Millisecond, 500.0
	for name, c := range map[string]struct {
		ticks []seen
		want  bool
	}{
		"rest":                             {[]seen{{}, {}, {}, {}}, false},
		"one bad tick":                     {[]seen{{Sample: Sample{long, queue, 0}, busy: 9}, {}, {Sample: Sample{long, queue, 0}}, {}}, false},
		"a machine that others keep busy":  {[]seen{{Sample: Sample{long, 20, 0}}, {Sample: Sample{long, 20, 0}}, {Sample: Sample{long, 20, 0}}, {Sample: Sample{long, 20, 0}}}, false},
		"a long queue that moves":          {[]seen{{Sample: Sample{time.Millisecond, queue, 0}}, {Sample: Sample{time.Millisecond, queue, 0}}, {Sample: Sample{time.Millisecond, queue, 0}}}, false},
		"both, for a while":                {[]seen{{Sample: Sample{long, 100, 0}}, {Sample: Sample{long, 100, 0}}, {Sample: Sample{long, 100, 0}}}, true},
		"both, worse, for a shorter while": {[]seen{{Sample: Sample{long, queue, 0}}, {Sample: Sample{long, queue, 0}}}, true},
	} {
		g := governor{processors: 1}
		got := false
		for _, s := range c.ticks {
			got = g.step(s)
		}
		if got != c.want {
			t.Errorf("%s: pressed %v", name, got)
		}
	}
}

// A tick in which the machine stood still says nothing about what can be done.
func TestTheLimitBeginsWithWhatWasDoneLately(t *testing.T) {
	t.Parallel()
	g := governor{processors: 1}
	g.step(seen{busy: 400})
	bad := seen{Sample: Sample{Wait: 15 * time.Millisecond, Queue: 500}}
	for !g.step(bad) {
	}
	if g.limit < 200 {
		t.Errorf("the limit begins with %.0f", g.limit)
	}
	for range 200 {
		g.step(seen{Sample: bad.Sample, refused: 1000, short: true})
	}
	if g.limit < kept*300 {
		t.Errorf("%.0f are left when refusing takes all the time", g.limit)
	}
}

// A collection makes everybody wait for some ticks. Fewer come in meanwhile, and as many as before right afterwards.
func TestWhatPassesIsNoLesson(t *testing.T) {
	t.Parallel()
	const inHand = 600
	g := governor{processors: 1}
	for !g.step(seen{Sample: Sample{Wait: 30 * time.Millisecond, Queue: 500}, busy: inHand}) {
	}
	for range 100 {
		g.step(seen{Sample: Sample{Wait: target}, busy: g.limit, refused: 10, short: true})
	}
	before := g.limit
	for range lasting {
		g.step(seen{Sample: Sample{Wait: 40 * time.Millisecond}, busy: g.limit, refused: 10, short: true})
	}
	if g.brake > 0.6 || g.limit < before/2 {
		t.Errorf("while all wait %.2f of %.0f come in, before %.0f", g.brake, g.limit, before)
	}
	g.step(seen{Sample: Sample{Wait: target / 2}, busy: g.limit, refused: 10, short: true})
	if g.brake != 1 || g.limit < before/2 {
		t.Errorf("afterwards %.2f of %.0f, before %.0f", g.brake, g.limit, before)
	}
	for range 3 * lasting {
		g.step(seen{Sample: Sample{Wait: 40 * time.Millisecond}, busy: g.limit, refused: 10, short: true})
	}
	if g.limit > before/2 {
		t.Errorf("waits that last leave %.0f of %.0f", g.limit, before)
	}
}
