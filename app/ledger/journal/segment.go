package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// roll begins the next segment. The caller holds mu, or nobody knows j yet.
func (j *Journal) roll() error {
	next, err := os.OpenFile(segmentPath(j.dir, j.segment+1), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("journal: new segment: %w", err)
	}
	if j.file != nil {
		err := j.file.Sync()
		if err = errors.Join(err, j.file.Close()); err != nil {
			j.o.Log.Error("journal segment did not reach the disk", "segment", j.segment, "error", err)
		}
	}
	j.file, j.segment, j.written, j.torn = next, j.segment+1, 0, false
	return syncDir(j.dir)
}

// syncer brings records to the disk within SyncEvery of the first that is not there yet, away from the callers of Append.
// While nothing is written it sleeps: a timer that only looks would wake a processor ten times a second for ever.
func (j *Journal) syncer() {
	defer close(j.stopped)
	wait := time.NewTimer(j.o.SyncEvery)
	defer wait.Stop()
	for {
		select {
		case <-j.stop:
			return
		case <-j.wrote:
		}
		wait.Reset(j.o.SyncEvery)
		select {
		case <-j.stop:
			return
		case <-wait.C:
		}
		j.mu.Lock()
		file := j.file
		j.dirty = false
		j.mu.Unlock()
		if err := file.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
			j.o.Log.Error("journal did not reach the disk", "error", err)
		}
	}
}

func segmentPath(dir string, n uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%012d.journal", n))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("journal: sync directory: %w", err)
	}
	return nil
}
