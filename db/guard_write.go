package db

// delete checks DELETE FROM t [USING …] WHERE ….
func (c *checker) delete(nodes []node, b *block) error {
	parts := clauses(nodes)
	if _, err := c.tables(parts["from"], b); err != nil {
		return err
	}
	joins, err := c.tables(parts["using"], b)
	if err != nil {
		return err
	}
	return c.settle(nodes, parts["where"], joins, b)
}

// update checks UPDATE t SET … [FROM …] WHERE ….
func (c *checker) update(nodes []node, b *block) error {
	parts := clauses(nodes)
	target, _, err := c.table(parts[""][1:])
	if err != nil {
		return err
	}
	b.tables = append(b.tables, target)
	joins, err := c.tables(parts["from"], b)
	if err != nil {
		return err
	}
	if target.tenant {
		if err := c.assignments(parts["set"]); err != nil {
			return err
		}
	}
	return c.settle(nodes, parts["where"], joins, b)
}

// assignments refuses to move a row to another organization.
func (c *checker) assignments(set []node) error {
	for _, a := range split(set) {
		left, right, _ := cutEqual(a)
		if len(left) == 1 && left[0].kind == groupNode && c.listsOrg(left[0]) {
			return refuse("org_id inside a row assignment")
		}
		if _, isOrg := orgRef(left); !isOrg || c.isOurs(right) {
			continue
		}
		if q, ok := orgRef(right); !ok || q != "excluded" { // excluded is the row being inserted, checked already
			return refuse("org_id set to another value than the scope's organization")
		}
	}
	return nil
}

// insert checks INSERT INTO t (…) VALUES … or SELECT …, with its ON CONFLICT.
func (c *checker) insert(nodes []node, b *block) error {
	i := 0
	for i < len(nodes) && !nodes[i].is("into") {
		i++
	}
	if i == len(nodes) {
		return refuse("an INSERT that cannot be read")
	}
	replaces := i > 1
	target, rest, err := c.table(withoutColumns(nodes[i+1:]))
	if err != nil {
		return err
	}
	if !target.tenant {
		return c.source(rest, b)
	}
	if replaces {
		return refuse("INSERT OR … on the tenant's table %s: use ON CONFLICT", target.name)
	}
	at := orgPosition(nodes[i+1:])
	if at < 0 {
		return refuse("an INSERT into %s that does not name org_id", target.name)
	}
	source, conflict := rest, []node(nil)
	for j, n := range rest {
		if n.is("on") && j+1 < len(rest) && rest[j+1].is("conflict") {
			source, conflict = rest[:j], rest[j+2:]
			break
		}
		if n.is("returning") {
			source = rest[:j]
			break
		}
	}
	if err := c.rows(source, at, target, b); err != nil {
		return err
	}
	return c.conflict(conflict, target, b)
}

// withoutColumns drops the column list, so that the table can be read like any other.
func withoutColumns(nodes []node) []node {
	for i, n := range nodes {
		if n.kind == groupNode {
			return append(append([]node(nil), nodes[:i]...), nodes[i+1:]...)
		}
		if n.is("values", "select", "default") {
			break
		}
	}
	return nodes
}

// orgPosition is where org_id stands in an INSERT's column list.
func orgPosition(nodes []node) int {
	for _, n := range nodes {
		if n.is("values", "select", "default") {
			break
		}
		if n.kind == groupNode {
			for i, col := range split(n.inner) {
				if q, ok := orgRef(col); ok && q == "" {
					return i
				}
			}
			break
		}
	}
	return -1
}

// source checks what is inserted into a table that is no tenant's.
func (c *checker) source(nodes []node, b *block) error {
	for i, n := range nodes {
		if n.is("select", "with", "values") {
			return c.statement(nodes[i:], b)
		}
	}
	return c.nested(nodes, b)
}

// rows checks that each row inserted belongs to the organization; at is the position of its org_id.
func (c *checker) rows(source []node, at int, target *table, b *block) error {
	foreign := refuse("a row for %s whose org_id is not the scope's organization", target.name)
	if len(source) == 0 {
		return foreign
	}
	switch {
	case source[0].is("values"):
		for _, n := range source[1:] {
			if n.op(",") {
				continue
			}
			values := split(n.inner)
			if n.kind != groupNode || at >= len(values) || !c.isOurs(values[at]) {
				return foreign
			}
		}
		return c.nested(source[1:], b)
	case source[0].is("select"):
		for _, n := range source {
			if n.is("union", "intersect", "except") {
				return refuse("a combined SELECT into %s", target.name)
			}
		}
		if err := c.statement(source, b); err != nil {
			return err
		}
		columns := split(clauses(source)["select"])
		if at >= len(columns) {
			return foreign
		}
		if _, isOrg := orgRef(columns[at]); !isOrg && !c.isOurs(columns[at]) {
			return foreign
		}
		return nil
	}
	return refuse("an INSERT into %s from neither VALUES nor SELECT", target.name)
}

// conflict checks ON CONFLICT: the row that is updated instead must be the organization's too.
func (c *checker) conflict(nodes []node, target *table, b *block) error {
	parts := clauses(nodes)
	action := parts[""]
	updates := false
	for i := range action {
		updates = updates || action[i].is("do") && i+1 < len(action) && action[i+1].is("update")
	}
	if !updates {
		return nil
	}
	if err := c.assignments(parts["set"]); err != nil {
		return err
	}
	own := &block{tables: []*table{target}, outer: b}
	if len(action) > 0 && action[0].kind == groupNode && c.listsOrg(action[0]) {
		target.held = true
	}
	c.hold(parts["where"], own, nil)
	if !target.held {
		return refuse("an upsert of %s whose conflict key lacks org_id", target.name)
	}
	return c.nested(nodes, own)
}
