package ui

// Bin is one bar of a histogram.
type Bin struct {
	Label string // its range: "200–400 ms"
	Value int64
	Text  string // "412 requests"
	Href  string // those requests
}

// Quantile is a mark across a histogram.
type Quantile struct {
	Label string // "p95"
	Text  string // "1.2 s"
	// At is the place along the axis in thousandths of its width.
	At int64
}

// HistogramProps describes a distribution: how many are how slow.
type HistogramProps struct {
	Title, Summary  string
	Heading, Column string // of the table: "Took", "Requests"
	Bins            []Bin
	Edges           []string // labels of the edges, one more than bins
	Quantiles       []Quantile
	Axis            Axis
}

func (p HistogramProps) frame() frame {
	f := frame{title: p.Title, summary: p.Summary, class: "b-histogram", ticks: p.Axis.Ticks, marks: edgeMarks(p.Edges), heads: []string{p.Heading, p.Column}}
	for _, b := range p.Bins {
		f.rows = append(f.rows, tableRow{head: b.Label, href: b.Href, cells: []string{b.Text}})
	}
	for _, q := range p.Quantiles {
		f.rows = append(f.rows, tableRow{head: q.Label, cells: []string{q.Text}})
	}
	return f
}

// edgeMarks are labels at the edges of columns instead of their middles.
func edgeMarks(edges []string) []mark {
	n := len(edges) - 1
	if n < 1 {
		return nil
	}
	const few = 6 // such charts stand two in a row, and edges are as long as "620 ms"
	step := (n + few - 1) / few
	var out []mark
	for i := 0; i <= n; i += step {
		m := mark{x: percent(i, n), anchor: "middle", text: edges[i], minor: len(out)%2 == 1}
		if i == 0 {
			m.anchor = "start"
		}
		if i == n {
			m.anchor = "end"
		}
		out = append(out, m)
	}
	return out
}

// x is where a mark stands.
func (q Quantile) x() string { return percent(int(min(max(q.At, 0), 1000)), 1000) }

// left reports whether a mark's label stands on its left, as on its right it would leave the chart or cross the next mark.
func left(all []Quantile, i int) bool {
	const label = 180 // about the width of "p95 20 s" in a chart of half a page
	return all[i].At > 1000-label || i+1 < len(all) && all[i+1].At-all[i].At < label && all[i].At > label
}

// anchor and shift keep labels inside; they stand in lines below each other, as p95 and p99 are close.
func anchor(left bool) string {
	if left {
		return "end"
	}
	return "start"
}

func shift(left bool) string {
	if left {
		return "-5"
	}
	return "5"
}
