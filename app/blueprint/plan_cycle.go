package blueprint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/route"
)

// cycles says where the wanted routes would lead back to themselves, at the target that closes the ring.
func (p *planner) cycles() {
	leads := map[string][]string{}
	for _, list := range [][]route.Document{p.now.Routes, p.wanted.Routes} { // what is wanted takes the place of what is
		for _, d := range list {
			leads[d.Alias] = targets(d)
		}
	}
	for i, d := range p.wanted.Routes {
		for j, t := range d.Targets {
			if ring := ringOf(leads, d.Alias, t.To, nil); ring != nil {
				p.wrong("routes/"+strconv.Itoa(i)+"/targets/"+strconv.Itoa(j), "The route %s leads back to itself: %s.", d.Alias, strings.Join(ring, " → "))
			}
		}
	}
}

// ringOf is the way from one alias by its target back to it; nil if there is none.
func ringOf(leads map[string][]string, from, by string, way []string) []string {
	if by == from {
		return append(append([]string{from}, way...), from)
	}
	if slices.Contains(way, by) {
		return nil // a ring that others close
	}
	for _, next := range leads[by] {
		if ring := ringOf(leads, from, next, append(slices.Clone(way), by)); ring != nil {
			return ring
		}
	}
	return nil
}
