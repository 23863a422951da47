package pii

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Any reports whether there is anything to record.
func (r *Result) Any() bool { return len(r.Found) > 0 }

// Facts is what an incident keeps of a result: detectors, actions and counts as JSON, never a value.
func (r *Result) Facts() string {
	text, _ := json.Marshal(r.Found) // names and numbers
	return string(text)
}

// MarshalText implements encoding.TextMarshaler.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Action) UnmarshalText(text []byte) error {
	v, ok := ParseAction(string(text))
	if !ok {
		return fmt.Errorf("unknown action %q", text)
	}
	*a = v
	return nil
}

// Words are the findings of one action in words: "2 e-mail addresses and 1 payment card number".
func (r *Result) Words(a Action) string {
	var all []string
	for _, f := range r.Found {
		if f.Action == a && f.Count > 0 {
			all = append(all, f.words())
		}
	}
	if n := len(all); n > 1 {
		return strings.Join(all[:n-1], ", ") + " and " + all[n-1]
	}
	return strings.Join(all, "")
}

func (f Found) words() string {
	n := strconv.Itoa(f.Count)
	switch {
	case f.kind < kindCount && f.Count == 1:
		return n + " " + words[f.kind].one
	case f.kind < kindCount:
		return n + " " + words[f.kind].many
	case f.Count == 1:
		return n + " match of " + strconv.Quote(f.Detector)
	}
	return n + " matches of " + strconv.Quote(f.Detector)
}

// Refusal tells the client why its request goes nowhere: kinds and counts, never a value.
func (r *Result) Refusal(incident id.Incident) *fault.Error {
	by, why, names := r.blocker()
	f := fault.Newf(fault.Invalid, "policy_blocked", "Nothing was sent to a provider: %s. %s can look up the incident %s and change the rule.", why, asker(by), incident)
	f.With("incident_id", incident.String()).With("detectors", strings.Join(names, ","))
	if by != nil {
		f.With("scope", string(by.Kind))
	}
	return f
}

// blocker is the rule that refuses, and why.
func (r *Result) blocker() (by *rule, why string, names []string) {
	for _, f := range r.Found {
		if f.Action == Block || r.TooMany || f.Own && f.Detector == r.Unread {
			if by == nil || f.Action == Block {
				by = f.by
			}
			names = append(names, f.Detector)
		}
	}
	switch {
	case r.Words(Block) != "":
		return by, fmt.Sprintf("the request contains %s, which the data rule of %s blocks. Take that out and send it again", r.Words(Block), by.Label), names
	case r.TooMany:
		return by, fmt.Sprintf("the request contains more than %d findings of personal data or secrets. Send less at once", maxHits), names
	case r.unread != nil:
		return r.unread, fmt.Sprintf("the pattern %q of %s could not be checked on so long a text within %d ms. Send less at once, or simplify the pattern", r.Unread, r.unread.Label, Budget/time.Millisecond), names
	}
	return by, "a data rule blocks this request", names
}

// asker says who can change a rule: those whom org.Actor.MayLimit lets.
func asker(r *rule) string {
	if r == nil {
		return "An organization admin"
	}
	switch r.Kind {
	case org.OrgScope, org.DepartmentScope:
		return "An organization admin"
	case org.TeamScope:
		return "The department's manager"
	}
	return "A team lead"
}
