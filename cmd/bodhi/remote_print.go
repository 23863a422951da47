package main

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// printOne prints a thing: as JSON, or as names and values.
func (f remoteFlags) printOne(out io.Writer, v any, facts ...string) error {
	if f.JSON {
		return printJSON(out, v)
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for i := 0; i+1 < len(facts); i += 2 {
		if facts[i+1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", facts[i], plainCell(facts[i+1]))
		}
	}
	return w.Flush()
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// bounded is as much of a long list as was asked for; without that a table has as many rows as one looks at and says that there are
// more, and JSON, which scripts count, has all.
func bounded[T any](e *env, f remoteFlags, asked *int, rows int, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	most := rows
	if asked != nil {
		most = *asked
	} else if f.JSON {
		most = 0
	}
	if most <= 0 {
		return all
	}
	return func(yield func(T, error) bool) {
		n := 0
		for x, err := range all {
			if n++; n > most && asked == nil && err == nil {
				fmt.Fprintf(e.wrong, "There are more than these %d; --most 0 shows all.\n", most)
			}
			if n > most || !yield(x, err) {
				return
			}
		}
	}
}

// printAll prints a list to its end: as a JSON array, or as a table.
func printAll[T any](f remoteFlags, out io.Writer, all iter.Seq2[T, error], none string, header []string, cells func(T) []string) error {
	var list []T
	for x, err := range all {
		if err != nil {
			return err
		}
		list = append(list, x)
	}
	if f.JSON {
		if list == nil {
			list = []T{}
		}
		return printJSON(out, list)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(out, none)
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(header, "\t"))
	for _, x := range list {
		row := cells(x)
		for i := range row {
			row[i] = plainCell(row[i])
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// plainCell is text that moves no cursor: names come from people, user agents from anybody.
func plainCell(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

func dayOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return day(*t)
}
