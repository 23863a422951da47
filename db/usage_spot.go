package db

// spot is a step and, in groupBits each, the numbers of the values that a group has.
type spot struct {
	step  int
	group uint64
}

// spotPlaces tell where the sums of spots are.
type spotPlaces struct {
	near []int32 // by value and step, one more, for questions of one dimension: ten thousand members of thirty days need no map
	far  map[spot]int32
}

// nearest is how many places are kept without a map: 4 MiB of them.
const nearest = 1 << 20

// of is a spot's place; next, if it has none yet. One says that groups have one value at most.
func (p *spotPlaces) of(s spot, one bool, steps int, next int32) int32 {
	if at := s.group*uint64(steps) + uint64(s.step); one && at < nearest {
		if at >= uint64(len(p.near)) {
			p.near = append(p.near, make([]int32, int(at)+1-len(p.near))...)
		}
		if p.near[at] == 0 {
			p.near[at] = next + 1
		}
		return p.near[at] - 1
	}
	at, ok := p.far[s]
	if !ok {
		at = next
		p.far[s] = at
	}
	return at
}
