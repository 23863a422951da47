package journal

import (
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
// everything, and does not call Trim twice at once. A process that starts counts anew: keeping longer is harmless.
func (j *Journal) Trim(confirmed Position) error {
	segments, err := list(j.dir)
	if err != nil {
		return err
	}
	now := j.o.Clock.Now()
	for _, n := range segments {
		if n >= confirmed.Segment || n >= j.boot.Segment && n >= j.End().Segment {
			break
		}
		since, known := j.confirmed[n]
		if !known {
			if j.confirmed == nil {
				j.confirmed = map[uint64]time.Time{}
			}
			j.confirmed[n] = now
			continue
		}
		if now.Sub(since) < j.o.KeepFor {
			continue
		}
		if err := os.Remove(segmentPath(j.dir, n)); err != nil {
			return fmt.Errorf("journal: trim: %w", err)
		}
		delete(j.confirmed, n)
	}
	return nil
}
