package db

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// consoleTables are the tenants' tables that the operator console may read: who there is, what they pay, what they spent, whom they
// let look. No table is among them that holds prompts, texts, answers, keys or credentials.
var consoleTables = tenantSet{"members": {}, "billing_accounts": {}, "usage_hours": {}}

// console runs fn across tenants for the operator console, and for nothing else: a test holds that only db/operator*.go comes here.
// It is narrower than system: of the tenants' tables it reads consoleTables, and it changes none. Tables that are no tenant's are
// open to it.
func (d *DB) console(ctx context.Context, why string, fn func(tx *gorm.DB) error) error {
	if why == "" {
		return errors.New("db: console needs a reason")
	}
	return d.handle(ctx, scope{console: true}, fn)
}

// checkConsole refuses a statement that names a tenant's table beyond consoleTables, or changes one. It stands in tests of single
// walls too: there is no other wall behind it.
func (g *guarded) checkConsole(query string) error {
	if !g.d.tenants.mentioned(query) {
		return nil
	}
	nodes, err := parse(query, g.d.Postgres())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGuard, err)
	}
	named := tenantSet{}
	namedIn(nodes, g.d.tenants, named)
	for name := range named {
		if !consoleTables.has(name) {
			return refuse("the operator console must not read %s", name)
		}
	}
	if len(named) > 0 && (len(nodes) == 0 || !nodes[0].is("select") || changes(nodes)) {
		return refuse("the operator console must not change a tenant's table")
	}
	return nil
}

// namedIn collects the tenants' tables whose names occur anywhere, but as a column of one that may be read: usage_hours.requests.
func namedIn(nodes []node, tenants, into tenantSet) {
	for i, n := range nodes {
		column := i > 1 && nodes[i-1].op(".") && nodes[i-2].named() && consoleTables.has(nodes[i-2].text)
		if n.named() && tenants.has(n.text) && !column {
			into[n.text] = struct{}{}
		}
		namedIn(n.inner, tenants, into)
	}
}

// changes reports whether a word that changes rows, or a second statement, occurs anywhere.
func changes(nodes []node) bool {
	for _, n := range nodes {
		if n.op(";") || n.is("insert", "update", "delete", "into") || changes(n.inner) {
			return true
		}
	}
	return false
}
