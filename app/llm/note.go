package llm

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Unsupported says what happens to a parameter that the serving provider does not have.
type Unsupported uint8

// The policies. Whatever the policy, a field without which the answer would be another one (an image, several choices) is
// never dropped: Notes.Refuse.
const (
	Warn   Unsupported = iota // leave it out and say so in x-bodhi-warning
	Drop                      // leave it out
	Reject                    // refuse the call
)

// Notes collects what a translation changed. The nil Notes drop in silence, for tests and counting.
type Notes struct {
	Policy Unsupported

	list    []string
	refusal *fault.Error
}

// Drop says that a field of the request was left out because the provider has nothing like it.
func (n *Notes) Drop(field string) {
	if n == nil {
		return
	}
	if n.Policy == Reject {
		n.Refuse(field, "has no counterpart at this provider, and this key's policy is to refuse rather than to drop it. Leave it out, or ask for a model of a provider that has it")
		return
	}
	n.add("dropped " + field)
}

// Change says that a field was carried over as something near to it: Change("temperature", "lowered to 1").
func (n *Notes) Change(field, how string) {
	if n != nil {
		n.add(field + " " + how)
	}
}

// Refuse says that the call cannot be translated; why is half a sentence that follows the field's name and ends with what
// could serve it, without a full stop. The first refusal counts.
func (n *Notes) Refuse(field, why string) {
	if n == nil || n.refusal != nil {
		return
	}
	n.refusal = fault.Newf(fault.Invalid, "unsupported_parameter", "%q %s.", field, why)
	n.refusal.Field = field
}

func (n *Notes) add(s string) {
	if n.Policy == Warn && !slices.Contains(n.list, s) {
		n.list = append(n.list, s)
	}
}

// Warnings are what the client should know, one line each.
func (n *Notes) Warnings() []string {
	if n == nil {
		return nil
	}
	return n.list
}

// Err is the refusal, if there is one.
func (n *Notes) Err() error {
	if n == nil || n.refusal == nil {
		return nil
	}
	return n.refusal
}
