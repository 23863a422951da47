package db

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// finder lists requests day by day, in the list's order, and stops when the page is full. What a day's sheets know spares the
// days on which nothing passes, and the rows of all keys but those that have something; an index for each filter would do
// the same, and made posting a fifth slower. Days without sheets, today's last hours among them, are looked through as they are.
type finder struct {
	clues
	s    *ReportStore
	r    report.Reach
	q    report.Query
	rows []requestFact
}

const (
	// fewRows is how many rows may be looked through for a page's worth before it pays to ask the sheets for keys.
	fewRows = 4000
	// mostKeys bounds the keys of one question.
	mostKeys = 100
	// mostDays bounds the days whose sheets are in memory together.
	mostDays = 16
)

// stretch is a part of a list's time: one that a day's sheets tell of, or what lies between, which has no day.
type stretch struct {
	usage.Step
	day time.Time
}

func (s stretch) kept() bool { return !s.day.IsZero() }

func (f *finder) find(tx *gorm.DB) error {
	all, err := f.stretches(tx)
	if err != nil {
		return err
	}
	for i, n := 0, 1; i < len(all) && !f.full(); {
		j := i + 1
		if !all[i].kept() {
			err = f.part(tx, all[i].Step, nil)
		} else {
			for j < len(all) && j-i < n && all[j].kept() {
				j++
			}
			err = f.days(tx, all[i:j])
			n = min(2*n, mostDays)
		}
		if err != nil {
			return err
		}
		i = j
	}
	return nil
}

func (f *finder) full() bool { return len(f.rows) >= f.q.Limit }

// stretches cuts the list's time into days that there are sheets of and the rest, in the list's order. A zero moment at an end
// is an open one.
func (f *finder) stretches(tx *gorm.DB) ([]stretch, error) {
	from, to := f.q.From.UTC(), f.q.To.UTC()
	switch at := f.q.After.At.UTC(); {
	case f.q.After.IsZero():
	case f.q.Oldest && at.After(from):
		from = at
	case !f.q.Oldest && (to.IsZero() || at.Before(to)):
		to = at.Add(time.Microsecond)
	}
	q := tx.Where("usage_day_marks.org_id = ? AND until_at > ? AND version = "+marksOf, f.r.Org, from)
	if !to.IsZero() {
		q = q.Where("day < ?", to)
	}
	var marks []dayMarkRow
	if err := q.Order("day").Find(&marks).Error; err != nil {
		return nil, err
	}
	var out []stretch
	at := from
	for _, m := range marks {
		d := m.step()
		if len(out) > 0 && d.From.Before(at) {
			continue
		}
		// Sums of an hour that were kept before the organization moved to a zone beside the hour stand in the day before.
		day := d.From
		if hour := day.Truncate(time.Hour); !hour.Equal(day) {
			d.From = hour.Add(time.Hour)
		}
		if at.Before(d.From) {
			out = append(out, stretch{Step: usage.Step{From: at, To: d.From}})
		}
		out = append(out, stretch{d, day})
		at = d.To
	}
	if to.IsZero() || at.Before(to) {
		out = append(out, stretch{Step: usage.Step{From: at, To: to}})
	}
	if !f.q.Oldest {
		slices.Reverse(out)
	}
	return out, nil
}

// part adds what passes within a span, of some keys alone if any are given.
func (f *finder) part(tx *gorm.DB, span usage.Step, keys []string) error {
	q := f.q
	if span.From.After(q.From) {
		q.From = span.From
	}
	if !span.To.IsZero() && (q.To.IsZero() || span.To.Before(q.To)) {
		q.To = span.To
	}
	q.Limit -= len(f.rows)
	rows, err := f.ofKeys(tx, q, keys)
	f.rows = append(f.rows, rows...)
	return err
}

// ofKeys lists what passes of some keys. SQLite, which knows nothing of how rows lie, would look through all keys' rows for more
// than one, so there they are asked for one by one.
func (f *finder) ofKeys(tx *gorm.DB, q report.Query, keys []string) ([]requestFact, error) {
	if len(keys) < 2 || f.s.db.Postgres() {
		return listing(tx, f.r, q, keys)
	}
	var all []requestFact
	for _, k := range keys {
		rows, err := listing(tx, f.r, q, []string{k})
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b requestFact) int {
		if q.Oldest {
			a, b = b, a
		}
		return cmp.Or(b.Fact.At.Compare(a.Fact.At), b.Fact.ID.Compare(a.Fact.ID))
	})
	return all[:min(len(all), q.Limit)], nil
}

// days adds what passes on some days that follow each other.
func (f *finder) days(tx *gorm.DB, some []stretch) error {
	dims := append(f.dims(), "")
	if len(f.pairs) > 0 {
		dims = append(dims, tagSheet)
	}
	sheets, err := f.sheets(tx, some, dims)
	if err != nil {
		return err
	}
	for _, d := range some {
		if f.full() {
			return nil
		}
		day, ok := sheets[d.day.Unix()]
		most, all := int64(0), int64(0)
		if ok {
			if most, all, err = f.weigh(day); err != nil {
				return err
			}
			if most == 0 {
				continue
			}
		}
		if !ok || len(f.all)+len(f.pairs) == 1 && f.many(most, all) {
			err = f.part(tx, d.Step, nil)
		} else {
			err = f.byKey(tx, d, day, all)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// many reports whether a page's worth is found within a few rows, where some of all pass.
func (f *finder) many(some, all int64) bool { return some*f.s.fewRows >= int64(f.q.Limit)*all }

// byKey adds what passes on a day, of the keys that the sheet of everything names, or the part of it that knows.
func (f *finder) byKey(tx *gorm.DB, d stretch, day map[string]*readSheet, all int64) error {
	var whole *readSheet
	for _, dim := range f.sheetsOfKeys() {
		sheets, err := f.sheets(tx, []stretch{d}, []string{dim})
		if err != nil {
			return err
		}
		if whole = sheets[d.day.Unix()][dim]; whole != nil {
			break
		}
	}
	if whole == nil {
		return f.part(tx, d.Step, nil)
	}
	keys, some, err := f.keys(whole, day[tagSheet])
	switch {
	case err != nil:
		return err
	case some == 0:
		return nil
	case len(keys) > mostKeys || slices.Contains(keys, nobody) || f.many(some, all):
		return f.part(tx, d.Step, nil)
	}
	return f.part(tx, d.Step, keys)
}

// sheets are the named ones of some days, by the second that the day begins at. A day is missing if its sheets are no longer
// right: they are read together with what says so.
func (f *finder) sheets(tx *gorm.DB, some []stretch, dims []string) (map[int64]map[string]*readSheet, error) {
	days := make([]time.Time, len(some))
	for i, d := range some {
		days[i] = d.day
	}
	rows, err := tx.Table("usage_day_marks").Select("usage_day_marks.day, usage_sheets.dim, usage_sheets.content").
		Joins("LEFT JOIN usage_sheets ON usage_sheets.org_id = usage_day_marks.org_id AND usage_sheets.day = usage_day_marks.day AND usage_sheets.dim IN ?", dims).
		Where("usage_day_marks.org_id = ? AND usage_day_marks.day IN ? AND usage_day_marks.version = "+marksOf, f.r.Org, days).Rows()
	if err != nil {
		return nil, err
	}
	out := map[int64]map[string]*readSheet{}
	err = each(rows, func() error {
		var day time.Time
		var dim *string
		var content []byte
		if err := rows.Scan(&day, &dim, &content); err != nil {
			return err
		}
		of := out[day.Unix()]
		if of == nil {
			of = map[string]*readSheet{}
			out[day.Unix()] = of
		}
		if dim == nil {
			return nil
		}
		s, err := decodeSheet(content)
		of[*dim] = s
		return err
	})
	return out, err
}
