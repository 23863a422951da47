package evaluation

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Kind is a way to score.
type Kind string

// The kinds of scorers.
const (
	Exact    Kind = "exact"       // the answer is the expected one, but for space around it
	Contains Kind = "contains"    // the expected answer stands in it
	Regex    Kind = "regex"       // a regular expression (RE2) matches it
	Schema   Kind = "json_schema" // it is JSON that a schema allows
	Judge    Kind = "judge"       // a model marks it by a rubric
)

// Kinds are all of them.
var Kinds = []Kind{Exact, Contains, Regex, Schema, Judge}

// Scorer is a way to score with what it needs.
type Scorer struct {
	Kind       Kind   `json:"kind"`
	IgnoreCase bool   `json:"ignore_case,omitempty"` // of exact and contains
	Pattern    string `json:"pattern,omitempty"`     // of regex
	Schema     string `json:"schema,omitempty"`      // of json_schema
	Rubric     string `json:"rubric,omitempty"`      // of judge
	Model      string `json:"model,omitempty"`       // of judge
	Pass       int    `json:"pass,omitempty"`        // of judge, percent
}

// needsExpected reports whether a scorer compares with a row's expected answer.
func (s *Scorer) needsExpected() bool { return s.Kind == Exact || s.Kind == Contains }

// marker is a scorer that was made ready.
type marker struct {
	Scorer
	pattern *regexp.Regexp
	schema  *jsonschema.Schema
}

// ready compiles a scorer, or says in words what is wrong with it.
func (s Scorer) ready() (*marker, error) {
	m := &marker{Scorer: s}
	var err error
	switch s.Kind {
	case Regex:
		switch {
		case s.Pattern == "":
			return nil, fault.Field("pattern", "Write the regular expression that right answers match, such as ^(yes|no)$.")
		case len(s.Pattern) > maxPattern:
			return nil, fault.Field("pattern", fmt.Sprintf("A regular expression has at most %d characters here.", maxPattern))
		}
		if m.pattern, err = regexp.Compile(s.Pattern); err != nil {
			return nil, fault.Field("pattern", "This regular expression cannot be read: "+strings.TrimPrefix(err.Error(), "error parsing regexp: ")+". The syntax is RE2's: it has no look-around and no back references.")
		}
	case Schema:
		if m.schema, err = compileSchema(s.Schema); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// nothing loads no document: a schema must not make the gateway read files or addresses.
type nothing struct{}

// Load implements jsonschema.URLLoader.
func (nothing) Load(string) (any, error) {
	return nil, errors.New("a schema may only refer to parts of itself")
}

func compileSchema(text string) (*jsonschema.Schema, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return nil, fault.Field("schema", `Write the JSON Schema that right answers keep, such as {"type": "object", "required": ["name"]}.`)
	case len(text) > maxSchema:
		return nil, fault.Field("schema", fmt.Sprintf("A schema has at most %d KiB here.", maxSchema>>10))
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, fault.Field("schema", "The schema is not JSON: "+err.Error()+".")
	}
	const home = "urn:bodhi:evaluation"
	c := jsonschema.NewCompiler()
	c.UseLoader(nothing{})
	c.AssertFormat()
	if err := c.AddResource(home, doc); err != nil {
		return nil, fault.Field("schema", "The schema cannot be used: "+err.Error()+".")
	}
	out, err := c.Compile(home)
	if err != nil {
		return nil, fault.Field("schema", "The schema cannot be used: "+oneLine(err.Error(), 300)+".")
	}
	return out, nil
}

// score says what a scorer that asks nobody thinks of an answer. expected is the row's.
func (m *marker) score(answer, expected string) Score {
	out := Score{Kind: m.Kind}
	text, want := strings.TrimSpace(answer), strings.TrimSpace(expected)
	if m.IgnoreCase {
		text, want = strings.ToLower(text), strings.ToLower(want)
	}
	switch m.Kind {
	case Exact:
		out.Right = text == want
	case Contains:
		out.Right = strings.Contains(text, want)
	case Regex:
		out.Right = m.pattern.MatchString(answer)
	case Schema:
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(unfenced(text)))
		if err != nil {
			out.Why = "It is not JSON."
		} else if err = m.schema.Validate(doc); err != nil {
			out.Why = oneLine(err.Error(), 300)
		}
		out.Right = err == nil
	}
	if out.Right {
		out.Mark = 1000
	}
	return out
}

// unfenced takes away a fence of Markdown around a whole answer: models put one around JSON, and who reads it takes it away as well.
func unfenced(text string) string {
	if rest, ok := strings.CutPrefix(text, "```"); ok && strings.HasSuffix(rest, "```") {
		if _, body, found := strings.Cut(strings.TrimSuffix(rest, "```"), "\n"); found {
			return body
		}
	}
	return text
}

// sum puts what the scorers say together: right is what all of them call right, and the mark is their mean.
func (i *Item) sum() {
	i.Scored = len(i.Said.Scores) > 0
	i.Right, i.Mark = i.Scored, 0
	for _, s := range i.Said.Scores {
		i.Right = i.Right && s.Right
		i.Mark += s.Mark
	}
	if i.Scored {
		i.Mark /= int64(len(i.Said.Scores))
	}
}

// oneLine is a message without its line breaks, not longer than most bytes.
func oneLine(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
