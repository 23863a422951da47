package db

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// test keeps a row whose value in one of its columns is one that passes.
type test []struct {
	column *readColumn
	passes []bool // by place
}

func (t test) passes(n int) bool {
	for i := range t {
		if t[i].passes[t[i].column.places.at(n)] {
			return true
		}
	}
	return false
}

// testOf keeps the rows that have one of the values in one of the columns. some says whether a row can pass, every that all do.
func testOf(s *readSheet, columns map[string][]string) (t test, some, every bool, err error) {
	for name, values := range columns {
		c, err := s.column(name)
		if err != nil {
			return nil, false, false, err
		}
		passes, kept := make([]bool, len(c.values)), make(map[string]bool, len(values))
		for _, v := range values {
			kept[packed(name, v)] = true
		}
		all := true
		for i, v := range c.values {
			passes[i] = kept[string(v)]
			all, some = all && passes[i], some || passes[i]
		}
		every = every || all && len(passes) > 0
		t = append(t, struct {
			column *readColumn
			passes []bool
		}{c, passes})
	}
	return t, some, every, nil
}

// tests are an ask's filters, a reach and a tag's key. none says that no row can pass.
func (f *fold) tests(s *readSheet, r report.Reach, tag string) (out []test, none bool, err error) {
	add := func(columns map[string][]string) error {
		t, some, every, err := testOf(s, columns)
		if err != nil {
			return err
		}
		none = none || !some
		if !every {
			out = append(out, t)
		}
		return nil
	}
	if !r.Under.IsZero() {
		if err := add(map[string][]string{string(r.Under.Kind()) + "_id": {r.Under.Node()}}); err != nil {
			return nil, false, err
		}
	}
	if !r.All {
		own := map[string][]string{}
		if len(r.Teams) > 0 {
			own["team_id"] = uuidsOf(r.Teams)
		}
		if !r.Member.IsZero() {
			own["member_id"] = []string{r.Member.UUID()}
		}
		if err := add(own); err != nil {
			return nil, false, err
		}
	}
	if tag != "" {
		if err := add(map[string][]string{"tag_key": {tag}}); err != nil {
			return nil, false, err
		}
	}
	for _, w := range f.ask.Where {
		if err := add(map[string][]string{sheetColumnOf(w.Dim): keptValues(w)}); err != nil {
			return nil, false, err
		}
	}
	return out, none, nil
}

// uuidsOf leaves zero ids out, which sheets have where there is no team: nobody's figures are not everybody's.
func uuidsOf(teams []id.Team) []string {
	out := make([]string, 0, len(teams))
	for _, t := range teams {
		if !t.IsZero() {
			out = append(out, t.UUID())
		}
	}
	return out
}

// sheetColumnOf is the column that a dimension is in.
func sheetColumnOf(d usage.Dim) string {
	if _, tag := d.Tag(); tag {
		return "tag_value"
	}
	return keptColumns[d]
}
