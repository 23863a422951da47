package gateway

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/gateway/gatewaytest"
)

var faultTable = flag.Bool("faults", false, "write the table of provider faults into docs/reference/faults.md")

// documented compares the reference with what the faults' test has seen: which kinds of which rows failed.
func documented(t *testing.T, failed map[int]map[string]bool) {
	t.Helper()
	const file, from, to = "../../docs/reference/faults.md", "<!-- faults -->\n", "<!-- end -->"
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), from)
	there, after, closed := strings.Cut(rest, to)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", file)
	}
	want := faultsTable(failed)
	if *faultTable {
		if err := os.WriteFile(file, []byte(before+from+want+to+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if there != want {
		t.Errorf("%s says something else (go test ./app/gateway -run ProviderFaults -args -faults writes it); this is what holds:\n%s", file, want)
	}
}

// faultsTable has a line for each row of faults and a column for each kind of provider.
func faultsTable(failed map[int]map[string]bool) string {
	var b strings.Builder
	b.WriteString("| # | the provider | a document | a stream | the books | next target | tries at one | breaker |")
	line := "|---|---|---|---|---|---|---|---|"
	for _, k := range gatewaytest.Kinds() {
		b.WriteString(" " + k.Name + " |")
		line += "---|"
	}
	b.WriteString("\n" + line + "\n")
	for i, name := range gatewaytest.Rows {
		ways := slices.DeleteFunc(gatewaytest.Faults(), func(f gatewaytest.Fault) bool { return f.Row != i+1 })
		fmt.Fprintf(&b, "| %d | %s |", i+1, name)
		for _, say := range []func(gatewaytest.Fault) []string{
			func(f gatewaytest.Fault) []string { return heardOf(f.Document) },
			func(f gatewaytest.Fault) []string { return append(heardOf(f.Stream), heardOf(f.Translated)...) },
			booked, fallen, tried,
			marked,
		} {
			b.WriteString(" " + oneOf(ways, say) + " |")
		}
		for _, k := range gatewaytest.Kinds() {
			b.WriteString(" " + held(ways, k, failed[i+1]) + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// oneOf joins what the ways of a fault have to say, each once.
func oneOf(ways []gatewaytest.Fault, say func(gatewaytest.Fault) []string) string {
	var list []string
	for _, f := range ways {
		for _, s := range say(f) {
			if !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	if len(list) == 0 {
		return "–"
	}
	return strings.Join(list, "; ")
}

func heardOf(w *gatewaytest.Want) []string {
	switch {
	case w == nil:
		return nil
	case w.Whole():
		return []string{"whole"}
	case w.Status == 200:
		return []string{"event `" + w.Code + "`"}
	case w.Code == "":
		return []string{fmt.Sprint(w.Status, ", as the provider says it")}
	}
	return []string{fmt.Sprintf("%d `%s`", w.Status, w.Code)}
}

func booked(f gatewaytest.Fault) (list []string) {
	for _, w := range []*gatewaytest.Want{f.Document, f.Stream, f.Free, f.Translated} {
		if w == nil {
			continue
		}
		for _, s := range w.States {
			list = append(list, string(s))
		}
	}
	return list
}

func fallen(f gatewaytest.Fault) (list []string) {
	for _, streamed := range []bool{false, true} {
		switch w := f.Want(gatewaytest.Compatible(), streamed, false); {
		case w == nil:
		case w.Code == "upstream_timeout" && w.Status != 200:
			list = append(list, "if time is left")
		case f.Next(streamed):
			list = append(list, "yes")
		default:
			list = append(list, "no")
		}
	}
	return list
}

func tried(f gatewaytest.Fault) []string { return []string{fmt.Sprint(max(1, f.Tries))} }

func marked(f gatewaytest.Fault) (list []string) {
	for _, k := range gatewaytest.Kinds() {
		if f.Applies(k, false) || f.Applies(k, true) {
			list = append(list, string(f.Mark(k, false)), string(f.Mark(k, true)))
		}
	}
	return list
}

// held says whether a kind of provider was seen to be handled as the row says.
func held(ways []gatewaytest.Fault, k *gatewaytest.Kind, failed map[string]bool) string {
	if !slices.ContainsFunc(ways, func(f gatewaytest.Fault) bool { return f.Applies(k, false) || f.Applies(k, true) }) {
		return "–"
	}
	if bad, seen := failed[k.Name]; !seen || bad {
		return "**no**"
	}
	return "yes"
}
