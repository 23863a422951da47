package pii

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Rule is what happens to personal data and secrets in requests below one node of the tree. A node has at most one.
type Rule struct {
	ID    id.DataRule
	Org   id.Org
	Scope org.Scope
	Terms
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Terms are what a rule says.
type Terms struct {
	// Actions are what each built-in detector does in requests, Answers in answers; one that is missing is Off.
	Actions  map[Kind]Action
	Answers  map[Kind]Action
	Patterns []Pattern
	// Allow are values that this rule takes for no finding, and domains of e-mail addresses: "@acme.com".
	Allow []string
	// OneWay leaves placeholders in answers. Otherwise what they stand for is put back before the client sees it.
	OneWay bool
	// Guess counts what only has the form of something as found, too.
	Guess bool
	// Files has the text of attached files looked into. What would be masked there is blocked.
	Files bool
	// Recognizer is who looks for names and addresses.
	Recognizer Recognizer
	// Unread refuses pictures, sound and files that nobody can look into.
	Unread bool
}

// Incident is a request in which rules found something: who, when, what kinds, how often, what became of it. It never holds
// what was found.
type Incident struct {
	ID      id.Finding
	Request id.Request
	At      time.Time
	Chain   org.Chain
	Action  Action // the strictest
	Found   []Found
	// Key, Member and Team are names, "" if there is none any more.
	Key, Member, Team string
}

// Reach is the part of an organization's incidents that somebody may see: all, or those of teams and of their own keys. Its
// zero value reaches nothing.
type Reach struct {
	Org    id.Org
	All    bool
	Teams  []id.Team
	Member id.Member
}

// Query narrows the list of incidents. Zero fields do not narrow.
type Query struct {
	From   time.Time
	Action Action
	// Detector is a Kind's name.
	Detector string
	Team     id.Team
	Before   Cursor // older than this place
	Limit    int    // at most MaxLimit; DefaultLimit if 0
}

// Bounds of Query.Limit.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// Cursor is a place in the list of incidents, newest first: an incident's id, which ascends with time. The zero Cursor is the
// top.
type Cursor = id.Finding

// Page is a part of the list.
type Page struct {
	Incidents []Incident
	Next      Cursor // zero at the end
}
