// Package reconcile holds our books against the providers' own cost reports: per connection and UTC day, what our attempts
// add up to, what the provider reports, and how much of it we captured. It corrects nothing by itself: a difference is a
// row, never an edit of an attempt, and no budget changes by it.
package reconcile

import (
	"context"
	"errors"
	"math/bits"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Date is a UTC day as reports name it: "2026-08-20". Dates sort as text.
type Date string

// DateOf is the UTC day of a moment.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// Start is the day's first moment; zero for what is no date.
func (d Date) Start() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// Line is a part of a day: the provider's line item, or a model of ours.
type Line struct {
	Item string
	Cost money.USD
}

// Day is one connection's day in both books.
type Day struct {
	Connection id.Connection
	Day        Date
	Ours       money.USD
	Theirs     money.USD
	Attempts   int64 // of ours
	ReadAt     time.Time
	// Each side's parts; filled where they are asked for.
	OurLines, TheirLines []Line
	// Corrected is what the corrections of the day add up to: theirs less ours when it was last read. Corrections is how
	// many there are: how often the difference changed.
	Corrected   money.USD
	Corrections int64
}

// Difference is theirs less ours.
func (d Day) Difference() money.USD { return d.Theirs - d.Ours }

// Verdict is how well a day agrees.
type Verdict string

// The verdicts.
const (
	Agrees  Verdict = "agrees"  // at least 98 % captured, and not more than 102 %
	Missing Verdict = "missing" // less than 98 % captured: something spends past the gateway, or a price is wrong
	Excess  Verdict = "excess"  // more than 102 %: our prices are too high, or the report is not complete yet
	Nothing Verdict = "nothing" // neither book has anything
)

// Thresholds in per mille of what the provider reports.
const (
	leastCaptured = 980
	mostCaptured  = 1020
)

// Captured is our share of what the provider reports, in per mille, rounded down; at most 9,999. Without anything
// reported it is 1,000 if we have nothing either, else 9,999.
func (d Day) Captured() int64 {
	switch {
	case d.Theirs <= 0 && d.Ours <= 0:
		return 1000
	case d.Theirs <= 0:
		return 9999
	case d.Ours <= 0:
		return 0
	}
	hi, lo := bits.Mul64(uint64(d.Ours), 1000)
	if hi >= uint64(d.Theirs) {
		return 9999
	}
	q, _ := bits.Div64(hi, lo, uint64(d.Theirs))
	return int64(min(q, 9999))
}

// Verdict judges the day.
func (d Day) Verdict() Verdict {
	switch captured := d.Captured(); {
	case d.Ours == 0 && d.Theirs == 0:
		return Nothing
	case captured < leastCaptured:
		return Missing
	case captured > mostCaptured:
		return Excess
	}
	return Agrees
}

// Credential may read a provider's cost report. Sealed opens only for its connection and the connection's origin.
type Credential struct {
	Org        id.Org
	Connection id.Connection
	Sealed     []byte
	KeyHint    string // last four characters
	Narrow     string // the provider's project or workspace, "" for all of the account
	ReadAt     time.Time
	Trouble    string // why the last reading failed, a sentence; "" if it did not
	UpdatedAt  time.Time
}

// ErrNotFound says that there is no such credential.
var ErrNotFound = errors.New("reconcile: no such credential")

// Store keeps credentials and reports. Every method but AllCredentials is bound to one organization.
type Store interface {
	// PutCredential stores or replaces a connection's credential.
	PutCredential(ctx context.Context, c Credential) error
	// DeleteCredential removes it, or ErrNotFound. What was read stays.
	DeleteCredential(ctx context.Context, org id.Org, c id.Connection) error
	// Credential finds it, or ErrNotFound; Credentials are all of an organization.
	Credential(ctx context.Context, org id.Org, c id.Connection) (Credential, error)
	Credentials(ctx context.Context, org id.Org) ([]Credential, error)
	// AllCredentials are those of every organization, for the nightly job.
	AllCredentials(ctx context.Context) ([]Credential, error)
	// Noted writes down when a report was read, or why it was not.
	Noted(ctx context.Context, org id.Org, c id.Connection, at time.Time, trouble string) error
	// Ours is what a connection's attempts of a day cost by model, and how many there were.
	Ours(ctx context.Context, org id.Org, c id.Connection, day Date) (lines []Line, attempts int64, err error)
	// Gone is the moment before which attempts may have been deleted, as their age wants; zero if none were.
	Gone(ctx context.Context, org id.Org) (time.Time, error)
	// Save replaces a connection's day and appends a correction if the difference is not the one that is known.
	// Saving the same again changes nothing but ReadAt.
	Save(ctx context.Context, org id.Org, d Day, correction id.Correction) error
	// Days are the days from a day on, newest first, at most limit; of one connection, or of all if it is zero.
	Days(ctx context.Context, org id.Org, c id.Connection, from Date, limit int) ([]Day, error)
	// Day is one day with its lines; the zero Day if it was never read.
	Day(ctx context.Context, org id.Org, c id.Connection, day Date) (Day, error)
}
