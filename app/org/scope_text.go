package org

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Scopes travel through forms and the API as the printed id of their node: the prefix tells the kind.

// ReadScope reads a node's printed id within an organization; what is not one is the zero scope, which no service
// accepts.
func ReadScope(o id.Org, text string) Scope {
	text = strings.TrimSpace(text)
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

// NodeID is the node's printed id, the inverse of ReadScope.
func (s Scope) NodeID() string {
	switch s.kind {
	case OrgScope:
		return s.org.String()
	case DepartmentScope:
		v, _ := id.ParseDepartment(s.node)
		return v.String()
	case TeamScope:
		v, _ := id.ParseTeam(s.node)
		return v.String()
	case MemberScope:
		v, _ := id.ParseMember(s.node)
		return v.String()
	case KeyScope:
		v, _ := id.ParseKey(s.node)
		return v.String()
	}
	return ""
}
