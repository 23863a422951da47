// Package prompt is the library of stored prompts: messages with typed variables, in versions that never change, under labels that
// are moved from one version to another. A client asks for one by model: "prompt:name@label"; what it sends for the variables becomes
// text and nothing else.
//
// The templates have no logic: {{name}} is a variable and {{> other@label}} another prompt's text. They are parsed once and filled in
// piece by piece, so a value is never read as a template. Template libraries were not taken for that reason: their sections, pipelines
// and functions are what a prompt must not have, and leaving them out takes more code than the sixty lines of parse.go.
package prompt

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/live"
)

// Topic is published after every change that requests can see: read the snapshot again and Load it.
const Topic live.Topic = "prompts"

// Prefix begins a model that is a stored prompt.
const Prefix = "prompt:"

// Production is the label that is meant when a client names none.
const Production = "production"

// The bounds of a library. They keep what every node has in memory, and what one request can become, within reason.
const (
	MaxPrompts   = 1000
	MaxVersions  = 500       // of one prompt
	MaxLabels    = 20        // of one prompt
	MaxContent   = 128 << 10 // bytes of one version: all of its texts, schemas and tools
	MaxLibrary   = 32 << 20  // bytes of all versions of an organization
	MaxExpanded  = 512 << 10 // bytes of a version's texts with all that it includes
	MaxDepth     = 5         // of prompts that include prompts
	maxMessages  = 50
	maxVariables = 50
	maxTools     = 64
	maxStops     = 4
	maxOptions   = 50
	maxName      = 60
	maxAbout     = 500
	maxMessage   = 200
	// MaxValue is how many characters a string may have where its variable says no bound.
	MaxValue = 1 << 20
)

var (
	nameForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,59}$`)
	labelForm    = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,29}$`)
	numberForm   = regexp.MustCompile(`^v?[1-9][0-9]{0,5}$`)
	versionLike  = regexp.MustCompile(`^v[0-9]+$`)
	variableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,39}$`)
)

// Ref says which version of a prompt is meant.
type Ref struct {
	Name  string
	Label string // "" with a number
	// Number is a version's number; 0 with a label.
	Number int
}

// ParseRef reads what stands behind "prompt:": "name", "name@label", "name@v3" or "name@3".
func ParseRef(text string) (Ref, bool) {
	name, which, named := strings.Cut(text, "@")
	r := Ref{Name: name, Label: Production}
	if !nameForm.MatchString(name) {
		return r, false
	}
	if !named {
		return r, true
	}
	return r.At(which)
}

// At is the same prompt under another label or number.
func (r Ref) At(which string) (Ref, bool) {
	if numberForm.MatchString(which) {
		r.Number, _ = strconv.Atoi(strings.TrimPrefix(which, "v"))
		r.Label = ""
		return r, true
	}
	r.Label, r.Number = which, 0
	return r, isLabel(which)
}

// isLabel reports whether a word can be a label: what begins like a version's number is none.
func isLabel(word string) bool { return labelForm.MatchString(word) && !versionLike.MatchString(word) }

// String is the reference as it is written: "name@label" or "name@v3".
func (r Ref) String() string {
	if r.Number > 0 {
		return r.Name + "@v" + strconv.Itoa(r.Number)
	}
	return r.Name + "@" + r.Label
}
