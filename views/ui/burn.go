package ui

import "strings"

// BurnProps describes a burn-down: what was left of a limit at the end of each day of a period, and where it is heading.
type BurnProps struct {
	Title   string // for screen readers and the table
	Summary string // one sentence with the main fact
	Column  string // heading of the values in the table: "Left (USD)"
	// Points are the beginning of the period and the end of each day so far; Slots is how many days the period has.
	Points []Point
	Slots  int
	// Limit is where an even pace begins; it ends at nothing. End is what the forecast leaves, below zero if it is too
	// much; without HasEnd there is no forecast.
	Limit  int64
	End    int64
	HasEnd bool
	// EndText is End in words, and Edges are the labels below: the beginning, the middle and the end of the period.
	EndText string
	Edges   []string
	// Ticks are the labels of the vertical axis from 0 upwards, evenly spaced; Top is the value of the last one. See Scale.
	Ticks []string
	Top   int64
}

func (p BurnProps) frame() frame {
	f := frame{title: p.Title, summary: p.Summary, class: "b-burn", ticks: p.Ticks, heads: []string{"When", p.Column}}
	f.legend = []key{{class: "b-legend-left", label: "left"}, {class: "b-legend-pace", label: "even pace"}}
	for _, point := range p.Points {
		f.rows = append(f.rows, tableRow{head: point.Label, href: point.Href, cells: []string{point.Text}})
	}
	if p.HasEnd {
		f.legend = append(f.legend, key{class: "b-legend-outlook", label: "forecast"})
		f.rows = append(f.rows, tableRow{head: "Forecast for the end", cells: []string{p.EndText}})
	}
	f.marks = edgeMarks(p.Edges)
	return f
}

// x is the place of the end of day i; y of a value. What is below nothing lies on the ground.
func (p BurnProps) x(i int) float64 {
	return float64(min(i, p.Slots)) / float64(max(p.Slots, 1)) * boxWidth
}

func (p BurnProps) y(v int64) float64 {
	return boxHeight - float64(permille(v, p.Top))/1000*boxHeight
}

func (p BurnProps) line() string {
	var b strings.Builder
	for i, point := range p.Points {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(unit(p.x(i)) + "," + unit(p.y(point.Value)))
	}
	return b.String()
}

func (p BurnProps) area() string {
	return "0," + unit(boxHeight) + " " + p.line() + " " + unit(p.x(len(p.Points)-1)) + "," + unit(boxHeight)
}

// pace is the even way from the limit to nothing.
func (p BurnProps) pace() string {
	return "0," + unit(p.y(p.Limit)) + " " + unit(boxWidth) + "," + unit(boxHeight)
}

// outlook is the way from now to the forecast's end, or to the moment when nothing is left.
func (p BurnProps) outlook() string {
	n := len(p.Points) - 1
	x, now := p.x(n), p.Points[n].Value
	endX := float64(boxWidth)
	if p.End < 0 && now > 0 {
		endX = x + (boxWidth-x)*float64(now)/float64(now-p.End)
	}
	return unit(x) + "," + unit(p.y(now)) + " " + unit(endX) + "," + unit(p.y(p.End))
}
