// Package clock is the only place that reads the wall clock (decision D20). Everything else takes a Clock, so
// calendars, leases and expiry can be tested at any moment and simulated.
//
// Timers are not here: waiting uses contexts and time.NewTimer, which are monotonic, and tests of waiting run in
// testing/synctest bubbles.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time, in UTC.
type Clock interface{ Now() time.Time }

// System is the machine's clock.
type System struct{}

// Now reads the wall clock, with its monotonic reading.
func (System) Now() time.Time { return time.Now().UTC() }

// Since is how long ago t was on the machine's monotonic clock; for measuring, never for rules.
func Since(t time.Time) time.Duration { return time.Since(t) }

// Storable reports whether a time that somebody typed can be kept: years of four digits in every zone. SQLite's driver reads no others
// back, JSON writes no others, and one such row would keep a whole list from being read.
func Storable(t time.Time) bool { y := t.UTC().Year(); return y >= firstYear && y <= lastYear }

const firstYear, lastYear = 1970, 9998

// Fake is a clock that a test moves by hand. Safe for concurrent use.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake makes a clock that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: t.UTC()} }

// Now is where the clock stands.
func (f *Fake) Now() time.Time { f.mu.Lock(); defer f.mu.Unlock(); return f.now }

// Advance moves the clock; a negative d moves it back, as a bad time server would.
func (f *Fake) Advance(d time.Duration) { f.mu.Lock(); f.now = f.now.Add(d); f.mu.Unlock() }

// Set puts the clock at t.
func (f *Fake) Set(t time.Time) { f.mu.Lock(); f.now = t.UTC(); f.mu.Unlock() }
