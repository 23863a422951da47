package llm

import (
	"fmt"
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

var unsupported = [...]string{Warn: "warn", Drop: "drop", Reject: "reject"}

// String is the policy's word, as settings have it.
func (u Unsupported) String() string { return unsupported[u] }

// ParseUnsupported reads that word.
func ParseUnsupported(word string) (Unsupported, bool) {
	i := slices.Index(unsupported[:], word)
	return Unsupported(max(i, 0)), i >= 0
}

// MarshalText implements encoding.TextMarshaler, for snapshots.
func (u Unsupported) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (u *Unsupported) UnmarshalText(word []byte) error {
	v, ok := ParseUnsupported(string(word))
	if *u = v; !ok {
		return fmt.Errorf("llm: unknown policy %q", word)
	}
	return nil
}

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
		n.Refuse(field, "has no counterpart at this provider, and your organization's policy is to refuse the request rather than to drop it. Leave it out, or ask for a model of a provider that has it")
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
