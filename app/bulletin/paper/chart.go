// Package paper prints reports as pictures and documents. It is the one place that knows the libraries for that, and it knows
// nothing of reports: it is given words and figures.
package paper

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-analyze/charts"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Bars is a picture of amounts over time.
type Bars struct {
	Labels []string // one for each bar
	Values []money.USD
	// Width and Height are those at which it is shown, in CSS pixels; the picture is twice as large, for fine screens.
	Width, Height int
}

// sharp is how much larger a picture is than it is shown.
const sharp = 2

// The colours are those of letters: readable on the white that the picture brings with it, in the dark as well.
const (
	bar  = "#12715b"
	text = "#4a5563"
	line = "#dde3ea"
)

// Chart draws bars as PNG.
func Chart(b Bars) ([]byte, error) {
	if len(b.Labels) == 0 || len(b.Labels) != len(b.Values) {
		return nil, errors.New("paper: a chart needs as many labels as values, and at least one")
	}
	values := make([]float64, len(b.Values)) // a picture's height, not an amount
	for i, v := range b.Values {
		values[i] = float64(max(0, v)) / float64(money.Dollar)
	}
	opt := charts.NewBarChartOptionWithData([][]float64{values})
	white := charts.ColorFromHex("#ffffff")
	opt.Theme = charts.MakeTheme(charts.ThemeOption{BackgroundColor: white, AxisStrokeColor: charts.ColorFromHex(line), AxisSplitLineColor: charts.ColorFromHex(line), TextColor: charts.ColorFromHex(text),
		TextColorXAxis: charts.ColorFromHex(text), TextColorYAxis: charts.ColorFromHex(text), TextColorLabel: charts.ColorFromHex(text), SeriesColors: []charts.Color{charts.ColorFromHex(bar)}})
	font := charts.FontStyle{FontSize: 9 * sharp, FontColor: charts.ColorFromHex(text)}
	opt.Padding = charts.NewBox(8*sharp, 8*sharp, 8*sharp, 6*sharp)
	opt.CategoryAxis.Labels, opt.CategoryAxis.LabelFontStyle, opt.CategoryAxis.LabelCount = thinned(b.Labels), font, len(b.Labels)
	least := 0.0
	opt.ValueAxis[0].LabelFontStyle, opt.ValueAxis[0].Min, opt.ValueAxis[0].ValueFormatter = font, &least, tick
	opt.ValueAxis[0].LabelCount, opt.ValueAxis[0].PreferNiceIntervals = 5, charts.Ptr(true)
	opt.Legend.Show = charts.Ptr(false)
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: b.Width * sharp, Height: b.Height * sharp})
	if err := p.BarChart(opt); err != nil {
		return nil, fmt.Errorf("paper: chart: %w", err)
	}
	out, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("paper: chart: %w", err)
	}
	return out, nil
}

// mostLabels is how many labels have room below a chart.
const mostLabels = 8

// thinned keeps every n-th label, so that none lies on its neighbour.
func thinned(labels []string) []string {
	step, out := (len(labels)+mostLabels-1)/mostLabels, make([]string, len(labels))
	for i := 0; i < len(labels); i += step {
		out[i] = labels[i]
	}
	return out
}

// tick is a mark of the axis, in dollars.
func tick(v float64) string {
	switch {
	case v >= 1e6:
		return "$" + strconv.FormatFloat(v/1e6, 'f', -1, 32) + "M"
	case v >= 1e4:
		return "$" + strconv.FormatFloat(v/1e3, 'f', -1, 32) + "k"
	}
	return "$" + strconv.FormatFloat(v, 'f', -1, 32)
}
