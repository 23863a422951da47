package journal

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// A node that is restarted more than once a day keeps its segments for a day as well, and not for ever. A note that cannot be read
// makes it delete nothing early.
func TestADayOfKeepingOutlivesRestarts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		breaks bool
		there  [4]bool // the first segment, which is in the books when the second process begins
	}{
		"a restart each 23 hours": {false, [4]bool{true, true, true, false}},
		"the note cannot be read": {true, [4]bool{true, true, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, dir := clock.NewFake(clock.System{}.Now()), t.TempDir()
			for start, want := range c.there {
				j := open(t, dir, Options{Clock: now})
				write(t, j, attempt())
				if err := j.Trim(j.Boot()); err != nil {
					t.Fatal(err)
				}
				if _, err := os.Stat(segmentPath(dir, 1)); (err == nil) != want {
					t.Errorf("start %d: the first segment: %v", start, err)
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				if c.breaks {
					if err := os.WriteFile(filepath.Join(dir, confirmedFile), []byte("{"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				now.Advance(23 * time.Hour)
			}
		})
	}
}
