package main

import (
	"strings"
	"testing"
)

// What is done and has nothing to show says so, in words or in JSON.
func TestWhatIsDoneIsSaid(t *testing.T) {
	t.Parallel()
	const list = `{"data":[{"connection_id":"con_1","connection":"main","model":"gpt"}]}`
	for _, args := range [][]string{{"health", "open", "main/gpt"}, {"health", "close", "main/gpt"}, {"support", "end"}, {"batch", "delete", "batch_1"}, {"batch", "schedule", "delete", "sched_1"}} {
		if out, said, code := call(t, 200, list, append(args, "--json")...); code != 0 || out != "{\n  \"ok\": true\n}\n" {
			t.Errorf("%v: %d %q %s", args, code, out, said)
		}
		if out, said, code := call(t, 200, list, args...); code != 0 || strings.Count(out, ".\n") != 1 {
			t.Errorf("%v: %d %q %s", args, code, out, said)
		}
	}
}
