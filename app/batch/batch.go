package batch

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// State says how far a batch is.
type State string

// The states of a batch. The last four are ends.
const (
	Validating State = "validating" // its lines are being read
	Running    State = "running"
	Paused     State = "paused"     // by somebody, by its cost limit or by a budget; Why says which
	Cancelling State = "cancelling" // somebody cancelled it; a node lists what is undone
	Completed  State = "completed"
	Failed     State = "failed" // its file cannot be worked on; Errors say why
	Expired    State = "expired"
	Cancelled  State = "cancelled"
)

// Over reports whether nothing will happen to the batch any more.
func (s State) Over() bool {
	return s == Completed || s == Failed || s == Expired || s == Cancelled
}

// Family is in whose words a batch was made, and its results are written.
type Family string

// The families.
const (
	OpenAI    Family = "openai"
	Anthropic Family = "anthropic"
)

// Batch is a file of requests that are asked.
type Batch struct {
	ID     id.Batch
	Org    id.Org
	Key    id.Key    // as which its requests are asked, and whose it is
	Member id.Member // whose key that is; zero for a service account's
	Family Family
	State  State
	Why    string // of Paused and Failed, a sentence
	Body   Body
	Input  id.File
	// Output and Failures are the files of results, zero before its end and where there are none.
	Output   id.File
	Failures id.File
	Total    int // lines, known when they were read
	Priority int // among the batches of its organization: -1, 0 or 1

	CreatedAt time.Time
	StartAt   time.Time // nobody works on it before
	BeganAt   time.Time // zero before its lines were read
	ExpiresAt time.Time // zero: it may take for ever
	StoppedAt time.Time // somebody cancelled it; else zero
	EndedAt   time.Time // zero while it is not over

	opens time.Time // where it was read: the off-peak hours that it waits for, or zero
}

// Body is what a batch was asked for, and what was wrong with its file.
type Body struct {
	Name     string            `json:"name,omitempty"`
	Endpoint string            `json:"endpoint"` // the path of every line
	Window   string            `json:"window,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Cap      money.USD         `json:"cap_nanos,omitempty"` // 0: only budgets stop it
	Native   bool              `json:"native,omitempty"`    // its lines may be handed over to their providers
	OffPeak  bool              `json:"off_peak,omitempty"`  // it is worked on in the organization's off-peak hours alone
	Schedule string            `json:"schedule,omitempty"`  // the id of the schedule that made it
	Beta     string            `json:"beta,omitempty"`      // Anthropic's features that its requests use, as the header has them
	Tags     string            `json:"tags,omitempty"`      // of every line, as x-bodhi-tags has them
	User     string            `json:"user,omitempty"`      // of every line, as x-bodhi-user has it
	Unkept   bool              `json:"unkept,omitempty"`    // no line's texts are kept
	KeyName  string            `json:"key_name"`
	IP       string            `json:"ip"` // where it was made, for the key's networks
	Errors   []Wrong           `json:"errors,omitempty"`
}

// Wrong is what is wrong with a line of a file.
type Wrong struct {
	Line    int    `json:"line,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Param   string `json:"param,omitempty"`
}

// Step says how far one line is.
type Step string

// The steps. The last four are ends.
const (
	Waiting Step = "waiting"
	Handed  Step = "handed" // to its provider, with others; Cost is what is booked for it
	Sent    Step = "sent"   // what comes of it is unknown
	Done    Step = "done"
	Refused Step = "failed" // asked, and not answered
	Lapsed  Step = "expired"
	Dropped Step = "cancelled"
)

// Item is one line of a batch.
type Item struct {
	Org    id.Org
	Batch  id.Batch
	Number int   // of the line, from 1
	At     int64 // where it begins in the file
	Length int
	Step   Step
	Tries  int // how often it was sent
	Losses int // how often its answer was lost with a node
	// Cost is what the result cost; Lost what may have been spent on answers that were lost, by the dearest line so far.
	Cost    money.USD
	Lost    money.USD
	Status  int
	Code    string
	Request id.Request // in the log of requests; zero without
	Took    time.Duration
	// Line is the result as it stands in the file of results, without the end of the line; sealed where it is kept.
	Line []byte
}

// over reports whether the item is at its end.
func (i *Item) over() bool { return i.Step != Waiting && i.Step != Sent && i.Step != Handed }

// Tally adds the lines of a batch up.
type Tally struct {
	Steps   map[Step]int
	Cost    money.USD // of the results
	Lost    money.USD
	Dearest money.USD // line
	// Back is how many of those that are Handed the provider has answered, when somebody last looked.
	Back int
	// Good and Bad are the bytes of the files of results.
	Good, Bad int64
}

// Spent is what the budget was charged, and what counts towards the batch's cap: also for answers that were lost.
func (t *Tally) Spent() money.USD { return t.Cost + t.Lost }

// Ended is how many lines are at their end.
func (t *Tally) Ended() int {
	return t.Steps[Done] + t.bad()
}

func (t *Tally) bad() int { return t.Steps[Refused] + t.Steps[Lapsed] + t.Steps[Dropped] }
