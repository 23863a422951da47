package transcript

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Bound is what an organization allows its teams.
type Bound struct {
	Forbidden bool
	MostDays  int
}

// Allows is for how many days texts are kept where a team wants it for so many; 0 is not at all.
func (b Bound) Allows(days int) int {
	if b.Forbidden {
		return 0
	}
	return min(days, b.MostDays)
}

// Setting is for how many days a team's texts are kept, as it stands after the bound; 0 is not at all.
type Setting struct {
	Org  id.Org  `json:"org"`
	Team id.Team `json:"team"`
	Days int     `json:"days"`
}

// Book says from memory whose texts are kept. Its zero value keeps none. Safe for concurrent use.
type Book struct {
	cell live.Cell[map[id.Org]map[id.Team]int]
}

// Load puts a set into use.
func (b *Book) Load(all []Setting) error {
	out := map[id.Org]map[id.Team]int{}
	for _, s := range all {
		if s.Days <= 0 {
			continue
		}
		if out[s.Org] == nil {
			out[s.Org] = map[id.Team]int{}
		}
		out[s.Org][s.Team] = s.Days
	}
	b.cell.Set(&out)
	return nil
}

// Wants reports whether the texts of a chain's requests are kept. It allocates nothing.
func (b *Book) Wants(c org.Chain) bool {
	all := b.cell.Get()
	return all != nil && (*all)[c.Org][c.Team] > 0
}
