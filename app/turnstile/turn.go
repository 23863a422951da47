package turnstile

import (
	"context"
	"math"
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
	// turns are given with each beat, for each processor, if the giver was on time. What is done in one takes about 200 µs. With two
	// half of the peak is served and refusals' p99 is 7 ms, with six all of it and 60 to 110 ms (make proof's flood, 510 streams a second).
	turns = 3
	// longest is how long a stream waits for its turn after its breath, at most.
	longest = 200 * time.Millisecond
)

// Pressed reports whether there is more to do than time.
func (t *Turnstile) Pressed() bool { return t.pressed.Load() }

// Rest is for a stream that had to wait for its provider, under pressure: it lets more come for a tenth of a second and then waits for
// a turn, 200 ms at most, or until ctx ends. It is woken once for both, so that one waking serves several events.
func (t *Turnstile) Rest(ctx context.Context, v *Visit) {
	if !t.resting.join(v, t.clock.Now().Add(breath)) {
		return
	}
	select {
	case <-v.turn:
	case <-ctx.Done():
		t.resting.leave(v)
	}
}

// give gives turns while the gateway is pressed, and then to all whose breath ends.
func (t *Turnstile) give(ctx context.Context) {
	timer := time.NewTimer(beat)
	defer timer.Stop()
	for t.resting.goOn(t.pressed.Load()) {
		due := t.clock.Now().Add(beat)
		select {
		case <-timer.C:
		case <-ctx.Done():
			t.resting.close()
			return
		}
		now, most := t.clock.Now(), math.MaxInt
		if t.pressed.Load() {
			most = fewer(turns*t.governor.processors, now.Sub(due))
		}
		given, stood := t.resting.give(most, now)
		t.turned.Add(int64(given))
		t.stood.Add(int64(stood))
		timer.Reset(beat)
	}
}

// fewer is how many turns are given by one who comes as late as that. He has stood in the queue himself, behind a collection of garbage
// perhaps, and adds less to it: the scheduler looks at the network when it is empty. By the square, so that an empty queue is filled at
// once and a full one left alone; in proportion, the gateway idled for a third of the time and refusals waited longer all the same.
func fewer(turns int, late time.Duration) int {
	part := float64(beat) / float64(max(beat, late))
	return max(1, int(float64(turns)*part*part))
}
