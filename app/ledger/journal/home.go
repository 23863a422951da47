package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// ErrLocked says that another process uses the directory. Two gateways with one journal would spend the same leases.
var ErrLocked = errors.New("another bodhi process uses this data directory; stop it, or give each process its own BODHI_DATA_DIR")

// nodeFile names the node whose journal this is: a restarted process is the same node, and finds its own leases.
const nodeFile = "node"

// nodeID reads the directory's node id, or makes one.
func nodeID(dir string, ids *id.Source) (id.Node, error) {
	path := filepath.Join(dir, nodeFile)
	b, err := os.ReadFile(path)
	if err == nil {
		n, err := id.ParseNode(strings.TrimSpace(string(b)))
		if err != nil || n.IsZero() {
			return id.Node{}, fmt.Errorf("journal: %s does not hold a node id", path)
		}
		return n, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return id.Node{}, fmt.Errorf("journal: %w", err)
	}
	n := id.NewNode(ids)
	return n, replaceFile(path, []byte(n.String()+"\n"))
}

// Checkpoint is the node's own note of how far its journal is in the books. It may be older than the truth, which is in
// the database; it lets a node recover while the database is away.
type Checkpoint struct {
	At  Position `json:"at"`
	Low Position `json:"low"`
	// Epoch is the number of the node's session: the next one is above it even if the database forgot it.
	Epoch int64 `json:"epoch,omitempty"`
}

const checkpointFile = "checkpoint"

// SaveCheckpoint replaces the note.
func (j *Journal) SaveCheckpoint(c Checkpoint) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return replaceFile(filepath.Join(j.dir, checkpointFile), b)
}

// LoadCheckpoint reads the note; without a good one it is the oldest place there is.
func (j *Journal) LoadCheckpoint() (Checkpoint, error) {
	start, err := j.Start()
	if err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{At: start, Low: start}
	b, err := os.ReadFile(filepath.Join(j.dir, checkpointFile))
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("journal: %w", err)
	}
	var saved Checkpoint
	if json.Unmarshal(b, &saved) != nil || saved.Low.Before(start) || j.boot.Before(saved.Low) {
		return c, nil // reading too much is only slower
	}
	return saved, nil
}

// confirmedFile says since when segments are in the books, for a process that ends before KeepFor is over. No backup holds it: a database
// that went back in time is filled again from all segments.
const confirmedFile = "confirmed"

// loadConfirmed reads the note; without a good one time counts anew, and keeping longer is harmless.
func (j *Journal) loadConfirmed() map[uint64]time.Time {
	out := map[uint64]time.Time{}
	b, err := os.ReadFile(filepath.Join(j.dir, confirmedFile))
	if err != nil || json.Unmarshal(b, &out) != nil || out == nil {
		return map[uint64]time.Time{}
	}
	return out
}

// saveConfirmed replaces the note, without what is gone: segments before the first.
func (j *Journal) saveConfirmed(first uint64) error {
	maps.DeleteFunc(j.confirmed, func(n uint64, _ time.Time) bool { return n < first })
	b, err := json.Marshal(j.confirmed)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return replaceFile(filepath.Join(j.dir, confirmedFile), b)
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
