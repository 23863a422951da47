// Package patience is how long and how often the gateway asks a provider before it asks another, or gives up: an
// organization's policy, and what single aliases have instead.
package patience

import "time"

// Policy is how much patience a request has. Its zero fields take the gateway's defaults (Defaults).
type Policy struct {
	// Tries is how often one target is asked at most, the first time included, where asking again can help. TriesBeforeNext
	// is the same while another target is left: that one answers sooner than any wait is over.
	Tries           int
	TriesBeforeNext int
	// Backoff is how long to wait before a target is asked again: a random time up to it, and up to twice as much before
	// each further try, but never more than MaxBackoff.
	Backoff    time.Duration
	MaxBackoff time.Duration
	// Growth is how that bound grows.
	Growth Growth
	// RetryUnsure allows asking the same target again after a connection that broke before the answer: the provider may
	// have worked, and bill, both times. Each try holds its own money, so no budget is exceeded.
	RetryUnsure bool
	// OnTimeout is what follows when a target does not begin to answer in time.
	OnTimeout Action
	// RefuseWhenOpen refuses with circuit_open when every target is known to fail, instead of asking the one that will
	// soonest be back.
	RefuseWhenOpen bool
	Waits          Waits
}

// Waits bound how long a provider may take. 0 = the default.
type Waits struct {
	Connect time.Duration // to be reached: name, TCP and TLS
	Headers time.Duration // streams: until the answer's headers are there
	First   time.Duration // streams: until the first event is there, headers included
	Gap     time.Duration // streams: between two events
	Answer  time.Duration // documents: one try, until the whole answer is there
	Total   time.Duration // the request with all its tries and pauses
}

// Action is what follows a timeout.
type Action string

// The actions. After the first byte of an answer none of them but Partial applies: what has come is kept and billed, and the stream
// ends with an error.
const (
	AskNext  Action = "next"  // the next target
	AskAgain Action = "retry" // the same target, as for any other failure, then the next
	GiveUp   Action = "error" // nobody
	// Partial is AskNext before the first byte, and after it ends a chat's stream as if its output cap had been met: clients take
	// what came for an answer that is too short, not for a broken one. Such streams are written anew in the client's dialect.
	Partial Action = "partial"
)

// Growth is how the bound of pauses grows from try to try.
type Growth string

// The growths.
const (
	Exponential Growth = "exponential" // it doubles
	Linear      Growth = "linear"      // by as much each time
	// Smart doubles from a start that goes by what failed: four times as late where a provider is overloaded or limits our rate, a
	// quarter where a line broke or an answer was none.
	Smart Growth = "smart"
)

// Defaults are patient enough for models that think for minutes, and give a provider up only for silence.
func Defaults() Policy {
	return Policy{Tries: 3, TriesBeforeNext: 1, Backoff: 250 * time.Millisecond, MaxBackoff: 8 * time.Second, Growth: Exponential, OnTimeout: AskNext, Waits: Standard}
}

// The presets of waits. A document's answer is bounded by Total alone in all but Quick, because a provider sends nothing of
// it until all is there.
var (
	Quick    = Waits{Connect: 2 * time.Second, Headers: 10 * time.Second, First: 20 * time.Second, Gap: 15 * time.Second, Answer: 45 * time.Second, Total: 90 * time.Second}
	Standard = Waits{Connect: 3 * time.Second, Headers: 2 * time.Minute, First: 5 * time.Minute, Gap: time.Minute, Answer: 10 * time.Minute, Total: 10 * time.Minute}
	Extended = Waits{Connect: 5 * time.Second, Headers: 10 * time.Minute, First: 20 * time.Minute, Gap: 5 * time.Minute, Answer: time.Hour, Total: time.Hour}
)

// Within is p for a client that allows its request more time than p does. Only silence between two events still ends a try before.
func (p *Policy) Within(all time.Duration) *Policy {
	if all <= p.Waits.Total {
		return p
	}
	q := *p
	w := &q.Waits
	w.Headers, w.First, w.Answer, w.Total = max(w.Headers, all), max(w.First, all), max(w.Answer, all), all
	return &q
}

// Or fills the zero fields of p from q, the wider policy. The first event comes after the headers, so of those two waits the one that p
// names binds both where q has it otherwise.
func (p Policy) Or(q Policy) Policy {
	or(&p.Tries, q.Tries)
	or(&p.TriesBeforeNext, q.TriesBeforeNext)
	or(&p.Backoff, q.Backoff)
	or(&p.MaxBackoff, q.MaxBackoff)
	or(&p.OnTimeout, q.OnTimeout)
	or(&p.Growth, q.Growth)
	w := p.Waits.Or(q.Waits)
	if w.First > 0 && w.Headers > w.First {
		if p.Waits.First > 0 {
			w.Headers = w.First
		} else {
			w.First = w.Headers
		}
	}
	p.Waits = w
	return p
}

// Or fills the zero fields of w from v.
func (w Waits) Or(v Waits) Waits {
	or(&w.Connect, v.Connect)
	or(&w.Headers, v.Headers)
	or(&w.First, v.First)
	or(&w.Gap, v.Gap)
	or(&w.Answer, v.Answer)
	or(&w.Total, v.Total)
	return w
}

func or[T comparable](v *T, other T) {
	if *v == *new(T) {
		*v = other
	}
}
