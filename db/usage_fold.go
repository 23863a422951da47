package db

import (
	"slices"
	"sort"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// fold puts rows of any grain into the steps and groups of an ask.
type fold struct {
	ask   usage.Ask
	names [usage.MaxDims]names
	at    spotPlaces
	spots []spot
	sums  []usage.Totals // of the spots
	past  *recall        // nil: everything is read
}

// groupBits leaves room for MaxDims values in a group's number.
const groupBits = 21

// names gives values numbers: by what is stored, in either form, and by what is shown, because several that are stored may
// be shown alike.
type names struct {
	stored, shown map[string]uint64
	values        []string
}

func newFold(a usage.Ask) *fold {
	f := &fold{ask: a, at: spotPlaces{far: map[spot]int32{}}}
	for i := range f.names {
		f.names[i] = names{map[string]uint64{}, map[string]uint64{}, nil}
	}
	return f
}

// number is that of a value as it is shown.
func (n *names) number(value string) uint64 {
	at, ok := n.shown[value]
	if !ok {
		at = uint64(len(n.values))
		n.shown[value] = at
		n.values = append(n.values, value)
	}
	return at
}

// of is what a spot comes to.
func (f *fold) of(s spot) *usage.Totals {
	n := f.at.of(s, len(f.ask.By) < 2, len(f.ask.Steps), int32(len(f.sums)))
	if int(n) == len(f.sums) {
		f.spots, f.sums = append(f.spots, s), append(f.sums, usage.Totals{})
	}
	return &f.sums[n]
}

// group is the number of values as they are shown, one for each of Ask.By.
func (f *fold) group(values []string) (g uint64) {
	for i := range f.ask.By {
		g |= f.names[i].number(values[i]) << (i * groupBits)
	}
	return g
}

// values are what a group's number stands for.
func (f *fold) values(group uint64) (out [usage.MaxDims]string) {
	for i := range f.ask.By {
		out[i] = f.names[i].values[group>>(i*groupBits)&(1<<groupBits-1)]
	}
	return out
}

// step is the one that a moment lies in.
func (f *fold) step(at time.Time) int {
	if len(f.ask.Steps) == 1 {
		return 0
	}
	return sort.Search(len(f.ask.Steps), func(i int) bool { return f.ask.Steps[i].To.After(at) })
}

// add adds a row to the group of its stored values.
func (f *fold) add(step int, values [usage.MaxDims]string, t usage.Totals) error {
	var g uint64
	for i, d := range f.ask.By {
		n := &f.names[i]
		at, ok := n.stored[values[i]]
		if !ok {
			at = n.number(shown(d, values[i]))
			n.stored[values[i]] = at
		}
		g |= at << (i * groupBits)
	}
	if err := f.full(); err != nil {
		return err
	}
	return f.of(spot{step, g}).Add(t)
}

// full is ErrMany where there are more values than groups have numbers for, or more sums than memory should hold.
func (f *fold) full() error {
	for i := range f.names {
		if len(f.names[i].values) >= 1<<groupBits {
			return usage.ErrMany
		}
	}
	if len(f.sums) > mostSlots {
		return usage.ErrMany
	}
	return nil
}

func (f *fold) cells() ([]usage.Cell, error) {
	groups := map[uint64]bool{}
	out := make([]usage.Cell, 0, len(f.sums))
	for n, p := range f.spots {
		if groups[p.group] = true; len(groups) > f.ask.Limit {
			return nil, usage.ErrMany
		}
		out = append(out, usage.Cell{Step: p.step, Values: f.values(p.group), Totals: f.sums[n]})
	}
	return out, nil
}

// untagged adds what carries no tag, if an ask is divided by one: all of it, less what does.
func untagged(tx *gorm.DB, r report.Reach, a usage.Ask, sum *fold) error {
	i := slices.IndexFunc(a.By, func(d usage.Dim) bool { _, tag := d.Tag(); return tag })
	if i < 0 || slices.ContainsFunc(a.Where, func(f usage.Filter) bool { return f.Dim == a.By[i] }) {
		return nil
	}
	all := a
	all.By = slices.Delete(slices.Clone(a.By), i, i+1)
	rest := newFold(all)
	rest.past = sum.past
	if err := addKept(tx, r, all, "", rest); err != nil {
		return err
	}
	for n, p := range sum.spots {
		values := sum.values(p.group)
		rest.of(spot{p.step, rest.group(slices.Delete(values[:len(a.By)], i, i+1))}).Sub(sum.sums[n])
	}
	for n, p := range rest.spots {
		values := rest.values(p.group)
		if t := rest.sums[n]; t != (usage.Totals{}) {
			*sum.of(spot{p.step, sum.group(slices.Insert(slices.Clone(values[:len(all.By)]), i, ""))}) = t
		}
	}
	return nil
}
