package db

import "fmt"

// sheetGroups tells which of a sheet's own groups a row belongs to; numbers are the fold's.
type sheetGroups struct {
	fold    *fold
	columns []groupColumn
	small   []int32 // by the places together, 0 where not seen: for few values
	large   map[uint64]int
	numbers []uint64
}

// groupColumn is a column of a group and, by place, what its values add to the fold's number: one more, 0 where not seen. A
// question for ten of ten thousand values does not look at the others.
type groupColumn struct {
	*readColumn
	name   string
	global []uint64
}

func (f *fold) groups(s *readSheet) (*sheetGroups, error) {
	g := &sheetGroups{fold: f}
	size := 1
	for _, d := range f.ask.By {
		name := sheetColumnOf(d)
		c, err := s.column(name)
		if err != nil {
			return nil, fmt.Errorf("by %s: %w", d, err)
		}
		g.columns = append(g.columns, groupColumn{c, name, make([]uint64, len(c.values))})
		size = min(size*max(1, len(c.values)), 1<<20)
	}
	switch {
	case len(f.ask.By) < 2: // rows are added as they are
	case size <= 1<<16:
		g.small = make([]int32, size)
	default:
		g.large = map[uint64]int{}
	}
	return g, nil
}

// of is the place of a row's group among the sheet's own, one more than the last if it is new.
func (g *sheetGroups) of(n int) int {
	var number uint64
	place := 0
	for i := range g.columns {
		number |= g.number(i, n) << (i * groupBits)
		place = place*len(g.columns[i].values) + int(g.columns[i].places.at(n))
	}
	if g.small != nil {
		if at := g.small[place]; at > 0 {
			return int(at) - 1
		}
		g.numbers = append(g.numbers, number)
		g.small[place] = int32(len(g.numbers))
		return len(g.numbers) - 1
	}
	at, ok := g.large[number]
	if !ok {
		at = len(g.numbers)
		g.large[number] = at
		g.numbers = append(g.numbers, number)
	}
	return at
}

// number is the fold's number of a row's value of the i-th of Ask.By.
func (g *sheetGroups) number(i, n int) uint64 {
	c := &g.columns[i]
	at := c.places.at(n)
	if c.global[at] == 0 {
		c.global[at] = g.fold.numbered(i, c.name, c.values[at]) + 1
	}
	return c.global[at] - 1
}

// numbered is the number of a value of the i-th of Ask.By, as a sheet has it in a column.
func (f *fold) numbered(i int, column string, packed []byte) uint64 {
	n := &f.names[i]
	at, ok := n.stored[string(packed)]
	if !ok {
		at = n.number(shown(f.ask.By[i], unpacked(column, packed)))
		n.stored[string(packed)] = at
	}
	return at
}
