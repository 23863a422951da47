package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A script that counts is not cut off where a person would stop reading, and a person is told.
func TestJSONIsAListToItsEndAndATableSaysThatThereIsMore(t *testing.T) {
	t.Parallel()
	rows := make([]string, 120)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"id":"x_%d","key":"x_%d"}`, i, i)
	}
	answer := `{"data":[` + strings.Join(rows, ",") + `],"has_more":false}`
	for _, x := range []struct {
		args  []string
		table int
	}{{[]string{"audit", "list"}, 50}, {[]string{"cache", "entries"}, 100}, {[]string{"cache", "likes", "list"}, 100}} {
		count := func(args ...string) (int, string) {
			out, said, code := call(t, 200, answer, append(x.args, args...)...)
			if code != 0 {
				t.Fatalf("%v: %d %s", args, code, said)
			}
			var all []any
			if json.Unmarshal([]byte(out), &all) == nil {
				return len(all), said
			}
			return strings.Count(out, "x_"), said
		}
		if n, said := count(); n != x.table || !strings.Contains(said, "--most 0") {
			t.Errorf("%v: a table of %d, %q", x.args, n, said)
		}
		for most, want := range map[string]int{"--json": 120, "--most=0": 120, "--most=120": 120, "--most=7": 7} {
			if n, said := count(most); n != want || said != "" {
				t.Errorf("%v %s: %d, %q", x.args, most, n, said)
			}
		}
		if n, _ := count("--json", "--most=7"); n != 7 {
			t.Errorf("%v: %d in JSON", x.args, n)
		}
	}
}
