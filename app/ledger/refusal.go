package ledger

import "github.com/bodhi-gateway/bodhi/app/id"

// Refusal is which budget refused a request and how it stood at that moment, in the budget's measure. The sentence that
// the client got says it in words; this is for explaining it later, when the budget stands elsewhere.
type Refusal struct {
	Budget  id.Budget `json:"budget"`
	Measure Measure   `json:"measure,omitempty"`
	Need    Units     `json:"need,omitempty"` // the least that the request would have needed; 0 where no price is known
	Limit   Units     `json:"limit"`
	Spent   Units     `json:"spent"`
	Held    Units     `json:"held,omitempty"`
}

// Left is what was left, not below zero.
func (r Refusal) Left() Units { return max(0, r.Limit-r.Spent-r.Held) }

// Lacking is how much more would have been enough.
func (r Refusal) Lacking() Units { return max(0, r.Need-r.Left()) }
