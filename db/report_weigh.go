package db

import "bytes"

// weigh is how many of a day's requests can pass at most, and how many there are.
func (c *clues) weigh(day map[string]*readSheet) (most, all int64, err error) {
	if s := day[""]; s != nil {
		all = s.requests(nil)
	}
	most = all
	for _, one := range c.all {
		var some int64
		for column, values := range one {
			s := day[dimOf(column)]
			if s == nil {
				continue
			}
			t, _, _, err := testOf(s, clue{column: values})
			if err != nil {
				return 0, 0, err
			}
			some += s.requests([]test{t})
		}
		most = min(most, some)
	}
	for _, p := range c.pairs {
		s := day[tagSheet]
		if s == nil {
			return 0, all, nil
		}
		t, err := carriers(s, p)
		if err != nil {
			return 0, 0, err
		}
		most = min(most, s.requests(t))
	}
	return most, all, nil
}

// requests counts those of the rows that pass all tests.
func (s *readSheet) requests(tests []test) (n int64) {
rows:
	for i := range s.rows {
		for _, t := range tests {
			if !t.passes(i) {
				continue rows
			}
		}
		n += int64(s.sums[0].at(i))
	}
	return n
}

// carriers keep the rows of a sheet of tags whose requests may carry a pair. Of a key that comes twice only the first value
// has a row, which is the smaller one: tags are sorted.
func carriers(s *readSheet, p pair) ([]test, error) {
	key, _, _, err := testOf(s, clue{"tag_key": {p.key}})
	if err != nil {
		return nil, err
	}
	c, err := s.column("tag_value")
	if err != nil {
		return nil, err
	}
	passes := make([]bool, len(c.values))
	for i, v := range c.values {
		passes[i] = bytes.Compare(v, []byte(p.value)) <= 0
	}
	value := test{{column: c, passes: passes}}
	return []test{key, value}, nil
}

// keys are those whose requests pass, as stored, and how many requests that may be.
func (c *clues) keys(whole, tags *readSheet) (keys []string, some int64, err error) {
	all := c.all
	for _, p := range c.pairs {
		who, err := whose(tags, p)
		if err != nil {
			return nil, 0, err
		}
		all = append(all[:len(all):len(all)], who...)
	}
	var tests []test
	for _, one := range all {
		t, _, every, err := testOf(whole, one)
		if err != nil {
			return nil, 0, err
		}
		if !every {
			tests = append(tests, t)
		}
	}
	column, err := whole.column("key_id")
	if err != nil {
		return nil, 0, err
	}
	seen := make([]bool, len(column.values))
rows:
	for n := range whole.rows {
		count := int64(whole.sums[0].at(n))
		if count == 0 {
			continue
		}
		for _, t := range tests {
			if !t.passes(n) {
				continue rows
			}
		}
		some += count
		if at := column.places.at(n); !seen[at] {
			seen[at] = true
			keys = append(keys, unpacked("key_id", column.values[at]))
		}
	}
	return keys, some, nil
}

// whose are the people, teams and models of the requests that may carry a pair.
func whose(tags *readSheet, p pair) ([]clue, error) {
	out := []clue{{"member_id": nil}, {"team_id": nil}, {"model": nil}}
	if tags == nil {
		return out, nil
	}
	tests, err := carriers(tags, p)
	if err != nil {
		return nil, err
	}
	for _, one := range out {
		for name := range one {
			column, err := tags.column(name)
			if err != nil {
				return nil, err
			}
			seen := make([]bool, len(column.values))
			for n := range tags.rows {
				if at := column.places.at(n); !seen[at] && tests[0].passes(n) && tests[1].passes(n) {
					seen[at] = true
					one[name] = append(one[name], unpacked(name, column.values[at]))
				}
			}
		}
	}
	return out, nil
}
