package batch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Schedule makes a batch of the same requests again and again, at the times of a cron line.
type Schedule struct {
	ID     id.Schedule
	Org    id.Org
	Key    id.Key    // as which its batches ask
	Owner  id.Member // who made it, or took it over; when they leave, it pauses
	Name   string
	Cron   string
	Zone   string
	Terms  Routine
	Input  id.File // what is asked, sealed
	Paused bool
	Why    string // of a pause, a sentence
	// NextAt is when the next batch is due, of a paused one when the next would have been.
	NextAt    time.Time
	LastAt    time.Time // when the last one was due; zero before
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Routine is what each batch of a schedule has.
type Routine struct {
	Cap      money.USD `json:"cap_nanos,omitempty"` // of each
	Priority int       `json:"priority,omitempty"`
	OffPeak  bool      `json:"off_peak,omitempty"`       // it also waits for the off-peak hours
	Native   bool      `json:"provider_batch,omitempty"` // it may wait a day, for half the price where the provider has that
	Endpoint string    `json:"endpoint"`
	Lines    int       `json:"lines"` // requests of each
	KeyName  string    `json:"key_name"`
	IP       string    `json:"ip"` // where the schedule was made, for the key's networks
}

// Outcome says what became of a run of a schedule.
type Outcome string

// The outcomes.
const (
	Made    Outcome = "made"
	Missed  Outcome = "missed"  // no node was there
	Skipped Outcome = "skipped" // the batch before was not over
	Undone  Outcome = "failed"  // no batch could be made; Why says why
)

// Run is one time of a schedule, and what became of it.
type Run struct {
	Org      id.Org
	Schedule id.Schedule
	DueAt    time.Time // a schedule has one run for each, however many nodes there are
	Outcome  Outcome
	Batch    id.Batch // of Made; it may be deleted
	Why      string
	ByHand   bool
	At       time.Time
}

// How schedules are kept.
const (
	// MaxSchedules is how many an organization has at most.
	MaxSchedules = 100
	// CatchUp is how late a run is still made up for, after a time in which no node ran.
	CatchUp = 24 * time.Hour
	// lookBack is how far back missed runs are counted, and mostMissed how many of them are listed.
	lookBack   = 35 * 24 * time.Hour
	mostMissed = 20
	// KeepRuns is how long a schedule's runs are listed.
	KeepRuns = 90 * 24 * time.Hour
)

// source is what a schedule asks, as it lies in its file.
type source struct {
	Format    Format `json:"format"`
	Text      string `json:"text"`
	Model     string `json:"model,omitempty"`
	System    string `json:"system,omitempty"`
	Prompt    string `json:"prompt,omitempty"`
	IDColumn  string `json:"id_column,omitempty"`
	MaxOutput int64  `json:"max_output,omitempty"`
}

func sourceOf(d *Draft) source {
	return source{d.Format, d.Text, d.Model, d.System, d.Prompt, d.IDColumn, d.MaxOutput}
}

// fill puts what is asked into a draft.
func (s *source) fill(d *Draft) {
	d.Format, d.Text, d.Model, d.System, d.Prompt, d.IDColumn, d.MaxOutput = s.Format, s.Text, s.Model, s.System, s.Prompt, s.IDColumn, s.MaxOutput
}

// forever is when a schedule's file expires: it goes with the schedule.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// keepSource writes down what a schedule asks. The file is not ready.
func (d *Desk) keepSource(ctx context.Context, c Caller, s source) (File, error) {
	return d.compose(ctx, c, forSchedules, "schedule.json", func(w io.Writer) error { return json.NewEncoder(w).Encode(s) })
}

// source reads what a schedule asks.
func (d *Desk) source(ctx context.Context, o id.Org, which id.File) (s source, err error) {
	f, err := d.Store.File(ctx, o, which)
	if err == nil {
		err = json.NewDecoder(newReader(d.Store, d.vault, f).stream(ctx)).Decode(&s)
	}
	if err != nil {
		return s, fmt.Errorf("batch: what a schedule asks: %w", err)
	}
	return s, nil
}

// owed are the times of a schedule that came since its next one was reckoned: the newest is run, unless it is too old to be made up for, and
// the others are missed. more are missed ones that nobody counts one by one.
func (s *Schedule) owed(c Cron, now time.Time) (run time.Time, missed []time.Time, more int, next time.Time) {
	at := s.NextAt
	if from := now.Add(-lookBack); at.Before(from) {
		at = c.Next(from)
	}
	for ; !at.IsZero() && !at.After(now); at = c.Next(at) {
		if !run.IsZero() {
			missed = append(missed, run)
		}
		run = at
		if len(missed) > mostMissed {
			missed = missed[1:]
			more++
		}
	}
	if next = at; next.IsZero() { // ParseCron took a line that comes: not reached
		next = forever
	}
	if !run.IsZero() && now.Sub(run) > CatchUp {
		missed, run = append(missed, run), time.Time{}
	}
	return run, missed, more, next
}

// scheduleName trims a name.
func scheduleName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > 80 {
		return name, fault.Field("name", "A schedule has a name of 1 to 80 characters.")
	}
	return name, nil
}

// NoSchedule refuses an id that names no schedule, or one that is not the actor's to see.
func NoSchedule() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such schedule.")
}
