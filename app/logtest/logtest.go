// Package logtest is a log for tests to read.
package logtest

import (
	"bytes"
	"strings"
	"sync"
)

// Log is what was written to it, for one who reads while others write. The zero value is empty.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Count is how often a text stands in it.
func (l *Log) Count(text string) int { return strings.Count(l.String(), text) }

// Has reports whether a text stands in it.
func (l *Log) Has(text string) bool { return l.Count(text) > 0 }
