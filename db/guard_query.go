package db

// statement checks one statement, or one sub-select inside outer.
func (c *checker) statement(nodes []node, outer *block) error {
	nodes, err := c.with(nodes, outer)
	if err != nil {
		return err
	}
	for i, n := range nodes {
		if n.is("union", "intersect", "except") {
			if err := c.statement(nodes[:i], outer); err != nil {
				return err
			}
			rest := nodes[i+1:]
			if len(rest) > 0 && rest[0].is("all", "distinct") {
				rest = rest[1:]
			}
			return c.statement(rest, outer)
		}
	}
	if len(nodes) == 0 {
		return nil
	}
	switch head := nodes[0]; {
	case head.kind == groupNode && len(nodes) == 1:
		return c.statement(head.inner, outer)
	case head.is("select", "values"):
		return c.query(nodes, &block{outer: outer})
	case head.is("delete"):
		return c.delete(nodes, &block{outer: outer})
	case head.is("update"):
		return c.update(nodes, &block{outer: outer})
	case head.is("insert"):
		return c.insert(nodes, &block{outer: outer})
	}
	if !c.touches(nodes) {
		return nil
	}
	return refuse("only SELECT, INSERT, UPDATE and DELETE may name a tenant's table")
}

// with checks the queries a WITH clause names, and returns what follows it.
func (c *checker) with(nodes []node, outer *block) ([]node, error) {
	if len(nodes) == 0 || !nodes[0].is("with") {
		return nodes, nil
	}
	for i := 1; i < len(nodes); i++ {
		switch n := nodes[i]; {
		case n.kind == groupNode && nodes[i-1].is("as", "materialized"):
			if err := c.statement(n.inner, outer); err != nil {
				return nil, err
			}
		case n.named() && c.tenants.has(n.text):
			return nil, refuse("a WITH query must not take the name of the tenant's table %s", n.text)
		case n.is("select", "insert", "update", "delete"):
			return nodes[i:], nil
		}
	}
	return nil, refuse("a WITH clause without a statement")
}

// clauses cuts a statement at its clause keywords: clause["where"] is what stands between WHERE and the next one.
func clauses(nodes []node) map[string][]node {
	out := map[string][]node{}
	current, start := "", 0
	deletes := len(nodes) > 0 && nodes[0].is("delete")
	for i, n := range nodes {
		if !n.is("select", "from", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for", "returning", "set", "using", "into", "values") {
			continue
		}
		if n.is("from") && i > 0 && nodes[i-1].is("distinct") || n.is("using") && !deletes {
			continue // IS DISTINCT FROM; JOIN … USING
		}
		if n.is("set") && i > 0 && nodes[i-1].op(".") {
			continue
		}
		out[current] = append(out[current], nodes[start:i]...)
		current, start = n.text, i+1
	}
	out[current] = append(out[current], nodes[start:]...)
	return out
}

// query checks a SELECT whose tables all stand in its FROM clause.
func (c *checker) query(nodes []node, b *block) error {
	if nodes[0].is("values") {
		return c.nested(nodes, b)
	}
	parts := clauses(nodes)
	joins, err := c.tables(parts["from"], b)
	if err != nil {
		return err
	}
	return c.settle(nodes, parts["where"], joins, b)
}

// settle applies the conditions, then demands that they hold every table, then looks into sub-selects.
func (c *checker) settle(nodes, where []node, joins []partner, b *block) error {
	// A condition may lean on a table that another one holds, so go round until nothing changes.
	for range len(b.tables) + 1 {
		c.hold(where, b, nil)
		for _, j := range joins {
			c.hold(j.on, b, j.table)
		}
	}
	if err := b.complain(); err != nil {
		return err
	}
	return c.nested(nodes, b)
}

// nested checks every sub-select below nodes.
func (c *checker) nested(nodes []node, b *block) error {
	for _, n := range nodes {
		if n.kind != groupNode && n.kind != caseNode {
			continue
		}
		var err error
		if len(n.inner) > 0 && n.inner[0].is("select", "with", "insert", "update", "delete", "values", "table") {
			err = c.statement(n.inner, b)
		} else {
			err = c.nested(n.inner, b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// partner is a joined table and its ON condition.
type partner struct {
	table *table
	on    []node
}

// tables reads a FROM clause into the block.
func (c *checker) tables(from []node, b *block) ([]partner, error) {
	var joins []partner
	outerJoin, first := false, true
	for len(from) > 0 {
		t, rest, err := c.table(from)
		if err != nil {
			return nil, err
		}
		b.tables = append(b.tables, t)
		end := 0
		for end < len(rest) && !rest[end].op(",") && !rest[end].is("join") {
			end++
		}
		on := rest[:end]
		next := false // whether the join that follows keeps unmatched rows of its right side
		for len(on) > 0 && on[len(on)-1].is("left", "right", "full", "inner", "outer", "cross", "natural") {
			next = next || on[len(on)-1].is("right", "full")
			on = on[:len(on)-1]
		}
		switch {
		case len(on) == 0:
		case first, !on[0].is("on") && !(on[0].is("using") && len(on) == 2):
			return nil, refuse("a FROM clause that cannot be read")
		case outerJoin: // its ON holds nothing
		case on[0].is("on"):
			joins = append(joins, partner{t, on[1:]})
		case c.listsOrg(on[1]):
			joins = append(joins, partner{t, sameColumn(b.tables[0], t)})
		}
		outerJoin, first = next, false
		if end == len(rest) {
			return joins, nil
		}
		from = rest[end+1:]
	}
	return joins, nil
}

// table reads one table with its alias.
func (c *checker) table(nodes []node) (*table, []node, error) {
	for len(nodes) > 0 && nodes[0].is("only", "lateral") {
		nodes = nodes[1:]
	}
	if len(nodes) == 0 {
		return nil, nil, refuse("a FROM clause that cannot be read")
	}
	t := &table{}
	switch {
	case nodes[0].kind == groupNode:
		inner := nodes[0].inner
		if len(inner) == 0 || !inner[0].is("select", "with", "values") && c.touches(inner) {
			return nil, nil, refuse("a join in parentheses; write it without them")
		}
		t.held = true // a sub-select: checked on its own, so all it yields is the organization's
		nodes = nodes[1:]
	case nodes[0].named():
		t.name, nodes = nodes[0].text, nodes[1:]
		for len(nodes) >= 2 && nodes[0].op(".") && nodes[1].named() {
			t.name, nodes = nodes[1].text, nodes[2:]
		}
		if len(nodes) > 0 && nodes[0].kind == groupNode { // a function
			nodes = nodes[1:]
		} else {
			t.tenant = c.tenants.has(t.name)
		}
	default:
		return nil, nil, refuse("a FROM clause that cannot be read")
	}
	t.alias = t.name
	if len(nodes) > 1 && nodes[0].is("as") {
		nodes = nodes[1:]
	}
	if len(nodes) > 0 && nodes[0].named() && !nodes[0].is("on", "using", "join", "left", "right", "full", "inner", "cross", "natural", "values", "select", "default", "with") {
		t.alias, nodes = nodes[0].text, nodes[1:]
		if len(nodes) > 0 && nodes[0].kind == groupNode { // AS x (columns)
			nodes = nodes[1:]
		}
	}
	return t, nodes, nil
}

func (c *checker) listsOrg(n node) bool {
	for _, col := range n.inner {
		if col.named() && col.text == orgColumn {
			return true
		}
	}
	return false
}

// sameColumn is the condition that USING (org_id) stands for.
func sameColumn(a, b *table) []node {
	name := func(s string) node { return node{kind: nameNode, text: s} }
	dot := node{kind: otherNode, text: "."}
	return []node{name(b.alias), dot, name(orgColumn), {kind: otherNode, text: "="}, name(a.alias), dot, name(orgColumn)}
}
