package org

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Scopes travel through forms, URLs and the API as the printed id of their node, whose prefix tells the kind. A team's pool
// is "pool:team_…", a tag "tag:project=apollo".
const (
	poolPrefix = "pool:"
	tagPrefix  = "tag:"
)

// String is the scope as ReadScope takes it.
func (s Scope) String() string {
	switch s.kind {
	case OrgScope:
		return s.org.String()
	case DepartmentScope:
		v, _ := id.ParseDepartment(s.node)
		return v.String()
	case TeamScope, PoolScope:
		v, _ := id.ParseTeam(s.node)
		if s.kind == PoolScope {
			return poolPrefix + v.String()
		}
		return v.String()
	case MemberScope:
		v, _ := id.ParseMember(s.node)
		return v.String()
	case KeyScope:
		v, _ := id.ParseKey(s.node)
		return v.String()
	}
	if s.kind == TagScope {
		return tagPrefix + s.node
	}
	return ""
}

// ReadScope reads a scope of an organization as String prints it; what is none is the zero scope, which nothing accepts.
func ReadScope(o id.Org, text string) Scope {
	text = strings.TrimSpace(text)
	if pair, ok := strings.CutPrefix(text, tagPrefix); ok {
		s, _ := OfTag(o, pair) // what is none is the zero scope
		return s
	}
	if team, ok := strings.CutPrefix(text, poolPrefix); ok {
		if v, err := id.ParseTeam(team); err == nil {
			return OfPool(o, v)
		}
		return Scope{}
	}
	prefix, _, _ := strings.Cut(text, "_")
	switch prefix {
	case "org":
		if v, err := id.ParseOrg(text); err == nil && v == o {
			return OfOrg(o)
		}
	case "dep":
		if v, err := id.ParseDepartment(text); err == nil {
			return OfDepartment(o, v)
		}
	case "team":
		if v, err := id.ParseTeam(text); err == nil {
			return OfTeam(o, v)
		}
	case "mem":
		if v, err := id.ParseMember(text); err == nil {
			return OfMember(o, v)
		}
	case "key":
		if v, err := id.ParseKey(text); err == nil {
			return OfKey(o, v)
		}
	}
	return Scope{}
}
