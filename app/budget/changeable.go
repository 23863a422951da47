package budget

import "github.com/bodhi-gateway/bodhi/app/org"

// Changeable reports whether the actor may change a budget they see: pages leave out what the service would refuse.
func Changeable(a org.Actor, e Entry) bool {
	// What somebody below manager sees is their own teams', so the place adds nothing here; a tag is no team's.
	p := Place{Teams: a.Teams}
	if e.Scope.Kind() == org.TagScope {
		p = Place{}
	}
	return a.Require(org.Lead) == nil && may(a, e.Scope, p) == nil
}
