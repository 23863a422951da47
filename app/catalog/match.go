package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// matcher decides whether a name means a model or a provider. Names and clauses are compared in lower case; regular
// expressions are searched for in the lower-case name, as genai-prices does.
type matcher interface{ match(name string) bool }

type (
	equals     string
	startsWith string
	endsWith   string
	contains   string
	pattern    struct{ re *regexp.Regexp }
	anyOf      []matcher
	allOf      []matcher
	never      struct{}
)

func (m equals) match(name string) bool     { return name == string(m) }
func (m startsWith) match(name string) bool { return strings.HasPrefix(name, string(m)) }
func (m endsWith) match(name string) bool   { return strings.HasSuffix(name, string(m)) }
func (m contains) match(name string) bool   { return strings.Contains(name, string(m)) }
func (m pattern) match(name string) bool    { return m.re.MatchString(name) }
func (never) match(string) bool             { return false }

func (m anyOf) match(name string) bool {
	for _, one := range m {
		if one.match(name) {
			return true
		}
	}
	return false
}

func (m allOf) match(name string) bool {
	for _, one := range m {
		if !one.match(name) {
			return false
		}
	}
	return true
}

// clause is a matcher as the data has it: an object with exactly one of these members.
type clause struct {
	Equals     *string  `json:"equals"`
	StartsWith *string  `json:"starts_with"`
	EndsWith   *string  `json:"ends_with"`
	Contains   *string  `json:"contains"`
	Regex      *string  `json:"regex"`
	Or         []clause `json:"or"`
	And        []clause `json:"and"`
}

var errClause = errors.New("a match needs exactly one of equals, starts_with, ends_with, contains, regex, or, and")

// compile turns clauses into a matcher.
func (c *clause) compile() (matcher, error) {
	var out []matcher
	add := func(s *string, make func(string) matcher) {
		if s != nil {
			out = append(out, make(strings.ToLower(*s)))
		}
	}
	add(c.Equals, func(s string) matcher { return equals(s) })
	add(c.StartsWith, func(s string) matcher { return startsWith(s) })
	add(c.EndsWith, func(s string) matcher { return endsWith(s) })
	add(c.Contains, func(s string) matcher { return contains(s) })
	if c.Regex != nil {
		re, err := regexp.Compile(*c.Regex)
		if err != nil {
			return nil, fmt.Errorf("match: %w", err)
		}
		out = append(out, pattern{re})
	}
	for i, list := range [][]clause{c.Or, c.And} {
		if list == nil {
			continue
		}
		parts, err := compileAll(list)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			out = append(out, anyOf(parts))
		} else {
			out = append(out, allOf(parts))
		}
	}
	if len(out) != 1 {
		return nil, errClause
	}
	return out[0], nil
}

func compileAll(list []clause) ([]matcher, error) {
	out := make([]matcher, len(list))
	for i := range list {
		m, err := list[i].compile()
		if err != nil {
			return nil, err
		}
		out[i] = m
	}
	return out, nil
}

// optional compiles a clause that may be absent: it then matches nothing.
func optional(raw json.RawMessage) (matcher, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return never{}, nil
	}
	var c clause
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	return c.compile()
}
