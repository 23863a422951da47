package routeweb

import "strings"

// change is a line of a difference: "+" was added, "-" is gone, " " stayed.
type change struct{ sign, line string }

// differ compares two texts line by line, by their longest common subsequence. Routes are short, so its square cost is small;
// texts of more than maxLines are told as replaced whole.
func differ(before, after string) (out []change) {
	a, b := lines(before), lines(after)
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
			out = append(out, change{" ", a[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, change{"-", a[i]})
			i++
		default:
			out = append(out, change{"+", b[j]})
			j++
		}
	}
	return append(append(out, signed("-", a[i:])...), signed("+", b[j:])...)
}

func lines(s string) []string {
	if s = strings.TrimRight(s, "\n"); s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func signed(sign string, lines []string) (out []change) {
	for _, l := range lines {
		out = append(out, change{sign, l})
	}
	return out
}
