package web

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
)

// CSV answers with a table to download, as RFC 4180 has it: CRLF, quotes where they are needed, UTF-8. Cells that a
// spreadsheet would take for a formula begin with an apostrophe, because names in them come from people and clients.
// Numbers are raw decimals with a point, so that machines read them everywhere.
func (c *Context) CSV(filename string, header []string, rows [][]string) error {
	h := c.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", filename))
	c.Response().WriteHeader(http.StatusOK)
	w := csv.NewWriter(c.Response())
	w.UseCRLF = true
	if err := w.Write(header); err != nil {
		return err
	}
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = harmless(cell)
		}
		if err := w.Write(safe); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// harmless is a cell that no spreadsheet runs. A number with a sign is a number, not a formula.
func harmless(cell string) string {
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
