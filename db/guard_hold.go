package db

const orgColumn = "org_id"

// hold marks the tables that a condition keeps to the organization. only limits it to the table a join adds, because
// an ON condition says nothing about the other side of an outer join.
func (c *checker) hold(condition []node, b *block, only *table) {
	for _, part := range conjuncts(condition) {
		if len(part) == 1 && part[0].kind == groupNode {
			c.hold(part[0].inner, b, only)
			continue
		}
		if c.holdsTuple(part, b, only) {
			continue
		}
		left, right, ok := cutEqual(part)
		if !ok {
			continue
		}
		if c.isOurs(left) {
			left, right = right, left
		}
		qualifier, isOrg := orgRef(left)
		if !isOrg {
			continue
		}
		if c.isOurs(right) {
			b.mark(qualifier, only)
			continue
		}
		other, isOrg := orgRef(right)
		if !isOrg || qualifier == "" || other == "" {
			continue
		}
		if t := b.find(other); t != nil && t.held {
			b.mark(qualifier, only)
		} else if t := b.find(qualifier); t != nil && t.held {
			b.mark(other, only)
		}
	}
}

// holdsTuple reads (org_id, id) = (?, ?) and (org_id, id) IN ((?, ?), …), which is how GORM writes composite keys.
func (c *checker) holdsTuple(part []node, b *block, only *table) bool {
	if len(part) != 3 || part[0].kind != groupNode || part[2].kind != groupNode {
		return false
	}
	at, qualifier := -1, ""
	for i, col := range split(part[0].inner) {
		if q, ok := orgRef(col); ok {
			at, qualifier = i, q
		}
	}
	if at < 0 {
		return false
	}
	rows := []node{part[2]}
	if part[1].is("in") {
		rows = part[2].inner
	} else if !part[1].op("=") {
		return false
	}
	for _, row := range rows {
		if row.op(",") {
			continue
		}
		values := split(row.inner)
		if row.kind != groupNode || at >= len(values) || !c.isOurs(values[at]) {
			return false
		}
	}
	b.mark(qualifier, only)
	return true
}

// mark holds the block's tables of that alias; an unqualified org_id can only mean the one table that has it.
func (b *block) mark(qualifier string, only *table) {
	for _, t := range b.tables {
		if (only == nil || only == t) && (qualifier == "" || b.find(qualifier) == t) {
			t.held = true
		}
	}
}

// conjuncts cuts a condition at its ANDs; with an OR beside them none of its parts must hold, so there are none.
func conjuncts(condition []node) (out [][]node) {
	start, between := 0, false
	for i, n := range condition {
		switch {
		case n.is("or"):
			return nil
		case n.is("between"):
			between = true
		case n.is("and") && between:
			between = false
		case n.is("and"):
			out = append(out, condition[start:i])
			start = i + 1
		}
	}
	return append(out, condition[start:])
}

// cutEqual cuts at a single equals sign.
func cutEqual(nodes []node) (left, right []node, ok bool) {
	for i, n := range nodes {
		if n.op("=") {
			return nodes[:i], nodes[i+1:], true
		}
	}
	return nil, nil, false
}

// orgRef reads org_id, t.org_id or schema.t.org_id and nothing more.
func orgRef(nodes []node) (qualifier string, ok bool) {
	n := len(nodes)
	if n == 0 || n%2 == 0 || !nodes[n-1].named() || nodes[n-1].text != orgColumn {
		return "", false
	}
	for i, x := range nodes[:n-1] {
		if i%2 == 1 && !x.op(".") || i%2 == 0 && !x.named() {
			return "", false
		}
	}
	if n > 1 {
		qualifier = nodes[n-3].text
	}
	return qualifier, true
}

// split cuts a list at its commas.
func split(nodes []node) (out [][]node) {
	start := 0
	for i, n := range nodes {
		if n.op(",") {
			out = append(out, nodes[start:i])
			start = i + 1
		}
	}
	return append(out, nodes[start:])
}
