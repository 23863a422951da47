package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Mirror keeps one room's snapshot current. It reads the room's records when the bus says so and every Poll, applies
// them (the room compiles and swaps), and keeps the last good records on disk, so that a node can boot and serve while
// the database is away (decision D13). Records that do not apply are refused whole; the last good ones stay.
type Mirror[T any] struct {
	Name  string // file name on disk and word in logs
	Topic Topic  // what on the bus concerns it; "*" always does
	Read  func(ctx context.Context) (T, error)
	Apply func(T) error
	Dir   string        // where the last good records are kept; "" keeps none
	Poll  time.Duration // reads this often even if the bus is silent; 0 = 30 s
	Log   *slog.Logger

	mu sync.Mutex // one refresh at a time, so that an older read never replaces a newer one
}

// What could not be read or applied is tried for again after firstWait, then after twice as long, up to mostWait.
const (
	firstWait = time.Second
	mostWait  = 30 * time.Second
)

// All is the topic that concerns every mirror: the bus cannot say what changed.
const All Topic = "*"

// Start reads for the first time: from the source, or from disk if the source is away or its records do not apply. It
// fails only if neither is of use, because serving without any snapshot would refuse valid keys.
func (m *Mirror[T]) Start(ctx context.Context) error {
	err := m.refresh(ctx)
	if err == nil {
		return nil
	}
	kept, diskErr := m.load()
	if diskErr == nil {
		diskErr = m.Apply(kept)
	}
	if diskErr != nil {
		return fmt.Errorf("%w (and there is no last good snapshot to start from)", err)
	}
	m.Log.Warn("serving from the last good snapshot", slog.String("snapshot", m.Name), slog.String("error", err.Error()))
	return nil
}

// Run follows what a bus says until ctx ends. Subscribe before Start: a change between the first read and the subscription would
// be seen by the next poll only.
func (m *Mirror[T]) Run(ctx context.Context, topics <-chan Topic) {
	poll := m.Poll
	if poll == 0 {
		poll = 30 * time.Second
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	again := time.NewTimer(mostWait) // runs after a failure: nobody says again what was missed, and the poll may be minutes away
	again.Stop()
	defer again.Stop()
	var wait time.Duration
	for {
		select {
		case <-ctx.Done():
			return
		case t, ok := <-topics:
			if !ok {
				return
			}
			if t != m.Topic && t != All {
				continue
			}
		case <-ticker.C:
		case <-again.C:
		}
		err := m.refresh(ctx)
		if err == nil {
			wait = 0
			again.Stop()
			continue
		}
		wait = min(max(2*wait, firstWait), mostWait)
		again.Reset(wait)
		if !errors.Is(err, context.Canceled) {
			m.Log.Warn("snapshot not refreshed; the last good one stays", slog.String("snapshot", m.Name), slog.String("error", err.Error()))
		}
	}
}

// Refresh reads and applies now, for a change that its maker wants to see at once.
func (m *Mirror[T]) Refresh(ctx context.Context) error { return m.refresh(ctx) }

func (m *Mirror[T]) refresh(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	v, err := m.Read(ctx)
	if err != nil {
		return fmt.Errorf("read %s: %w", m.Name, err)
	}
	if err := m.Apply(v); err != nil {
		return fmt.Errorf("apply %s: %w", m.Name, err)
	}
	if err := m.save(v); err != nil { // it counts; what is on disk is for a start without a source
		m.Log.Warn("a snapshot counts, but is not kept on disk", slog.String("snapshot", m.Name), slog.String("error", err.Error()))
	}
	return nil
}

func (m *Mirror[T]) path() string { return filepath.Join(m.Dir, m.Name+".json") }

func (m *Mirror[T]) load() (T, error) {
	var v T
	if m.Dir == "" {
		return v, os.ErrNotExist
	}
	b, err := os.ReadFile(m.path())
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(b, &v)
}

// save writes whole or not at all: a half-written snapshot must never be the last good one.
func (m *Mirror[T]) save(v T) error {
	if m.Dir == "" {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tmp := m.path() + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fmt.Errorf("keep %s: %w", m.Name, err)
	}
	return os.Rename(tmp, m.path())
}
