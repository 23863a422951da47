package journal

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// list finds the segments of a directory, oldest first.
func list(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var out []uint64
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), ".journal")
		if !ok {
			continue
		}
		if n, err := strconv.ParseUint(digits, 10, 64); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Trim removes segments that end before the given place and were confirmed more than KeepFor ago: should the database go
// back in time, it is filled again from them. The caller passes the place up to which the database has confirmed
// everything, and does not call Trim twice at once.
func (j *Journal) Trim(confirmed Position) error {
	segments, err := list(j.dir)
	if err != nil {
		return err
	}
	if j.confirmed == nil {
		j.confirmed = j.loadConfirmed()
	}
	now, changed := j.o.Clock.Now(), false
	for _, n := range segments {
		if n >= confirmed.Segment || n >= j.boot.Segment && n >= j.End().Segment {
			break
		}
		if n <= j.forgets() {
			if err := j.remove(n); err != nil {
				return err
			}
			continue
		}
		since, known := j.confirmed[n]
		if !known {
			j.confirmed[n], changed = now, true
			continue
		}
		if now.Sub(since) < j.o.KeepFor {
			continue
		}
		if err := j.remove(n); err != nil {
			return err
		}
	}
	if changed {
		if err := j.saveConfirmed(segments[0]); err != nil {
			return err
		}
	}
	return j.cleaned()
}

func (j *Journal) remove(n uint64) error {
	if err := os.Remove(segmentPath(j.dir, n)); err != nil {
		return fmt.Errorf("journal: trim: %w", err)
	}
	delete(j.confirmed, n)
	return nil
}

// Forget has what was written until a moment go as soon as it is in the books, and not after KeepFor: somebody was erased then, whom
// tags may name. The price is that the books cannot be filled again from it, should the database go back in time. To say the same
// moment again does nothing.
func (j *Journal) Forget(until time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed || !until.After(j.forgotten) {
		return nil
	}
	segments, err := list(j.dir)
	if err != nil {
		return err
	}
	last, begun := j.forget, time.Time{}
	for _, n := range segments {
		if n == j.segment || begun.After(until) {
			break
		}
		last = max(last, n)
		info, err := os.Stat(segmentPath(j.dir, n))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("journal: forget: %w", err)
		}
		if err == nil {
			begun = info.ModTime() // the next one, when this one was written last
		}
	}
	if j.written > 0 && !begun.After(until) { // some of it may be from before
		last = j.segment
		if err := j.roll(); err != nil {
			return err
		}
	}
	j.forget, j.forgotten = last, until
	j.due = append(j.due, erased{until, last})
	return nil
}

// erased is a moment that Forget was told, and the last segment that holds something from before it.
type erased struct {
	until time.Time
	last  uint64
}

// cleaned notes which moments Trim is done with.
func (j *Journal) cleaned() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.due) == 0 {
		return nil
	}
	left, err := list(j.dir)
	if err != nil {
		return err
	}
	for len(j.due) > 0 && (len(left) == 0 || j.due[0].last < left[0]) {
		j.clean, j.due = j.due[0].until, j.due[1:]
	}
	return nil
}

// Forgotten is the last moment that Forget was told of which everything is in the books and gone; zero for none.
func (j *Journal) Forgotten() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.clean
}

func (j *Journal) forgets() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.forget
}
