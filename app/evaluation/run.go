package evaluation

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Subject is who is asked: a model with parameters, or a version of a prompt.
type Subject struct {
	// Model is what a request would name: an alias, connection/model, or prompt:name@label. A label is made the number it stood for
	// when the run began, so that a label that moves does not change a run under way.
	Model       string `json:"model"`
	Temperature string `json:"temperature,omitempty"` // "0.2"; "" leaves it to the prompt or the provider
	MaxOutput   int64  `json:"max_output,omitempty"`  // tokens
	// Most is what one row may cost at most, as the longest row was priced when the run began.
	Most money.USD `json:"most_nanos,omitempty"`
}

// State says how far a run is.
type State string

// The states of a run.
const (
	Running   State = "running"
	Finished  State = "finished"
	Cancelled State = "cancelled" // somebody did
	Stopped   State = "stopped"   // by its cost limit, by a budget, or because its key is gone; Why says which
)

// Run is a dataset asked of subjects.
type Run struct {
	ID        id.Evaluation
	Org       id.Org
	Dataset   id.Dataset
	State     State
	Why       string // of Stopped, a sentence
	Body      Body
	Rows      int
	CreatedAt time.Time
	EndedAt   time.Time // zero while it runs
}

// Body is what a run was asked for; it never changes.
type Body struct {
	Name      string        `json:"name"`
	Subjects  []Subject     `json:"subjects"`
	Scorers   []Scorer      `json:"scorers"`
	Key       id.Key        `json:"key"` // whose budgets pay
	KeyName   string        `json:"key_name"`
	Cap       money.USD     `json:"cap_nanos"`       // for the answers
	JudgeCap  money.USD     `json:"judge_cap_nanos"` // for the judge; 0 without one
	JudgeMost money.USD     `json:"judge_most_nanos,omitempty"`
	IP        string        `json:"ip"` // where it was started, for the key's networks
	By        id.Member     `json:"by"`
	ByLabel   string        `json:"by_label"`
	Timeout   time.Duration `json:"-"`
}

// Judge is the scorer that asks a model, if there is one.
func (b *Body) Judge() *Scorer {
	for i := range b.Scorers {
		if b.Scorers[i].Kind == Judge {
			return &b.Scorers[i]
		}
	}
	return nil
}

// Step says how far one question of one subject is.
type Step string

// The steps.
const (
	Waiting  Step = "waiting"
	Asked    Step = "asked" // sent; what comes of it is unknown
	Answered Step = "answered"
	Judging  Step = "judging" // the judge was asked
	Done     Step = "done"    // answered, and scored as far as that is possible
	Failed   Step = "failed"  // nothing that could be scored came back; Code says why
)

// Item is one row asked of one subject.
type Item struct {
	Org     id.Org
	Run     id.Evaluation
	Row     int
	Subject int
	Step    Step
	Asks    int // how often it was sent
	Judged  int // how often its judge was
	// Most and JudgeMost are what is under way may cost at most; 0 when nothing is.
	Most      money.USD
	JudgeMost money.USD
	// Cost is what the answer cost, with those that were lost, which count at their most; JudgeCost what the judge did.
	Cost      money.USD
	JudgeCost money.USD
	Took      time.Duration
	Input     int64 // tokens
	Output    int64 // tokens
	// Right is whether all scorers were content, Mark their mean in thousandths; Scored is false where they could say nothing.
	Scored bool
	Right  bool
	Mark   int64
	Code   string
	// Request is the answer's id in the log of requests; zero without.
	Request id.Request
	Said    Said
}

// Said is what of an item is content, and sealed where it is kept.
type Said struct {
	Text    string   `json:"text,omitempty"`
	Refusal string   `json:"refusal,omitempty"` // why there is none
	Cut     bool     `json:"cut,omitempty"`     // it ended at its cap of tokens
	Scores  []Score  `json:"scores,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

// Score is what one scorer says of an answer.
type Score struct {
	Kind  Kind   `json:"kind"`
	Right bool   `json:"right"`
	Mark  int64  `json:"mark"` // thousandths
	Why   string `json:"why,omitempty"`
}

// Tally is how many items of a subject are at a step, and what they cost.
type Tally struct {
	Subject   int
	Step      Step
	Count     int64
	Right     int64
	Scored    int64
	Cost      money.USD
	JudgeCost money.USD
	Held      money.USD // most of what is under way
	JudgeHeld money.USD
}
