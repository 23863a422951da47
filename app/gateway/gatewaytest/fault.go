package gatewaytest

import (
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Fault is one way in which a provider goes wrong, and what the gateway must make of it.
type Fault struct {
	// Row is the fault's number in the reference (Rows), and Name one way of it.
	Row  int
	Name string
	// Play answers one request. The connection is closed when it returns.
	Play func(c *Conn, q Request)
	// Before runs instead of reading a request, for what goes wrong earlier; nil otherwise.
	Before func(c *Conn)
	// Open starts the provider where it takes more than a plain connection; nil otherwise.
	Open func(t testing.TB, k *Kind, f Fault) *Upstream
	// Keeps says that the connection goes on after an answer.
	Keeps bool
	// Second says that a healthy request goes before the one that is judged, on a connection that may be used again.
	Second bool

	// Document and Stream are what must come of a request of either mode; nil if the fault does not apply to it.
	Document, Stream *Want
	// Free is what comes instead at providers whose published terms say that such an answer costs nothing; nil: nothing else.
	Free *Want
	// Translated is what comes instead for a client of another dialect; nil: nothing else.
	Translated *Want
	// Falls says that the next target must be asked, since nothing of an answer arrived.
	Falls bool
	// Tries is how often the target is asked at most that has no other behind it, and a policy of three tries without a pause worth
	// the name; 0 means once.
	Tries int
	// Breaker says what it means for the target's health.
	Breaker Mark
	// Softly are the kinds where it only counts.
	Softly []string
	// Only are the tongues that it applies to; nil is all.
	Only func(t *Tongue) bool
}

// Mark is what a breaker makes of a fault.
type Mark string

// The marks.
const (
	Counts Mark = "counts"         // it is a failure
	Pauses Mark = "pauses"         // the target is left alone for a while
	Locks  Mark = "locks"          // it is left alone until its credential or its account changes
	Fine   Mark = "does not count" // it is none, or the request's own
)

// Applies reports whether a kind of provider can go wrong in this way, and a request of this mode meets it.
func (f Fault) Applies(k *Kind, streamed bool) bool {
	return f.wanted(streamed) != nil && (f.Only == nil || f.Only(k.Tongue))
}

func (f Fault) wanted(streamed bool) *Want {
	if streamed {
		return f.Stream
	}
	return f.Document
}

// Next reports whether the next target must answer a request of this mode.
func (f Fault) Next(streamed bool) bool { return f.Falls && f.wanted(streamed).Status != 200 }

// freeErrors are the kinds that do not bill an answer of status 500, as in package gateway.
var freeErrors = []string{"gemini"}

// Want is what must come of a request.
func (f Fault) Want(k *Kind, streamed, translated bool) *Want {
	if translated && f.Translated != nil {
		return f.Translated
	}
	if f.Free != nil && slices.Contains(freeErrors, k.Name) {
		return f.Free
	}
	return f.wanted(streamed)
}

// Mark is what it means for the health of a target of this kind.
func (f Fault) Mark(k *Kind, translated bool) Mark {
	if slices.Contains(f.Softly, k.Name) || translated && f.Translated != nil {
		return Counts
	}
	return f.Breaker
}

// Listen starts a provider that goes wrong in this way on every request.
func (f Fault) Listen(t testing.TB, k *Kind) *Upstream {
	t.Helper()
	if f.Open != nil {
		return f.Open(t, k, f)
	}
	return Listen(t, k, f.serve)
}

func (f Fault) serve(c *Conn) {
	if f.Before != nil {
		f.Before(c)
		return
	}
	for q, ok := c.Request(); ok; q, ok = c.Request() {
		if f.Play(c, q); !f.Keeps {
			return
		}
	}
}

// Want is an outcome.
type Want struct {
	// Status and Code are what the client gets: 200 and "" for a whole answer. A stream that broke after its first
	// byte has status 200, and the code in its last event.
	Status int
	Code   string
	// States are the settlements that are right; where there are several, the later ones err further to our side.
	States []ledger.State
	// Cost is the exact cost in tokens where the provider reported one, at one nano-dollar a token; -1 otherwise.
	Cost int64
	// Text is what the client must read, and Says what its bytes must hold; Never are texts that they must not.
	Text  string
	Says  []string
	Never []string
}

// Whole reports whether the client gets an answer with an end.
func (w *Want) Whole() bool { return w.Status == 200 && w.Code == "" }

// Outcomes that many faults share.
var (
	whole     = &Want{Status: 200, States: []ledger.State{ledger.Complete}, Cost: 16, Text: "Hello there friend"}
	counted   = &Want{Status: 200, States: []ledger.State{ledger.Counted}, Cost: -1, Text: "Hello"}
	rejected  = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Voided}, Never: []string{"canary"}}
	busy      = &Want{Status: 503, Code: "upstream_failed", States: []ledger.State{ledger.Voided}, Never: []string{"canary"}}
	silent    = &Want{Status: 504, Code: "upstream_timeout", States: []ledger.State{ledger.Ambiguous}, Cost: -1}
	unsure    = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Ambiguous}, Cost: -1}
	eitherWay = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Ambiguous, ledger.Voided}, Cost: -1} // the reset may be seen before or after the request was written
	junk      = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Counted}, Cost: -1, Never: []string{"canary"}}
	truncated = &Want{Status: 200, Code: "upstream_truncated", States: []ledger.State{ledger.Cut}, Cost: -1, Text: "Hello"}
	broken    = &Want{Status: 200, Code: "upstream_failed", States: []ledger.State{ledger.Cut}, Cost: -1, Text: "Hello"}
	stalled   = &Want{Status: 200, Code: "upstream_timeout", States: []ledger.State{ledger.Cut}, Cost: -1, Text: "Hello"}
	late      = &Want{Status: 200, Code: "upstream_timeout", States: []ledger.State{ledger.Ambiguous}, Cost: -1}
	half      = unsure // a document is billed to its end, however much of it came
	erroneous = &Want{Status: 502, Code: "upstream_failed", States: []ledger.State{ledger.Ambiguous}, Cost: -1, Never: []string{"canary"}}
	// odd usage is not believed: our own count is booked instead, and the attempt is flagged.
	odd = &Want{Status: 200, States: []ledger.State{ledger.Counted}, Cost: -1, Text: "Hello"}
)

// Faults are the ways, in the order of Rows.
func Faults() []Fault {
	list := slices.Concat(unreached(), early(), kept(refused()), kept(answered()), usages(), streams(), second())
	slices.SortStableFunc(list, func(a, b Fault) int { return a.Row - b.Row })
	return list
}

// kept are faults whose answers are whole, so that the connection goes on; else another try could meet its end.
func kept(list []Fault) []Fault {
	for i := range list {
		list[i].Keeps = list[i].Tries > 0 && list[i].Row != 13
	}
	return list
}

const jsonType = "application/json"

func sse(t *Tongue) bool    { return !t.Frames }
func frames(t *Tongue) bool { return t.Frames }
func marked(t *Tongue) bool { return t.Marked }
