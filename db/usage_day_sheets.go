package db

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/usage"
)

// pairs are the dimensions that pages ask for together, each with a sheet of its own: of many keys it is a tenth of the whole.
var pairs = [][2]usage.Dim{{usage.Connection, usage.Model}, {usage.Member, usage.Model}, {usage.Member, usage.Client}, {usage.Team, usage.Model}}

// pairSheet is the name of a pair's sheet.
func pairSheet(p [2]usage.Dim) string { return string(p[0]) + "+" + string(p[1]) }

// pairOf is the sheet of a pair that has all of some dimensions.
func pairOf(dims []usage.Dim) (name string, ok bool) {
	for _, p := range pairs {
		if !slices.ContainsFunc(dims, func(d usage.Dim) bool { return d != p[0] && d != p[1] }) {
			return pairSheet(p), true
		}
	}
	return "", false
}

// sheets are all sheets of the day.
func (d *dayUnderWay) sheets() []sheetRow {
	out := []sheetRow{}
	add := func(dim string, content []byte) { out = append(out, sheetRow{d.org, d.From.UTC(), dim, content}) }
	some := func(dim string, s *sheet) {
		if len(s.sums) > 0 {
			add(dim, s.encode())
		}
	}
	some(wholeSheet, d.all)
	some(hourSheet, d.hours)
	some(tagSheet, d.tags)
	add(keySheet, d.tags.by("tag_key").encode()) // of none too: a day without was made before there were such
	some("", d.all.by())
	for _, p := range pairs {
		some(pairSheet(p), d.all.by(keptColumns[p[0]], keptColumns[p[1]]))
	}
	if d.next.Parted {
		for by := range partColumns {
			d.all.partsBy(by, func(name string, rows *sheet) { add(name, rows.encode()) })
		}
		for name, content := range d.parts {
			add(name, content)
		}
	}
	for _, dim := range usage.Dims {
		some(string(dim), d.all.by(keptColumns[dim]))
	}
	if speed := d.speed.encode(); len(speed) > 0 {
		add(speedSheet, speed)
	}
	if d.loaded {
		add(loadSheet, d.loads.encode())
	}
	if d.ended {
		add(endSheet, d.ends.encode())
	}
	return out
}
