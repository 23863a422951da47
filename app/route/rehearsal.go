package route

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Rehearsal is a replay of past requests against a draft of a route: what would have gone elsewhere, and what that would have
// done to cost and waiting.
type Rehearsal struct {
	ID        id.Rehearsal
	Org       id.Org
	Draft     Document
	Days      int
	State     RehearsalState
	Outcome   Outcome
	By        string
	At        time.Time
	UpdatedAt time.Time
}

// RehearsalState is how far a rehearsal is.
type RehearsalState string

// The states.
const (
	Running RehearsalState = "running"
	Done    RehearsalState = "done"
	Broken  RehearsalState = "broken off" // its process ended, or failed
)

// Bounds of rehearsals.
const (
	MaxRehearsed   = 100_000 // requests, the newest of the days that were asked for
	MaxDays        = 30      // as long as requests are kept
	KeptRehearsals = 20      // of one organization
	rehearsalBatch = 5_000   // requests read at a time
	// stale is how long a running one may say nothing until it counts as broken off: a batch takes under a second.
	stale = time.Minute
)

// Mark is a place among past requests.
type Mark struct {
	At time.Time
	ID id.Request
}

// Past is what is stored of one answered request.
type Past struct {
	Mark
	Chain                          org.Chain
	KeyName                        string // of now; "" for a key that is gone
	Family                         llm.Family
	Endpoint                       llm.Operation
	Stream                         bool
	Asked                          string
	Model                          string // that answered
	Connection                     string // that answered, by its name
	Client, Tags, EndUser, Session string
	Usage                          llm.Usage
	Cost                           money.USD
	Duration                       time.Duration
}

// Outcome is what a rehearsal found so far. Costs are of the judged requests whose both ways have a price, at today's prices and
// with the usage that was booked.
type Outcome struct {
	Requests int       `json:"requests"` // read so far
	Judged   int       `json:"judged"`
	Unjudged int       `json:"unjudged"` // a condition asks what no stored fact tells
	Lost     int       `json:"lost"`     // the model is gone, or has no target that fulfils what its route demands, on the present or on the new way
	Changed  int       `json:"changed"`  // would have gone to another first target
	Unpriced int       `json:"unpriced"`
	Before   money.USD `json:"before_nanos"`
	After    money.USD `json:"after_nanos"`
	Booked   money.USD `json:"booked_nanos"`
	From     time.Time `json:"from,omitzero"` // of the oldest and newest request read
	To       time.Time `json:"to,omitzero"`
	More     bool      `json:"more"` // there were more than MaxRehearsed
	// Missing are the facts that could not be judged.
	Missing []string `json:"missing,omitempty"`
	Routes  []Tally  `json:"routes,omitempty"` // by what would have decided, most first
	Moves   []Move   `json:"moves,omitempty"`  // most first
}

// Tally is how many requests a rule would have taken.
type Tally struct {
	Route    string `json:"route"`
	Requests int    `json:"requests"`
}

// Move is how many requests would have gone from one first target to another. The waits are medians, in milliseconds, of the
// whole answer as each target was observed in the same days; 0 is not observed.
type Move struct {
	From       string    `json:"from"`
	To         string    `json:"to"`
	Requests   int       `json:"requests"`
	Unpriced   int       `json:"unpriced"`
	Before     money.USD `json:"before_nanos"`
	After      money.USD `json:"after_nanos"`
	WaitBefore int64     `json:"wait_before_ms"`
	WaitAfter  int64     `json:"wait_after_ms"`
}
