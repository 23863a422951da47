package ui

import (
	"math"
	"strings"
)

// None is a value that there is not: the latency of an hour without requests. Lines have a gap there.
const None int64 = math.MinInt64

// maxSeries is how many colours there are to tell series apart; later ones share that of "everything else".
const maxSeries = 6

// Series is one line, or one layer of stacked bars.
type Series struct {
	Name   string
	Values []int64  // one for each column; any unit; None where there is none
	Texts  []string // the same in words: "$12.40"
	Total  string   // beside its name in the legend; "" for nothing
	Href   string   // the rows it is made of
	// Rest marks what is summed up as "Others": grey, whatever its place.
	Rest bool
}

// SeriesProps describes a chart of one or more series over the same columns: Lines or Stacked.
type SeriesProps struct {
	Title   string   // what it shows: "Spend per day, last 30 days"
	Summary string   // one sentence with the main fact, read out instead of the picture
	Columns []string // labels of the columns: "23 Nov"
	Heading string   // of the columns, in the table: "Day"
	Hrefs   []string // the rows that one column is made of; nil for none
	Series  []Series
	// Before is the same of the period before, drawn dashed behind; nil for none. Stacked bars show it as a mark.
	Before *Series
	Axis   Axis // see AxisFor
	// Open says that the last column is not over yet.
	Open bool
}

// frame is what stands around the picture.
func (p SeriesProps) frame(class string) frame {
	f := frame{title: p.Title, summary: p.Summary, class: class, ticks: p.Axis.Ticks, marks: marks(p.Columns), heads: []string{p.Heading}}
	for i, s := range p.all() {
		f.heads = append(f.heads, s.Name)
		if len(p.all()) > 1 || s.Total != "" { // one series alone is what the title says, unless it tells more
			f.legend = append(f.legend, key{class: p.color(i), label: s.Name, text: s.Total, href: s.Href})
		}
	}
	for i, label := range p.Columns {
		r := tableRow{head: label, href: at(p.Hrefs, i)}
		for _, s := range p.all() {
			r.cells = append(r.cells, s.text(i))
		}
		f.rows = append(f.rows, r)
	}
	return f
}

// Largest is the highest value of lines: what their axis must hold.
func (p SeriesProps) Largest() int64 {
	var out int64
	for i := range p.Columns {
		for _, s := range p.all() {
			out = max(out, s.value(i))
		}
	}
	return out
}

// Tallest is the highest column of stacked bars, and of the period before.
func (p SeriesProps) Tallest() int64 {
	var out int64
	for i := range p.Columns {
		var sum int64
		for _, s := range p.Series {
			sum += max(0, s.value(i))
		}
		out = max(out, sum)
		if p.Before != nil {
			out = max(out, p.Before.value(i))
		}
	}
	return out
}

// all are the series and the period before.
func (p SeriesProps) all() []Series {
	if p.Before == nil {
		return p.Series
	}
	return append(p.Series[:len(p.Series):len(p.Series)], *p.Before)
}

// color is the class of series i.
func (p SeriesProps) color(i int) string {
	switch {
	case i == len(p.Series):
		return "b-series-before"
	case p.Series[i].Rest || i >= maxSeries:
		return "b-series-rest"
	}
	return index("b-series", i+1)
}

// column is the room of column i.
func (p SeriesProps) column(i int) column {
	c := column{slot: slot(i, len(p.Columns)), label: p.Columns[i], href: at(p.Hrefs, i), soft: p.Open && i == len(p.Columns)-1}
	var lines []string
	for _, s := range p.all() {
		if len(p.all()) == 1 {
			lines = append(lines, s.text(i))
		} else {
			lines = append(lines, s.Name+": "+s.text(i))
		}
	}
	c.text = strings.Join(lines, "\n")
	return c
}

func (s Series) text(i int) string {
	if t := at(s.Texts, i); t != "" {
		return t
	}
	return "–"
}

func (s Series) value(i int) int64 {
	if i >= len(s.Values) {
		return None
	}
	return s.Values[i]
}

// at is element i, or "".
func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// point is a place in the box.
type point struct{ x, y float64 }

func (p point) String() string { return unit(p.x) + "," + unit(p.y) }

// runs are the points of a line, cut where values are missing.
func (p SeriesProps) runs(s Series) (out [][]point) {
	open := false
	for i := range p.Columns {
		v := s.value(i)
		if v == None {
			open = false
			continue
		}
		at := point{(float64(i) + 0.5) / float64(len(p.Columns)) * boxWidth, boxHeight - float64(permille(v, p.Axis.Top))/1000*boxHeight}
		if !open {
			out = append(out, nil)
			open = true
		}
		out[len(out)-1] = append(out[len(out)-1], at)
	}
	return out
}

// path prints points for a polyline.
func path(points []point) string {
	words := make([]string, len(points))
	for i, p := range points {
		words[i] = p.String()
	}
	return strings.Join(words, " ")
}

// under closes a line along the bottom.
func under(points []point) string {
	return unit(points[0].x) + ",100 " + path(points) + " " + unit(points[len(points)-1].x) + ",100"
}

// layer is one part of a stacked bar.
type layer struct {
	rect
	class string
}

// layers are the parts of column i from the bottom up. What is above zero is never invisible.
func (p SeriesProps) layers(i int) (out []layer) {
	ground := float64(boxHeight)
	for n, s := range p.Series {
		v := s.value(i)
		if v <= 0 {
			continue
		}
		r := bar(i, len(p.Columns), v, p.Axis.Top)
		h := max(float64(permille(v, p.Axis.Top))/1000*boxHeight, 0.6)
		h = min(h, ground)
		ground -= h
		r.y, r.height = unit(ground), unit(h)
		out = append(out, layer{r, p.color(n)})
	}
	return out
}

// before is the height that the period before reached in column i, as a line across its bar; false for none.
func (p SeriesProps) before(i int) (r rect, ok bool) {
	if p.Before == nil || p.Before.value(i) <= 0 {
		return rect{}, false
	}
	r = bar(i, len(p.Columns), 1, 1)
	r.y = unit(boxHeight - float64(permille(p.Before.value(i), p.Axis.Top))/1000*boxHeight)
	return r, true
}

// right is the right edge of a rect.
func (r rect) right() string { return add(r.x, r.width) }
