package tool

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/cell"
)

// CSV is all tables of a result, one below the other: a row of names, then the rows. A cell that a spreadsheet would run as a formula is told
// to be a text.
func (r *Result) CSV() string {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	tables, _ := r.Result["tables"].([]any)
	for i, t := range tables {
		if i > 0 {
			w.Flush()
			out.WriteString("\n")
		}
		table, _ := t.(map[string]any)
		columns, _ := table["columns"].([]string)
		rows, _ := table["rows"].([][]string)
		if len(columns) > 0 {
			_ = w.Write(harmless(columns)) // a bytes.Buffer does not fail
		}
		for _, row := range rows {
			_ = w.Write(harmless(row))
		}
	}
	w.Flush()
	return out.String()
}

// Plain is the text of an extraction, with a form feed between pages.
func (r *Result) Plain() string {
	rows, _ := r.Result["pages"].([]any)
	texts := make([]string, 0, len(rows))
	for _, v := range rows {
		row, _ := v.(map[string]any)
		text, _ := row["text"].(string)
		texts = append(texts, text)
	}
	return strings.Join(texts, "\n\f\n") + "\n"
}

func harmless(row []string) []string {
	out := make([]string, len(row))
	for i, c := range row {
		if out[i] = c; !owed(c) {
			out[i] = cell.Harmless(c)
		}
	}
	return out
}

// owed reports whether a cell is a plain amount below zero, as documents write it: -1,234.50.
func owed(c string) bool {
	return strings.HasPrefix(c, "-") && strings.Trim(c[1:], "0123456789.,") == "" && len(c) > 1
}
