package db

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// ErrGuard is what the statement guard's refusals match. It means a bug in a store, never a user's mistake.
var ErrGuard = errors.New("db: refused by the statement guard")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrGuard, fmt.Sprintf(format, args...))
}

// check lets a statement on tenant tables pass only if the database itself will keep it to the scope's organization:
//
//   - each tenant table a query reads, updates or deletes from is held by a condition org_id = value, where value is
//     the scope's organization, or org_id = that of a table so held; the condition must be a plain conjunct, because
//     one behind OR, NOT or CASE may not hold;
//   - each row inserted names org_id and gives it that value; an upsert conflicts on a key that includes org_id;
//   - org_id is never changed to another value;
//   - everything else on a tenant table, e.g. TRUNCATE or two statements in one, is refused.
//
// It also refuses good statements written in ways it does not read (org_id IN (…), a right join); rewrite them.
func (g *guarded) check(query string, args []any) error {
	if g.scope.console {
		return g.checkConsole(query)
	}
	if g.scope.system || g.d.walls.noGuard || !g.d.tenants.mentioned(query) {
		return nil
	}
	nodes, err := parse(query, g.d.Postgres())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	c := &checker{tenants: g.d.tenants, org: g.scope.org, args: args}
	if !c.touches(nodes) {
		return nil
	}
	if g.scope.org.IsZero() {
		return refuse("a tenant's table outside scoped and system")
	}
	if n := len(nodes); n > 0 && nodes[n-1].op(";") {
		nodes = nodes[:n-1]
	}
	for _, n := range nodes {
		if n.op(";") {
			return refuse("several statements in one")
		}
	}
	return c.statement(nodes, nil)
}

// tenantSet holds the names of the tables with an organization, as the migrations declare them.
type tenantSet map[string]struct{}

func (s tenantSet) has(name string) bool {
	_, ok := s[strings.ToLower(name)]
	return ok
}

// mentioned is a quick look that spares most other statements the parsing.
func (s tenantSet) mentioned(query string) bool {
	query = strings.ToLower(query)
	for name := range s {
		if strings.Contains(query, name) {
			return true
		}
	}
	return false
}

type checker struct {
	tenants tenantSet
	org     id.Org
	args    []any
}

// touches reports whether a tenant table's name occurs anywhere.
func (c *checker) touches(nodes []node) bool {
	for _, n := range nodes {
		if n.named() && c.tenants.has(n.text) || c.touches(n.inner) {
			return true
		}
	}
	return false
}

// ours reports whether n is a bound value equal to the scope's organization. A cast may follow it: rest is what is left.
func (c *checker) ours(nodes []node) (rest []node, ok bool) {
	if len(nodes) == 0 || nodes[0].kind != paramNode || nodes[0].param >= len(c.args) || !sameOrg(c.args[nodes[0].param], c.org) {
		return nodes, false
	}
	nodes = nodes[1:]
	if len(nodes) >= 2 && nodes[0].op("::") && nodes[1].named() {
		nodes = nodes[2:]
	}
	return nodes, true
}

// isOurs is ours with nothing left over.
func (c *checker) isOurs(nodes []node) bool {
	rest, ok := c.ours(nodes)
	return ok && len(rest) == 0
}

func sameOrg(arg any, org id.Org) bool {
	if v, ok := arg.(driver.Valuer); ok {
		plain, err := v.Value()
		if err != nil {
			return false
		}
		arg = plain
	}
	switch v := arg.(type) {
	case string:
		return strings.EqualFold(v, org.UUID())
	case []byte:
		b := org.Bytes()
		return string(v) == string(b[:]) || strings.EqualFold(string(v), org.UUID())
	}
	return false
}

// table is one table, or sub-select, that a query block reads.
type table struct {
	name, alias string
	tenant      bool
	held        bool // its rows are known to be the organization's
}

// block is one SELECT, INSERT, UPDATE or DELETE with its tables; outer is the one it is nested in.
type block struct {
	tables []*table
	outer  *block
}

// find looks a qualifier up, from the inside out.
func (b *block) find(qualifier string) *table {
	for ; b != nil; b = b.outer {
		for _, t := range b.tables {
			if strings.EqualFold(t.alias, qualifier) {
				return t
			}
		}
	}
	return nil
}

// complain names the first tenant table that nothing holds to the organization.
func (b *block) complain() error {
	for _, t := range b.tables {
		if t.tenant && !t.held {
			return refuse("%s is not held to the organization: add the condition %s.org_id = ? for it", t.name, t.alias)
		}
	}
	return nil
}
