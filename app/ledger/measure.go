package ledger

import (
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Units are an amount in an account's own measure: nano-dollars, tokens or requests. They are an alias because the
// checked arithmetic is the same, and because most accounts count money.
type Units = money.USD

// Measure is what an account counts.
type Measure uint8

// The measures. Their numbers are in journals: they never change.
const (
	Money    Measure = iota // nano-dollars
	Tokens                  // input and output together
	Requests                // client calls that reached a provider; a retry of one is no second
)

// Plain prints units of a measure for programs: an exact decimal of dollars, or a count.
func (m Measure) Plain(n Units) string {
	if m == Money {
		return n.String()
	}
	return strconv.FormatInt(int64(n), 10)
}

// String is the measure's name in forms, files and the API.
func (m Measure) String() string {
	switch m {
	case Tokens:
		return "tokens"
	case Requests:
		return "requests"
	}
	return "usd"
}

// ParseMeasure reads a measure's name.
func ParseMeasure(s string) (Measure, bool) {
	for _, m := range Measures {
		if m.String() == s {
			return m, true
		}
	}
	return Money, false
}

// Parse reads an amount of the measure as people write it: dollars with up to nine decimals, or a whole count.
func (m Measure) Parse(s string) (Units, error) {
	if m == Money {
		return money.Parse(s)
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), 10, 64)
	if err != nil {
		return 0, money.ErrMalformed
	}
	return Units(n), nil
}

// Measures are all of them.
var Measures = []Measure{Money, Tokens, Requests}

// Amounts are what one attempt claims or used, in every measure.
type Amounts struct {
	Money    money.USD
	Tokens   Units
	Requests Units
}

// Of is the amount in one measure.
func (a Amounts) Of(m Measure) Units {
	switch m {
	case Tokens:
		return a.Tokens
	case Requests:
		return a.Requests
	}
	return a.Money
}

// valid reports whether no amount is below zero.
func (a Amounts) valid() bool { return a.Money >= 0 && a.Tokens >= 0 && a.Requests >= 0 }

// Stake is an account that an attempt's hold lies on, and what is counted there.
type Stake struct {
	Account
	Measure Measure
}

// Counts is what an end counts in the measures beside money, by the same rule as its cost: what was reported, else our
// own count within the hold, else the whole hold.
func Counts(s State, cost money.USD, used llm.Usage, held Amounts) (tokens, requests Units) {
	tokens, requests = Units(used.Input+used.Output), held.Requests
	switch s {
	case Voided:
		return 0, 0
	case Counted:
		tokens = min(tokens, held.Tokens)
	case Cut:
		if tokens = min(tokens+tokens/100*CutMargin+1, held.Tokens); held.Money > 0 && cost >= held.Money {
			tokens = held.Tokens
		}
	case Ambiguous, Interrupted, Handed:
		tokens = held.Tokens
	}
	return tokens, requests
}
