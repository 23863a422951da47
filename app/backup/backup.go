// Package backup is the file that holds an installation: every row of its database as of one moment, and the journal of the
// machine that made it. It is a gzipped tar of JSON, so that what one database wrote can be read into the other kind.
//
// Secrets and texts in it are sealed as they are in the database; the master key is never part of it.
package backup

import (
	"errors"
	"fmt"
	"time"
)

// Format is the version of the layout below; a reader refuses a later one.
const Format = 1

// Manifest is the first entry: what the file is, to be read before anything is changed.
type Manifest struct {
	Format   int       `json:"format"`
	Version  string    `json:"version"` // of the program that made it
	MadeAt   time.Time `json:"made_at"`
	Database string    `json:"database"` // "sqlite" or "postgres"
	// Schema is the number of the newest migration; rows are read into a schema of that number, which is then brought up to date.
	Schema int64 `json:"schema"`
	// MasterKeys are the names of the keys that the data keys are wrapped under, never the keys.
	MasterKeys []string `json:"master_keys"`
}

// Sum is the last entry. A file without it was cut off.
type Sum struct {
	Rows    map[string]int64 `json:"rows"` // by table
	Journal []string         `json:"journal"`
}

// Total is the number of rows of all tables.
func (s Sum) Total() (n int64) {
	for _, rows := range s.Rows {
		n += rows
	}
	return n
}

// Chunk is a part of a table: at most chunkBytes of rows, or one row.
type Chunk struct {
	Table   string
	Columns []string
	// Rows hold nil, bool, int64, float64, string, []byte or time.Time.
	Rows [][]any
}

// ErrCutOff says that a file has no end: it is part of a backup.
var ErrCutOff = errors.New("the backup ends in the middle: it was cut off while it was written or copied; take another one")

// damaged is what a file says that is none of ours, or no longer.
func damaged(what string, err error) error {
	return fmt.Errorf("this is no backup of Bodhi, or it is damaged: %s: %w", what, err)
}
