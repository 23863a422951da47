package web

import "strings"

// Change is a line of a difference: "+" was added, "-" is gone, " " stayed.
type Change struct{ Sign, Line string }

// Differ compares two texts line by line, by their longest common subsequence. Such texts are short, so its square cost is small;
// texts of more than maxLines are told as replaced whole.
func Differ(before, after string) (out []Change) {
	a, b := textLines(before), textLines(after)
	const maxLines = 1500
	if len(a) > maxLines || len(b) > maxLines {
		return append(signed("-", a), signed("+", b)...)
	}
	// common[i][j] is how many lines a[i:] and b[j:] share.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = append(out, Change{" ", a[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, Change{"-", a[i]})
			i++
		default:
			out = append(out, Change{"+", b[j]})
			j++
		}
	}
	return append(append(out, signed("-", a[i:])...), signed("+", b[j:])...)
}

func textLines(s string) []string {
	if s = strings.TrimRight(s, "\n"); s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func signed(sign string, lines []string) (out []Change) {
	for _, l := range lines {
		out = append(out, Change{sign, l})
	}
	return out
}

// Around leaves out what stayed the same far from any change.
func Around(all []Change) (out []Change) {
	const context = 2
	near := func(i int) bool {
		for j := max(0, i-context); j <= min(len(all)-1, i+context); j++ {
			if all[j].Sign != " " {
				return true
			}
		}
		return false
	}
	for i, l := range all {
		switch {
		case near(i):
			out = append(out, l)
		case i > 0 && near(i-1) && i+1 < len(all):
			out = append(out, Change{" ", "…"})
		}
	}
	return out
}
