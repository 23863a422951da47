package db

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// A day of many rows is kept in parts as well: by member and by team, every member's and every team's rows in one of sheetParts,
// because who asks about one person or team, as most people's own pages do, then reads one part and not all; and by the hour,
// because spans that go up to now, and those before them, begin and end within a day. Parts without rows are kept too, so that a
// day has all or none. They take three times the room of the whole sheet.
const sheetParts = 64

// fewSheetRows is how many rows of a day's whole sheet are read about as quickly as a part is found.
const fewSheetRows = 5000

// mostParts is how many parts are read before it pays to read the whole sheet.
const mostParts = sheetParts / 4

// partColumns are what parts are made by.
var partColumns = map[usage.Dim]string{usage.Member: "member_id", usage.Team: "team_id"}

// partOf is the name of the part that a member's or team's rows are in, the node given as sums have it. Its last byte is random.
func partOf(d usage.Dim, node string) string {
	u, _ := uuid.Parse(node) // nobody is all zeros
	return partName(d, int(u[len(u)-1])%sheetParts)
}

func partName(d usage.Dim, n int) string { return fmt.Sprintf("%s:%02d", d, n) }

// partsBy gives a sheet's rows by the parts of their members or teams, one part in memory at a time.
func (s *sheet) partsBy(d usage.Dim, emit func(name string, rows *sheet)) {
	names, by := make([]string, len(s.columns)), 0
	for i := range s.columns {
		if names[i] = s.columns[i].name; names[i] == partColumns[d] {
			by = i
		}
	}
	parts := map[string][]int{}
	for n := range sheetParts {
		parts[partName(d, n)] = nil
	}
	of := make([]string, len(s.columns[by].values)) // by the value's place
	for i, v := range s.columns[by].values {
		of[i] = partOf(d, v)
	}
	for n := range s.sums {
		name := of[s.places[n][by]]
		parts[name] = append(parts[name], n)
	}
	for name, rows := range parts {
		out := newSheet(names...)
		for _, n := range rows {
			out.add(s.valuesOf(n), &s.sums[n])
		}
		emit(name, out)
	}
}

// valuesOf are a row's values, in the order of the columns.
func (s *sheet) valuesOf(n int) []string {
	out := make([]string, len(s.columns))
	for i := range out {
		out[i] = s.columns[i].values[s.places[n][i]]
	}
	return out
}

// part is one sheet of a day that an ask reads. without are parts of teams that are read besides: their rows are not taken again.
type part struct {
	dim     string
	without map[string]bool
}

// partsFor are the parts that all rows which can pass are in; none if the whole sheet is read as quickly.
func partsFor(r report.Reach, a usage.Ask) []part {
	narrow := slices.Clone(a.Where)
	if k := r.Under.Kind(); k == org.MemberScope || k == org.TeamScope {
		d := usage.Member
		if k == org.TeamScope {
			d = usage.Team
		}
		narrow = append(narrow, usage.Filter{Dim: d, Values: []string{shown(d, r.Under.Node())}})
	}
	best := mostParts + 1
	var out []part
	for _, f := range narrow {
		if partColumns[f.Dim] == "" {
			continue
		}
		names := map[string]bool{}
		for _, node := range keptValues(f) {
			names[partOf(f.Dim, node)] = true
		}
		if n := len(names); n > 0 && n < best {
			best, out = n, partsNamed(names)
		}
	}
	if out != nil || r.All {
		return out
	}
	teams := map[string]bool{}
	for _, node := range uuidsOf(r.Teams) {
		teams[partOf(usage.Team, node)] = true
	}
	if len(teams) > mostParts {
		return nil
	}
	out = partsNamed(teams)
	if !r.Member.IsZero() {
		out = append(out, part{partOf(usage.Member, r.Member.UUID()), teams})
	}
	return out
}

func partsNamed(names map[string]bool) (out []part) {
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out = append(out, part{dim: name})
	}
	return out
}

// beside keeps the rows of a sheet whose team is in none of the parts that are read besides.
func (p part) beside(s *readSheet) (test, error) {
	c, err := s.column(partColumns[usage.Team])
	if err != nil {
		return nil, err
	}
	passes := make([]bool, len(c.values))
	for i, v := range c.values {
		passes[i] = !p.without[partOf(usage.Team, unpacked(partColumns[usage.Team], v))]
	}
	return test{{column: c, passes: passes}}, nil
}
