package prompt

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Used are the variables that a content's texts use by themselves, in their order; texts that are no templates are left out.
func Used(c Content) (names []string) {
	for _, m := range c.Messages {
		parts, _ := parse(m.Text)
		for _, p := range parts {
			if p.variable != "" && !slices.Contains(names, p.variable) {
				names = append(names, p.variable)
			}
		}
	}
	return names
}

// Includes reports whether a content includes another prompt, which may bring variables along.
func Includes(c Content) bool { return len(c.includes()) > 0 }

// Same reports whether two contents say the same.
func Same(a, b Content) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// Name is a prompt's name made of any words.
func Name(words string) string {
	return strings.Trim(notName.ReplaceAllString(strings.ToLower(words), "-"), "-")
}

var notName = regexp.MustCompile(`[^a-z0-9]+`)
