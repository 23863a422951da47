package org

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Scopes are what a management token may touch, on top of its role: "keys:read", "budgets:write", "all:read". Writing
// includes reading. No scopes at all are no narrowing: the role alone decides, as for people.
type Scopes []string

// The wildcards stand for every resource, of today and of later.
const (
	AllRead  = "all:read"
	AllWrite = "all:write"
)

// maxScopes bounds a token's list; there are fewer resources than that.
const maxScopes = 100

var scopeForm = regexp.MustCompile(`^[a-z][a-z0-9-]*:(read|write)$`)

// Allow reports whether a token with these scopes may do what a scope names.
func (s Scopes) Allow(scope string) bool {
	if len(s) == 0 {
		return true
	}
	resource, act, _ := strings.Cut(scope, ":")
	for _, have := range s {
		r, a, _ := strings.Cut(have, ":")
		if (r == resource || r == "all") && (a == act || a == "write") {
			return true
		}
	}
	return false
}

// Within reports whether s opens nothing that outer does not.
func (s Scopes) Within(outer Scopes) bool {
	if len(outer) == 0 {
		return true
	}
	if len(s) == 0 {
		return false
	}
	for _, one := range s {
		if !outer.Allow(one) {
			return false
		}
	}
	return true
}

// ParseScopes reads a list that somebody typed: trimmed, sorted, each once.
func ParseScopes(field string, list []string) (Scopes, error) {
	var out Scopes
	for _, text := range list {
		text = strings.ToLower(strings.TrimSpace(text))
		if text == "" {
			continue
		}
		if !scopeForm.MatchString(text) {
			return nil, fault.Field(field, "Write scopes as resource:read or resource:write, such as keys:read, or all:read. \""+clipped(text)+"\" is none.")
		}
		out = append(out, text)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > maxScopes {
		return nil, fault.Field(field, "Give at most 100 scopes; all:read or all:write stand for every resource.")
	}
	return out, nil
}

func clipped(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strings.ToValidUTF8(s, "")
}
