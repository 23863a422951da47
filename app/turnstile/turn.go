package turnstile

import (
	"context"
	"time"
)

// Streams are most of the work, and none of them is in a hurry: what has come since is written along with what came first. A refusal
// is in a hurry, and stands in the scheduler's queue behind all that can run. So under pressure streams do not stand there: each beat
// lets a few of them through, and the queue is never longer than those. When there are more streams than turns each comes later, and
// costs less for each of its events; how late is what the governor aims at.
const (
	// breath is how long a stream that had to wait for its provider lets more come. Nobody sees a tenth of a second (Miller, "Response
	// time in man-computer conversational transactions", AFIPS 1968).
	breath = 100 * time.Millisecond
	beat   = time.Millisecond
	// turns are given with each beat, for each processor, if the giver was on time. What is done in one takes 50 to 100 µs.
	turns = 6
	// longest is how long a stream waits for its turn, at most.
	longest = 200 * time.Millisecond
)

// Pressed reports whether there is more to do than time.
func (t *Turnstile) Pressed() bool { return t.pressed.Load() }

// Breathe is for a stream that has written all it had, under pressure: it lets more come for a tenth of a second and then waits for a
// turn, so that one waking, reading and writing serve several events.
func (t *Turnstile) Breathe(ctx context.Context, v *Visit) {
	select {
	case <-v.until(breath):
		t.Turn(ctx, v)
	case <-ctx.Done():
	}
}

// Turn is for a stream that something has come for, under pressure: it waits for a turn, 200 ms at most, or until ctx ends.
func (t *Turnstile) Turn(ctx context.Context, v *Visit) {
	if !t.pressed.Load() {
		return
	}
	began := t.clock.Now()
	select {
	case <-t.turns:
	case <-v.until(longest): // as for one that came in the moment in which pressure ended
	case <-ctx.Done():
	}
	t.stood.Add(int64(t.clock.Now().Sub(began)))
	t.turned.Add(1)
}

// until is a visit's only timer.
func (v *Visit) until(d time.Duration) <-chan time.Time {
	if v.timer == nil {
		v.timer = time.NewTimer(d)
	} else {
		v.timer.Reset(d)
	}
	return v.timer.C
}

// give gives turns while the gateway is pressed, and then one to everybody.
func (t *Turnstile) give(ctx context.Context) {
	timer := time.NewTimer(beat)
	defer timer.Stop()
	for t.pressed.Load() {
		due := t.clock.Now().Add(beat)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		for n := fewer(turns*t.governor.processors, t.clock.Now().Sub(due)); n > 0 && t.next(); n-- {
		}
		timer.Reset(beat)
	}
	for t.next() {
	}
}

// fewer is how many turns are given by one who comes as late as that. He has stood in the queue himself, behind a collection of garbage
// perhaps, and adds less to it: the scheduler looks at the network when it is empty. By the square, so that an empty queue is filled at
// once and a full one left alone; in proportion, the gateway idled for a third of the time and refusals waited longer all the same.
func fewer(turns int, late time.Duration) int {
	part := float64(beat) / float64(max(beat, late))
	return max(1, int(float64(turns)*part*part))
}

// next gives a turn to who has waited longest, if anybody does.
func (t *Turnstile) next() bool {
	select {
	case t.turns <- struct{}{}:
		return true
	default:
		return false
	}
}
