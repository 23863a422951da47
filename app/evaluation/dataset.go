package evaluation

import (
	"encoding/json"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Visibility says who may see a dataset and its runs.
type Visibility string

// The visibilities, in the words of prompts.
const (
	Private  Visibility = "private" // who made it
	Team     Visibility = "team"
	Everyone Visibility = "organization"
)

// Dataset is rows of questions under a name. What the rows say is a customer's content: it is sealed where it is kept.
type Dataset struct {
	ID         id.Dataset
	Org        id.Org
	Name       string // unique in the organization
	About      string
	Visibility Visibility
	Team       id.Team   // zero but with Visibility Team
	Owner      id.Member // who made it; zero for tokens
	OwnerLabel string
	Rows       int
	Size       int64 // bytes of all rows
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Row is one question.
type Row struct {
	Number int `json:"-"` // from 1
	// Variables are what a prompt is filled in with; Messages are the conversation, which stands behind a prompt's own.
	Variables map[string]json.RawMessage `json:"variables,omitempty"`
	Messages  []Message                  `json:"messages,omitempty"`
	Expected  string                     `json:"expected,omitempty"`
	Notes     string                     `json:"notes,omitempty"`
	// Request is the judged request that it was taken from, and Member whose that was; zero for rows of a file.
	Request id.Request `json:"-"`
	Member  id.Member  `json:"-"`
}

// Message is one message of a row.
type Message struct {
	Role    string `json:"role"` // system, user or assistant
	Content string `json:"content"`
}

// Question is a row's question in one text, for people.
func (r *Row) Question() string {
	if n := len(r.Messages); n > 0 {
		return r.Messages[n-1].Content
	}
	text := ""
	for i, name := range sortedNames(r.Variables) {
		if i > 0 {
			text += "\n"
		}
		text += name + ": " + plainValue(r.Variables[name])
	}
	return text
}

// plainValue is a JSON value as people read it: texts without their quotes.
func plainValue(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// sees reports whether a dataset is the actor's to know.
func sees(a org.Actor, d *Dataset) bool {
	switch {
	case a.Role == org.Admin || d.Visibility == Everyone:
		return true
	case d.Visibility == Team:
		return a.InTeam(d.Team, org.Viewer)
	}
	return owns(a, d)
}

func owns(a org.Actor, d *Dataset) bool { return !d.Owner.IsZero() && d.Owner == a.Member }

// May reports whether the actor may change a dataset, run it, and delete its runs: its owner; in a team its developers; of the
// organization's every developer runs them, and leads and above change them.
func May(a org.Actor, d *Dataset) bool {
	switch {
	case a.Require(MayRun) != nil || !sees(a, d):
		return false
	case a.Role == org.Admin || owns(a, d):
		return true
	case d.Visibility == Team:
		return a.InTeam(d.Team, org.Developer)
	}
	return d.Visibility == Everyone && a.Role.AtLeast(org.Lead)
}

// mayRun reports whether the actor may run a dataset: whoever sees it and is a developer, at their own cost.
func mayRun(a org.Actor, d *Dataset) bool { return a.Require(MayRun) == nil && sees(a, d) }
