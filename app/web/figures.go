package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// USD is an amount for reading: the short form of Dollars.
func USD(a money.USD) string {
	short, _ := Dollars(a)
	return short
}

// Count prints a whole number with its thousands apart.
func Count(n int64) string { return money.Grouped(n) }

// Plural is a count of things whose noun ends in s when there are several.
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}

// Percent is part/whole in whole percent, rounded half away from zero, at most 1,000,000 either way.
func Percent(part, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	for part > 1<<52 || part < -1<<52 {
		part, whole = part/2, whole/2
	}
	if whole == 0 {
		return 1_000_000
	}
	sign := int64(1)
	if part < 0 {
		sign = -1
	}
	p := (2*100*part/whole + sign) / 2
	return min(max(p, -1_000_000), 1_000_000)
}

// Share is part of whole with one decimal: "0.4 %". A part is never said to be nothing or all when it is not.
func Share(part, whole int64) string {
	if whole == 0 {
		return "0 %"
	}
	for part > 1<<52 { // amounts in nano-dollars; a share has three digits
		part, whole = part/2, whole/2
	}
	tenths := (part*1000 + whole/2) / whole
	switch {
	case tenths == 0 && part > 0:
		return "< 0.1 %"
	case tenths == 1000 && part < whole:
		return "> 99.9 %"
	case tenths%10 == 0:
		return fmt.Sprintf("%d %%", tenths/10)
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

// Growth is how much more or less now is than before: "18 %", "3.4 ×", "new", "gone". Which way it went is for an arrow to say.
func Growth(now, before int64) string {
	switch p := Percent(now-before, before); {
	case before <= 0:
		return "new"
	case now <= 0:
		return "gone"
	case p >= 1_000_000:
		return "over 10,000 ×"
	case p > 199:
		return fmt.Sprintf("%d.%d ×", (p+100)/100, (p+100)%100/10)
	case p < 0:
		return fmt.Sprintf("%d %%", -p)
	default:
		return fmt.Sprintf("%d %%", p)
	}
}

// Than is Growth in a sentence: "18 % more than", "3.4 × as much as", and "about as much as" where that would be 0 %. Both are more
// than nothing.
func Than(now, before int64) string {
	switch g := Growth(now, before); {
	case g == "0 %":
		return "about as much as"
	case strings.HasSuffix(g, "×"):
		return g + " as much as"
	case now < before:
		return g + " less than"
	default:
		return g + " more than"
	}
}

// Took is a duration for reading; 0 is nothing.
func Took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
