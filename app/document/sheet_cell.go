package document

import (
	"strconv"
	"strings"
	"time"
)

// cell is one as the file has it.
type cell struct{ kind, style, value string }

// column is a cell's column, counted from 0, of its address: "B7" is 1. -1 without one.
func column(address string) int {
	n := 0
	for i := range len(address) {
		c := address[i] &^ 0x20
		if c < 'A' || c > 'Z' || n > mostColumns {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

// shown is a cell as its reader sees it, but numbers in full.
func (b *book) shown(c cell) string {
	switch c.kind {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(c.value)); err == nil && i >= 0 && i < len(b.shared) {
			return b.shared[i]
		}
		return ""
	case "b":
		return map[string]string{"1": "TRUE", "0": "FALSE"}[strings.TrimSpace(c.value)]
	case "", "n":
		if style, err := strconv.Atoi(c.style); err == nil && style >= 0 && style < len(b.dated) && b.dated[style] {
			if days, err := strconv.ParseFloat(c.value, 64); err == nil {
				return b.day(days)
			}
		}
		// Excel writes 0.1+0.2 with the rounding of a processor; its reader sees 15 digits.
		if f, err := strconv.ParseFloat(c.value, 64); err == nil && strings.ContainsAny(c.value, ".eE") {
			return strconv.FormatFloat(shortened(f), 'f', -1, 64)
		}
	}
	return c.value
}

func shortened(f float64) float64 {
	g, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		return f
	}
	return g
}

// day is what a number of days means. Excel takes 1900 for a leap year, so its count of days is right from March 1900 on.
func (b *book) day(days float64) string {
	if days < 0 || days > 2_958_466 { // the year 10000
		return strconv.FormatFloat(days, 'f', -1, 64)
	}
	from := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if b.since1904 {
		from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	whole := int(days)
	at := from.AddDate(0, 0, whole).Add(time.Duration((days - float64(whole)) * float64(24*time.Hour))).Round(time.Second)
	switch {
	case whole == 0 && days != 0:
		return at.Format("15:04:05")
	case at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0:
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}

// styles learns which styles show days and hours.
func (b *book) styles() error {
	own := map[string]bool{}
	in := false
	return b.pack.each("xl/styles.xml", func(e *element) error {
		switch {
		case e.name == "cellXfs":
			in = e.begins
		case e.begins && e.name == "numFmt":
			own[e.attr("numFmtId")] = shows(e.attr("formatCode"))
		case e.begins && e.name == "xf" && in:
			id, _ := strconv.Atoi(e.attr("numFmtId")) // 0 is plain
			b.dated = append(b.dated, own[e.attr("numFmtId")] || id >= 14 && id <= 22 || id >= 45 && id <= 47)
		}
		return nil
	})
}

// shows reports whether a format of numbers shows a day or an hour: it has their letters outside of quotes and brackets.
func shows(format string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(format); i++ {
		switch c := format[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[' || c == ']':
			bracket = c == '['
		case !bracket && strings.IndexByte("ymdhsYMDHS", c) >= 0:
			return true
		}
	}
	return false
}
