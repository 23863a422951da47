package openai

import "github.com/bodhi-gateway/bodhi/app/llm"

// defaultCap is how many tokens a completion has at most when nobody says anything.
const defaultCap = 16

// completed settles what a legacy completion can cost: every prompt of a list is answered as often as n or best_of says, and
// without a cap the API has its own, which is then sent, so that it holds everywhere.
func (r *request) completed() {
	c := r.call
	c.Choices *= max(c.Bound.Messages, 1)
	if c.MaxOutput == 0 {
		c.MaxOutput = defaultCap
	}
}

// capOf are the quirks for a call's output cap: completions have only ever had the old name.
func (q Quirks) capOf(call *llm.Call) Quirks {
	if call.Operation == llm.Completions {
		q.MaxKey, q.OnlyMaxKey = oldCap, false
	}
	return q
}
