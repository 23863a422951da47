package pii

import (
	"encoding/json"
	"fmt"
	"slices"
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

// Unreadable is the detector of what nobody can look into: pictures, sound, files without text.
const Unreadable = "unreadable"

// Words are the findings of one action in words, wherever they were: "2 e-mail addresses and 1 payment card number".
func (r *Result) Words(a Action) string {
	var all []string
	for i, f := range r.Found {
		same := func(o Found) bool { return o.Action == a && o.Detector == f.Detector && o.Own == f.Own }
		if f.Action != a || f.Count == 0 || slices.ContainsFunc(r.Found[:i], same) {
			continue
		}
		for _, o := range r.Found[i+1:] {
			if same(o) {
				f.Count += o.Count
			}
		}
		all = append(all, f.words())
	}
	if n := len(all); n > 1 {
		return strings.Join(all[:n-1], ", ") + " and " + all[n-1]
	}
	return strings.Join(all, "")
}

func (f Found) words() string {
	n := strconv.Itoa(f.Count)
	switch {
	case f.Detector == Unreadable && !f.Own && f.Count == 1:
		return "1 picture, sound, file or list of tokens that cannot be read"
	case f.Detector == Unreadable && !f.Own:
		return n + " pictures, sounds, files or lists of tokens that cannot be read"
	case f.Detector == Unrecognized && !f.Own:
		return n + " text in which nobody could look for names and addresses"
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
func (r *Result) Refusal(incident id.Finding) *fault.Error {
	by, why, names := r.blocker("request")
	f := fault.Newf(fault.Invalid, "policy_blocked", "Nothing was sent to a provider: %s. %s can look up the incident %s and change the rule.", why, asker(by), incident)
	return detailed(f, by, names, incident)
}

// Withheld tells the client why it does not get its answer, or no more of it.
func (r *Result) Withheld(incident id.Finding) *fault.Error {
	by, why, names := r.blocker("answer")
	f := fault.Newf(fault.Invalid, "policy_blocked", "The answer is withheld: %s. What was generated is billed. %s can look up the incident %s and change the rule.", why, asker(by), incident)
	return detailed(f, by, names, incident)
}

func detailed(f *fault.Error, by *rule, names []string, incident id.Finding) *fault.Error {
	f.With("incident_id", incident.String()).With("detectors", strings.Join(names, ","))
	if by != nil {
		f.With("scope", string(by.Kind))
	}
	return f
}

// blocker is the rule that refuses what ("request", "answer"), and why.
func (r *Result) blocker(what string) (by *rule, why string, names []string) {
	for _, f := range r.Found {
		if f.Action == Block || r.TooMany || f.Own && f.Detector == r.Unread {
			if by == nil || f.Action == Block {
				by = f.by
			}
			if !slices.Contains(names, f.Detector) {
				names = append(names, f.Detector)
			}
		}
	}
	advice := ". Take that out and send it again"
	if what == "answer" {
		advice = ""
	}
	switch {
	case r.Words(Block) != "":
		return by, fmt.Sprintf("the %s contains %s, which the data rule of %s blocks%s", what, r.Words(Block), by.Label, advice), names
	case r.TooMany:
		return by, fmt.Sprintf("the %s contains more than %d findings of personal data or secrets. Send less at once", what, maxHits), names
	case r.unread != nil:
		return r.unread, fmt.Sprintf("the pattern %q of %s could not be checked on so long a text within %d ms. Send less at once, or simplify the pattern", r.Unread, r.unread.Label, Budget/time.Millisecond), names
	}
	return by, "a data rule blocks this " + what, names
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
