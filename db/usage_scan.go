package db

import (
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// scan adds the rows of a sheet to one step of a fold: those within a reach that pass the ask's filters.
//
// It is the wall between one team's figures and another's for sums of days, as within is for SQL.
func (f *fold) scan(s *readSheet, step int, r report.Reach, tag string, one part) error {
	tests, none, err := f.tests(s, r, tag)
	if err != nil || none {
		return err
	}
	if len(one.without) > 0 {
		beside, err := one.beside(s)
		if err != nil {
			return err
		}
		tests = append(tests, beside)
	}
	groups, err := f.groups(s)
	if err != nil {
		return err
	}
	if len(f.ask.By) < 2 {
		err = f.addRows(s, step, tests, groups)
	} else {
		err = f.addGroups(s, step, tests, groups)
	}
	if err != nil {
		return err
	}
	return f.full()
}

// addRows adds the rows that pass one by one: of one dimension, a sheet has few rows of a value, often one.
func (f *fold) addRows(s *readSheet, step int, tests []test, groups *sheetGroups) error {
	for n := range s.rows {
		if !passAll(tests, n) {
			continue
		}
		var number uint64
		if len(f.ask.By) == 1 {
			number = groups.number(0, n)
		}
		if err := s.addRow(n, f.of(spot{step, number})); err != nil {
			return err
		}
	}
	return nil
}

// addGroups adds the rows that pass up by the sheet's own groups first, so that a row costs no look at the fold.
func (f *fold) addGroups(s *readSheet, step int, tests []test, groups *sheetGroups) error {
	sums := make([]usage.Totals, 0, 64)
	for n := range s.rows {
		if !passAll(tests, n) {
			continue
		}
		at := groups.of(n)
		if at == len(sums) {
			sums = append(sums, usage.Totals{})
		}
		if err := s.addRow(n, &sums[at]); err != nil {
			return err
		}
	}
	if err := f.full(); err != nil { // before numbers that do not fit are used
		return err
	}
	for at := range sums {
		if err := f.of(spot{step, groups.numbers[at]}).Add(sums[at]); err != nil {
			return err
		}
	}
	return nil
}

func passAll(tests []test, n int) bool {
	for i := range tests {
		if !tests[i].passes(n) {
			return false
		}
	}
	return true
}

// addRow adds what a row counts.
func (s *readSheet) addRow(n int, t *usage.Totals) error {
	cost, err := t.Cost.Add(money.USD(s.sums[7].at(n)))
	if err != nil {
		return err
	}
	t.Cost = cost
	errors, refused := int64(s.sums[1].at(n)), int64(s.sums[2].at(n))
	t.Requests += int64(s.sums[0].at(n))
	t.Refused += refused
	t.Failed += errors - refused
	t.Attempts += int64(s.sums[3].at(n))
	t.Input += int64(s.sums[4].at(n))
	t.Cached += int64(s.sums[5].at(n))
	t.Output += int64(s.sums[6].at(n))
	return nil
}
