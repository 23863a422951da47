package limit

import "github.com/bodhi-gateway/bodhi/app/org"

// sees reports whether a limit is the actor's to read.
func sees(a org.Actor, s org.Scope, p Place) bool { return a.Sees(s, p.place()) }

// may reports whether a limit is the actor's to set or to raise: the same as for budgets. A tag within a scope is that
// scope's.
func may(a org.Actor, s org.Scope, p Place) error { return a.MayLimit(s, p.place()) }

// Changeable reports whether the actor may change and raise a limit they see: pages leave out what the service would
// refuse.
func Changeable(a org.Actor, e Entry) bool {
	return a.Require(org.Lead) == nil && may(a, e.Scope, e.place) == nil
}
