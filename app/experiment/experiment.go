// Package experiment is tests between ways of answering: a part of an alias's requests goes to other targets, or under other
// parameters, and after some thousand of them it is known which is cheaper, quicker, fails less or is liked better. Who gets what is
// a hash (Draw), so the data plane asks nobody; what happened is counted where requests are posted; the judgement may be looked at
// at any time (see sequence.go). A variant that harms is taken back by itself.
package experiment

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Metric is something that variants are compared by.
type Metric string

// The metrics. Each is a mean: of cost and errors over counted requests, of latency over those that were answered, of quality over
// those that somebody judged (package feedback).
const (
	Cost    Metric = "cost"    // nano-dollars a request, with all its attempts
	Latency Metric = "latency" // microseconds until the answer was complete
	Errors  Metric = "errors"  // share of requests for which the first target gave no answer at the first try
	Quality Metric = "quality" // feedback, 0 to 1
)

// Metrics are all there are.
var Metrics = []Metric{Cost, Latency, Errors, Quality}

// rises reports whether more is better.
func (m Metric) rises() bool { return m == Quality }

// share reports whether a metric is between 0 and 1, so that differences are said in points, not in percent of the control.
func (m Metric) share() bool { return m == Errors || m == Quality }

// State is where an experiment stands. Only a running one has part in requests.
type State string

// The states.
const (
	Running    State = "running"
	Paused     State = "paused"
	Finished   State = "finished"
	RolledBack State = "rolled_back" // a variant did harm
)

// Over reports whether an experiment has come to its end.
func (s State) Over() bool { return s == Finished || s == RolledBack }

// Verdict is what an experiment came to.
type Verdict string

// The verdicts.
const (
	Open         Verdict = ""             // not decided
	Win          Verdict = "win"          // a variant is better in what was asked
	Lose         Verdict = "lose"         // every variant is worse
	Inconclusive Verdict = "inconclusive" // the planned sample is there and says nothing
	Harm         Verdict = "harm"         // a variant was taken back
	Stopped      Verdict = "stopped"      // a person ended it before it was decided
)

// Variant is one way of answering. The first is the control.
type Variant struct {
	Name string `json:"name"`
	// Percent of units that get it, 1 to 99; those of all variants are 100.
	Percent int `json:"percent"`
	// Target is "connection/model" or an alias; "" is the route as it is. The route's own targets follow when it fails.
	Target string `json:"target,omitempty"`
	// MaxOutput lowers the cap of output tokens; 0 leaves it. The client's own, if lower, counts.
	MaxOutput int64 `json:"max_output,omitempty"`
	// Temperature takes the place of the client's, "0.2"; "" leaves it. Only chats have one.
	Temperature string `json:"temperature,omitempty"`
	// Version is the version of Experiment.Prompt that is filled in: a label such as "staging", or "v4"; "" is the one that the
	// request names.
	Version string `json:"version,omitempty"`
}

// Guard takes the variants back when a metric gets worse by more than a tolerance, for certain.
type Guard struct {
	Metric Metric `json:"metric"`
	// Percent is how much worse may be: of the control's cost or latency, or points of quality.
	Percent int `json:"percent"`
}

// Experiment is one test on one alias. Its JSON form is part of the snapshot on disk.
type Experiment struct {
	ID    id.Experiment `json:"id"`
	Org   id.Org        `json:"org"`
	Alias id.Alias      `json:"alias"`
	// Model is the alias's name now; "" if it was deleted.
	Model    string    `json:"model"`
	Name     string    `json:"name"`
	State    State     `json:"state"`
	Unit     Unit      `json:"unit"`
	Variants []Variant `json:"variants"`
	// Who has part: requests of the team, of the key, with the tag "project=apollo"; zero is all.
	Team id.Team `json:"team,omitzero"`
	Key  id.Key  `json:"key,omitzero"`
	Tag  string  `json:"tag,omitempty"`
	// Prompt narrows it to requests of one stored prompt, by its name. Variants may have versions then.
	Prompt string `json:"prompt,omitempty"`

	Goal Metric `json:"goal"`
	// LookFor is the smallest difference worth finding: percent of the control's cost or latency, or points of errors or quality.
	LookFor int `json:"look_for"`
	// Sample is how many counted requests are planned, of all variants. At that the experiment ends, whatever it says.
	Sample int64 `json:"sample"`
	// ErrorLimit is the share of errors, in percent, above which a variant is taken back if the control has fewer for certain.
	ErrorLimit int     `json:"error_limit"`
	Guards     []Guard `json:"guards,omitempty"`
	// Judge rates a part of the answers; nil is nobody but those who give feedback.
	Judge *Rater `json:"judge,omitempty"`

	Verdict Verdict `json:"verdict,omitempty"`
	// Winner is the variant of a Win, Harmful that of a Harm and Why what it did, or why nothing could be concluded.
	Winner  int    `json:"winner,omitempty"`
	Harmful int    `json:"harmful,omitempty"`
	Why     string `json:"why,omitempty"`

	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}

// Tally is what the units of one bucket of one variant came to.
type Tally struct {
	Variant, Bucket int
	Requests        int64
	Answered        int64
	Errors          int64
	Cost            money.USD // of all Requests
	Latency         int64     // microseconds, of those Answered
	Rated           int64
	Score           int64 // thousandths, of those Rated
}
