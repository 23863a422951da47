package batch

import (
	"context"
	"time"
)

// outside reports whether a batch's hours are over.
func (j *job) outside() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.batch.Body.OffPeak && !j.hours.In(j.Clock.Now())
}

// closed is outside, and then what is under way comes to its end, and the batch rests until its hours begin again.
func (j *job) closed() bool {
	if !j.batch.Body.OffPeak {
		return false
	}
	j.mu.Lock()
	now := j.Clock.Now()
	over := !j.hours.In(now)
	if over {
		j.until = j.hours.Next(now)
	}
	j.mu.Unlock()
	if over {
		j.yield()
	}
	return over
}

// halt is yield, and the batch waits for somebody.
func (j *job) halt(why string) {
	j.mu.Lock()
	if j.why == "" {
		j.why = why
	}
	j.mu.Unlock()
	j.yield()
}

// lose breaks off: another node has the batch, or the database takes nothing any more.
func (j *job) lose() {
	j.mu.Lock()
	j.lost = true
	j.mu.Unlock()
	j.cut()
}

func (j *job) ending() (why string, lost, given bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.why, j.lost, j.given
}

// told tells whoever listens how the batch stands.
func (j *job) told(ctx context.Context) {
	if err := j.Bus.Publish(ctx, Topic); err != nil {
		j.Log.Warn("a batch ended, but nodes could not be told", "error", err)
	}
	if j.Ended == nil {
		return
	}
	t, err := j.Store.Tally(ctx, j.batch.Org, j.batch.ID)
	if err == nil {
		j.Ended(ctx, j.batch, t)
	}
}

// putOff leaves the batch alone for a while: others work on what is left of it.
func (j *job) putOff(wait time.Duration) {
	j.later = wait
	j.yield()
}

func (j *job) wait(broken bool) time.Duration {
	if broken {
		return 0
	}
	return j.later
}
