package journal

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
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

// Trim removes segments that end before the given place and were last written to more than KeepFor ago. The caller
// passes the place up to which the database has confirmed everything.
func (j *Journal) Trim(confirmed Position) error {
	segments, err := list(j.dir)
	if err != nil {
		return err
	}
	oldest := j.o.Clock.Now().Add(-j.o.KeepFor)
	for _, n := range segments {
		if n >= confirmed.Segment || n >= j.boot.Segment && n >= j.End().Segment {
			break
		}
		info, err := os.Stat(segmentPath(j.dir, n))
		if err != nil {
			return fmt.Errorf("journal: trim: %w", err)
		}
		if info.ModTime().After(oldest) {
			break
		}
		if err := os.Remove(segmentPath(j.dir, n)); err != nil {
			return fmt.Errorf("journal: trim: %w", err)
		}
	}
	return nil
}
