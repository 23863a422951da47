package ui

// heatLevels is how many shades a heat map has, besides that of nothing.
const heatLevels = 5

// HeatProps describes a heat map: rows of days, columns of hours.
type HeatProps struct {
	Title, Summary string
	Rows           []string // "Mon"
	Columns        []string // "00"
	// Values is one row of columns for each of Rows, in any unit; Texts are the same in words.
	Values [][]int64
	Texts  [][]string
	Hrefs  [][]string // nil for none
	// Most is the largest value in words, for the legend.
	Most string
}

// largest is the value of the darkest shade.
func (p HeatProps) largest() int64 {
	var out int64
	for _, row := range p.Values {
		for _, v := range row {
			out = max(out, v)
		}
	}
	return out
}

// level is the shade of a value: 0 for nothing, else by fifths of the largest.
func level(v, largest int64) int {
	if v <= 0 || largest <= 0 {
		return 0
	}
	return int(min(permille(v, largest)*heatLevels/1000+1, heatLevels))
}

// cell is the field of a row and a column, in box units.
func (p HeatProps) cell(row, col int) rect {
	w, h := float64(boxWidth)/float64(len(p.Columns)), float64(boxHeight)/float64(len(p.Rows))
	return rect{unit(float64(col)*w + w*0.05), unit(float64(row)*h + h*0.05), unit(w * 0.9), unit(h * 0.9)}
}

// frame has the table the other way round, because days are fewer than hours.
func (p HeatProps) frame() frame {
	f := frame{title: p.Title, summary: p.Summary, class: "b-heat", marks: marks(p.Columns), heads: append([]string{"Hour"}, p.Rows...)}
	for col, hour := range p.Columns {
		r := tableRow{head: hour}
		for row := range p.Rows {
			r.cells = append(r.cells, p.Texts[row][col])
		}
		f.rows = append(f.rows, r)
	}
	for i := range p.Rows {
		f.ticks = append(f.ticks, p.Rows[len(p.Rows)-1-i])
	}
	return f
}

func (p HeatProps) href(row, col int) string {
	if row < len(p.Hrefs) {
		return at(p.Hrefs[row], col)
	}
	return ""
}
