package ui

import (
	"strconv"
	"strings"
	"time"
)

// Axis is the vertical axis of a chart: it begins at nothing and ends at Top, in the unit of the values.
type Axis struct {
	Top int64
	// Ticks are its labels from 0 upwards, evenly spaced; the last one is Top's.
	Ticks []string
}

// AxisFor is an axis with round steps that holds largest. label prints one tick: MoneyTick, CountTick, TimeTick. Without
// anything to hold, its top carries no label: there is nothing to read off it.
func AxisFor(largest int64, label func(int64) string) Axis {
	if largest <= 0 {
		return Axis{Top: 1, Ticks: []string{label(0), ""}}
	}
	top, steps := Scale(largest)
	a := Axis{Top: top}
	for i := range int64(steps) + 1 {
		if top%int64(steps) != 0 && i > 0 && i < int64(steps) {
			a.Ticks = append(a.Ticks, "") // half of one request cannot be read off
			continue
		}
		a.Ticks = append(a.Ticks, label(top/int64(steps)*i))
	}
	a.Ticks[steps] = label(top)
	return a
}

// nanos is how many nano-dollars a dollar has: views know amounts as numbers only.
const nanos = 1_000_000_000

// MoneyTick prints nano-dollars for an axis: "$0", "$0.005", "$0.50", "$20", "$1.5k". An axis needs the size, not the last
// digit: figures print through web.Dollars.
func MoneyTick(v int64) string {
	sign := ""
	if v < 0 {
		sign, v = "−", -v
	}
	if v < 1000*nanos {
		if v%nanos != 0 && v%(nanos/10) == 0 { // tenths are written as cents
			return sign + "$" + decimal(v, nanos, 1) + "0"
		}
		return sign + "$" + decimal(v, nanos, 9)
	}
	return sign + "$" + CountTick(v/nanos)
}

// CountTick prints a whole number for an axis: "0", "950", "1.5k", "12M".
func CountTick(v int64) string {
	sign := ""
	if v < 0 {
		sign, v = "−", -v
	}
	for _, u := range []struct {
		size int64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= u.size {
			return sign + decimal(v/(u.size/100), 100, 2) + u.name
		}
	}
	return sign + strconv.FormatInt(v, 10)
}

// TimeTick prints a duration in nanoseconds for an axis: "0", "250 ms", "1.5 s", "2 min".
func TimeTick(v int64) string {
	switch d := time.Duration(v); {
	case d <= 0:
		return "0"
	case d < time.Millisecond:
		return decimal(v, int64(time.Microsecond), 0) + " µs"
	case d < time.Second:
		return decimal(v, int64(time.Millisecond), 1) + " ms"
	case d < 2*time.Minute:
		return decimal(v, int64(time.Second), 1) + " s"
	default:
		return decimal(v, int64(time.Minute), 1) + " min"
	}
}

// decimal is v/unit, cut after so many places, without zeros at the end. unit is a power of ten, or places is at most 1.
func decimal(v, unit int64, places int) string {
	whole, rest := v/unit, v%unit
	var digits strings.Builder
	for range places {
		rest *= 10
		digits.WriteByte(byte('0' + rest/unit))
		rest %= unit
	}
	fraction := strings.TrimRight(digits.String(), "0")
	if fraction == "" {
		return strconv.FormatInt(whole, 10)
	}
	return strconv.FormatInt(whole, 10) + "." + fraction
}

// mark is a label under a chart.
type mark struct {
	x      string // of the middle, start or end of the text
	anchor string // of SVG: start, middle, end
	text   string
	minor  bool // the first to go where there is little room
}

// most is how many labels stand under a chart; every second one goes where it is narrow.
const most = 9

// marks chooses which of the columns are labelled: evenly spaced, the first always, the last where it does not crowd.
func marks(labels []string) []mark {
	n := len(labels)
	if n == 0 {
		return nil
	}
	step := (n + most - 1) / most
	var out []mark
	for i := 0; i < n; i += step {
		out = append(out, mark{x: percent(2*i+1, 2*n), anchor: "middle", text: labels[i], minor: len(out)%2 == 1})
	}
	if first := &out[0]; n > 3 {
		first.x, first.anchor = "0%", "start"
	}
	if last := &out[len(out)-1]; n > 3 && (len(out)-1)*step == n-1 {
		last.x, last.anchor = "100%", "end"
	}
	return out
}

// percent is part/whole for an attribute of SVG.
func percent(part, whole int) string {
	return strconv.FormatFloat(float64(part)/float64(max(whole, 1))*100, 'f', 3, 64) + "%"
}
