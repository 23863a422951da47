package budgetweb

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// parseScope reads a scope of an organization; what is none is the zero scope, which no service accepts.
func parseScope(o id.Org, text string) org.Scope { return org.ReadScope(o, text) }

// printScope is the inverse of parseScope.
func printScope(s org.Scope) string { return s.String() }
