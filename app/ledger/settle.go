package ledger

import "github.com/bodhi-gateway/bodhi/app/money"

// Report is what the provider said about usage.
type Report uint8

// The reports.
const (
	NoUsage      Report = iota // nothing
	PartialUsage               // a running count that the provider would have raised
	FinalUsage                 // the count it bills; an explicit zero is a count
)

// End is how an attempt ended, as dispatch saw it. The words of Class are provider.Class; this package does not import
// it, so that the machine stays below every room that has I/O near it.
type End struct {
	Written  bool   // a byte of the request may have left for the provider
	Class    string // why it failed; "" when it did not
	Status   int    // HTTP status of the answer, 0 if there was none
	Started  bool   // a piece of an answer arrived
	Streamed bool   // the answer came as it was generated, not in one piece at the end
	Complete bool   // the answer ended with its end mark

	Report  Report
	Billed  money.USD // price of the reported usage
	Counted money.USD // price of our own count: the whole input and the output seen
	// ErrorsFree says that the provider does not bill an answer of status 500. The zero value is the careful one.
	ErrorsFree bool
	Held       money.USD
}

// CutMargin is what is added to our own count of a cut stream, in percent: the provider goes on generating until it
// notices that we left. The sum is never above the hold, which bounds what it can bill.
const CutMargin = 10

// Decide is the settlement table: every end has exactly one state and one cost. Where the provider's bill is not known
// the cost errs towards it, so posted ≥ billed. Only a reported usage may cost more than was held.
func Decide(e End) (State, money.USD) {
	switch {
	case !e.Written:
		return Voided, 0
	case e.Report == FinalUsage, e.Report == PartialUsage && e.Complete:
		return Complete, e.Billed
	case e.Started && e.Complete && (e.Class == "" || e.Class == "withheld"):
		return Counted, min(e.Counted, e.Held)
	case e.Started:
		return Cut, cutCost(e)
	}
	return unanswered(e)
}

// unanswered settles an attempt of which no piece of an answer arrived.
func unanswered(e End) (State, money.USD) {
	switch e.Class {
	case "refused", "credential", "rate_limit", "quota", "overloaded":
		return Voided, 0 // rejected before generation
	case "server":
		if e.ErrorsFree || (e.Status >= 502 && e.Status <= 504) {
			return Voided, 0
		}
		return Ambiguous, e.Held
	case "garbled":
		if e.Status >= 200 && e.Status < 300 {
			return Counted, min(e.Counted, e.Held) // a 200 is billed, whatever it held
		}
		return Voided, 0 // a redirect or an error page
	}
	return Ambiguous, e.Held // reset, timeout, cancelled, or a word we do not know: sent, and then nothing came
}

func cutCost(e End) money.USD {
	if !e.Streamed {
		return max(e.Held, e.Billed) // all of it was generated before the first byte came
	}
	margin := e.Counted / 100 * CutMargin
	if margin == 0 && e.Counted > 0 {
		margin = 1
	}
	best := e.Held
	if sum, err := e.Counted.Add(margin); err == nil {
		best = min(sum, e.Held)
	}
	if e.Report == PartialUsage {
		best = max(best, e.Billed)
	}
	return best
}
