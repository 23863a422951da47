package budgetweb

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Scopes travel through forms and the API as the printed id of their node: the prefix tells the kind. A team's pool is
// "pool:team_…", a tag pair "tag:project=apollo".

// parseScope reads a node's id within an organization; what is not one is the zero scope, which no service accepts.
func parseScope(o id.Org, text string) org.Scope {
	text = strings.TrimSpace(text)
	if pair, ok := strings.CutPrefix(text, "tag:"); ok {
		s, _ := org.OfTag(o, pair) // what is none is the zero scope
		return s
	}
	if team, ok := strings.CutPrefix(text, "pool:"); ok {
		if v, err := id.ParseTeam(team); err == nil && strings.HasPrefix(team, "team_") {
			return org.OfPool(o, v)
		}
		return org.Scope{}
	}
	prefix, _, _ := strings.Cut(text, "_")
	switch prefix {
	case "org":
		if v, err := id.ParseOrg(text); err == nil && v == o {
			return org.OfOrg(o)
		}
	case "dep":
		if v, err := id.ParseDepartment(text); err == nil {
			return org.OfDepartment(o, v)
		}
	case "team":
		if v, err := id.ParseTeam(text); err == nil {
			return org.OfTeam(o, v)
		}
	case "mem":
		if v, err := id.ParseMember(text); err == nil {
			return org.OfMember(o, v)
		}
	case "key":
		if v, err := id.ParseKey(text); err == nil {
			return org.OfKey(o, v)
		}
	}
	return org.Scope{}
}

// printScope is the inverse of parseScope.
func printScope(s org.Scope) string {
	switch s.Kind() {
	case org.OrgScope:
		return s.Org().String()
	case org.DepartmentScope:
		v, _ := id.ParseDepartment(s.Node())
		return v.String()
	case org.TeamScope:
		v, _ := id.ParseTeam(s.Node())
		return v.String()
	case org.MemberScope:
		v, _ := id.ParseMember(s.Node())
		return v.String()
	case org.KeyScope:
		v, _ := id.ParseKey(s.Node())
		return v.String()
	case org.PoolScope:
		v, _ := id.ParseTeam(s.Node())
		return "pool:" + v.String()
	case org.TagScope:
		return "tag:" + s.Node()
	}
	return ""
}
