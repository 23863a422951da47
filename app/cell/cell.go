// Package cell makes texts of strangers into cells of files that spreadsheets open: names come from people and clients, and a
// spreadsheet would run some as formulas. The price is an apostrophe that programs see, too.
package cell

import "strings"

// Harmless is a cell that no spreadsheet runs. A number with a sign is a number, not a formula.
func Harmless(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) || number(cell) {
		return cell
	}
	return "'" + cell
}

func number(cell string) bool {
	digits, points := strings.TrimPrefix(cell, "-"), 0
	for _, r := range digits {
		if r == '.' {
			points++
		} else if r < '0' || r > '9' {
			return false
		}
	}
	return digits != "" && digits != "." && points <= 1
}
