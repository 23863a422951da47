package semantic

import (
	"strconv"
	"strings"
)

// measure reads a figure with what sticks to it: 1,000 and 5km, 15% and $50. The rest (10:15, 1/2, 2024-05-01, 0x1f) is code.
func measure(s string) (figure, unit string, ok bool) {
	for _, sign := range [...]string{"$", "€", "£"} {
		if rest, found := strings.CutPrefix(s, sign); found {
			s, unit = rest, sign
		}
	}
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || s[end] == ',' || end == 0 && (s[end] == '-' || s[end] == '+')) {
		end++
	}
	tail := s[end:]
	switch {
	case end == 0 || strings.Count(s[:end], ".") > 1, unit != "" && tail != "":
		return "", "", false
	case tail != "" && tail != "%" && !isWord(tail):
		return "", "", false
	}
	v, err := strconv.ParseFloat(ungroup(s[:end]), 64)
	if err != nil {
		return "", "", false
	}
	switch strings.ToLower(tail) {
	case "st", "nd", "rd", "th":
		return strconv.FormatFloat(v, 'f', -1, 64) + "th", "", true
	}
	if unit == "" {
		unit = tail
	}
	return strconv.FormatFloat(v, 'f', -1, 64), unit, true
}

// ungroup takes the commas out of 1,000. It leaves those of 3,5, which some read as a decimal point.
func ungroup(s string) string {
	groups := strings.Split(s, ",")
	for _, g := range groups[1:] {
		if whole, _, _ := strings.Cut(g, "."); len(whole) != 3 {
			return s
		}
	}
	return strings.Join(groups, "")
}

// isFigure reports whether a token is a number in digits.
func isFigure(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && s[0] < 'A'
}

// numeral reads a number at the start, in digits or words, and says how many tokens it takes: twenty-five is 25, two thousand 2000.
func numeral(tokens []token) (value string, used int) {
	low := tokens[0].low
	if isFigure(low) || strings.HasSuffix(low, "th") && isFigure(strings.TrimSuffix(low, "th")) {
		return low, 1
	}
	if n, ok := ordinals[low]; ok {
		return strconv.Itoa(n) + "th", 1
	}
	total, part := 0, 0
	for _, t := range tokens {
		n, ok := numerals[t.low]
		if t.code || !ok {
			break
		}
		switch {
		case n >= 1000:
			total, part = total+max(part, 1)*n, 0
		case n == 100:
			part = max(part, 1) * 100
		case used > 0 && (part == 0 && total == 0 || part%10 != 0 || part%100 >= 10 && n >= 10):
			return strconv.Itoa(total + part), used // "two three" are two numbers
		default:
			part += n
		}
		used++
	}
	if used == 0 {
		return "", 0
	}
	return strconv.Itoa(total + part), used
}

var numerals = map[string]int{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
	"nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
	"hundred": 100, "thousand": 1000}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
	"ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12}
