package ui

import (
	"strconv"
	"strings"
)

// Point is one value of a chart.
type Point struct {
	Label string // "23 Nov"
	Value int64  // any unit, e.g. nano-dollars; below zero counts as zero
	Text  string // the value in words, for tooltip and table: "$12.40"
	Href  string // the rows it is made of
	// Soft draws the bar pale: a period that is not over.
	Soft bool
}

// ChartProps describes a bar chart over time.
type ChartProps struct {
	Title   string // what it shows, for screen readers and the table: "Spend per day, last 30 days"
	Column  string // heading of the values in the table: "Spend (USD)"
	Summary string // one sentence with the main fact, read out instead of the picture
	Points  []Point
	// Ticks are the labels of the vertical axis from 0 upwards, evenly spaced; Top is the value of the last one. See Scale.
	Ticks []string
	Top   int64
}

func (p ChartProps) frame() frame {
	f := frame{title: p.Title, summary: p.Summary, ticks: p.Ticks, heads: []string{"When", p.Column}}
	var labels []string
	for _, point := range p.Points {
		labels = append(labels, point.Label)
		f.rows = append(f.rows, tableRow{head: point.Label, href: point.Href, cells: []string{point.Text}})
	}
	f.marks = marks(labels)
	return f
}

// Charts are drawn in a box of 1000 × 100 units that stretches to its place; text is HTML around it, so it never
// stretches along.
const (
	boxWidth  = 1000
	boxHeight = 100
)

// permille is value/max in 0..1000, without overflow and without floats.
func permille(value, max int64) int64 {
	if max <= 0 || value <= 0 {
		return 0
	}
	if value >= max {
		return 1000
	}
	if max > 1<<50 {
		value, max = value>>10, max>>10
	}
	return value * 1000 / max
}

// rect is a bar, in box units.
type rect struct{ x, y, width, height string }

// bar is the place of value i of n. A value above zero is never invisible.
func bar(i, n int, value, top int64) rect {
	slot := float64(boxWidth) / float64(n)
	gap := min(slot*0.28, 10)
	h := float64(permille(value, top)) / 1000 * boxHeight
	if value > 0 {
		h = max(h, 1)
	}
	return rect{unit(float64(i)*slot + gap/2), unit(boxHeight - h), unit(slot - gap), unit(h)}
}

// slot is the whole column of value i, for hovering.
func slot(i, n int) rect {
	w := float64(boxWidth) / float64(n)
	return rect{unit(float64(i) * w), "0", unit(w), unit(boxHeight)}
}

// line is the outline of a sparkline; area closes it along the bottom.
func line(values []int64) string {
	var top int64 = 1
	for _, v := range values {
		top = max(top, v)
	}
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteByte(' ')
		}
		x := float64(i) * boxWidth / float64(len(values)-1)
		y := boxHeight - 4 - float64(permille(v, top))/1000*(boxHeight-8)
		b.WriteString(unit(x) + "," + unit(y))
	}
	return b.String()
}

func area(values []int64) string {
	return "0," + unit(boxHeight) + " " + line(values) + " " + unit(boxWidth) + "," + unit(boxHeight)
}

func unit(v float64) string { return strconv.FormatFloat(v, 'f', -1, 32) }

// Scale picks a round top for an axis that must hold largest, and how many steps to cut it into. Its unit is the
// caller's; zero and less give a scale of one step.
func Scale(largest int64) (top int64, steps int) {
	if largest <= 0 {
		return 1, 1
	}
	magnitude := int64(1)
	for largest/magnitude >= 10 {
		magnitude *= 10
	}
	for _, s := range []struct {
		times int64
		steps int
	}{{1, 2}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 3}, {8, 4}, {10, 2}} {
		if s.times*magnitude >= largest {
			return s.times * magnitude, s.steps
		}
	}
	return 10 * magnitude, 2
}

func index(id string, i int) string { return id + "-" + strconv.Itoa(i) }

// falling are the ticks from top to bottom, as they stand beside the chart.
func falling(ticks []string) []string {
	out := make([]string, len(ticks))
	for i, t := range ticks {
		out[len(ticks)-1-i] = t
	}
	return out
}

// add is the sum of two lengths.
func add(a, b string) string {
	x, _ := strconv.ParseFloat(a, 64) // unit printed both
	y, _ := strconv.ParseFloat(b, 64)
	return unit(x + y)
}
