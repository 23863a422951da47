package llm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// told writes down what it gets. Like the dialects that need the order, it refuses pieces of a call that is over.
type told struct {
	out  strings.Builder
	open int
}

func (w *told) Write(dst []byte, d *llm.Delta) ([]byte, error) {
	switch d.Kind {
	case llm.CallBegin:
		w.open = d.Call
		fmt.Fprintf(&w.out, "|%s:", d.Name)
	case llm.CallDelta:
		if d.Call != w.open {
			return dst, fmt.Errorf("a piece of call %d inside call %d", d.Call, w.open)
		}
		w.out.WriteString(d.Text)
	case llm.TextDelta:
		w.open = -1
		fmt.Fprintf(&w.out, "|text:%s", d.Text)
	case llm.Finish:
		w.out.WriteString("|finish")
	}
	return dst, nil
}

func TestPiecesOfCallsAreWrittenOneCallAfterTheOther(t *testing.T) {
	t.Parallel()
	begin := func(n int, name string) llm.Delta { return llm.Delta{Kind: llm.CallBegin, Call: n, Name: name} }
	piece := func(n int, s string) llm.Delta { return llm.Delta{Kind: llm.CallDelta, Call: n, Text: s} }
	text := func(s string) llm.Delta { return llm.Delta{Kind: llm.TextDelta, Text: s} }
	finish := llm.Delta{Kind: llm.Finish}
	for _, c := range []struct {
		name   string
		deltas []llm.Delta
		want   string
		// early is what must be out before the reason comes: what needs not wait does not.
		early string
	}{
		{"calls in a row wait for nothing", []llm.Delta{text("x"), begin(0, "a"), piece(0, `{"q":`), piece(0, `"}"}`), begin(1, "b"), piece(1, `{`), piece(1, `}`), finish},
			`|text:x|a:{"q":"}"}|b:{}|finish`, `|text:x|a:{"q":"}"}|b:{}`},
		{"pieces in turns", []llm.Delta{begin(0, "a"), begin(1, "b"), piece(0, `{"q":"\"`), piece(1, `{"r":[`), piece(0, `"}`), piece(1, `]}`), finish},
			`|a:{"q":"\""}|b:{"r":[]}|finish`, `|a:{"q":"\""}|b:{"r":[]}`},
		{"three in turns, the second last", []llm.Delta{begin(0, "a"), begin(1, "b"), begin(2, "c"), piece(2, `{"c":1}`), piece(1, `{"b":`), piece(0, `{}`), piece(1, `2}`), finish},
			`|a:{}|b:{"b":2}|c:{"c":1}|finish`, `|a:{}|b:{"b":2}|c:{"c":1}`},
		{"text in the middle of arguments", []llm.Delta{begin(0, "a"), piece(0, `{`), text("x"), piece(0, `}`), text("y"), finish},
			`|a:{}|text:x|text:y|finish`, `|a:{}|text:x|text:y`},
		{"white space behind whole arguments", []llm.Delta{begin(0, "a"), piece(0, `{}`), begin(1, "b"), piece(0, "\n"), piece(1, `{}`), finish},
			`|a:{}|b:{}|finish`, `|a:{}|b:{}`},
		{"a call without arguments", []llm.Delta{begin(0, "a"), begin(1, "b"), piece(1, `{}`), finish}, `|a:|b:{}|finish`, `|a:`},
		{"arguments that are no object", []llm.Delta{begin(0, "a"), piece(0, `1`), begin(1, "b"), piece(1, `2`), piece(0, `3`), finish}, `|a:13|b:2|finish`, `|a:13`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &told{open: -1}
			in := llm.InOrder(w)
			for i := range c.deltas {
				if c.deltas[i].Kind == llm.Finish && w.out.String() != c.early {
					t.Errorf("before the end: %s, want %s", w.out.String(), c.early)
				}
				if _, err := in.Write(nil, &c.deltas[i]); err != nil {
					t.Fatal(err)
				}
			}
			if w.out.String() != c.want {
				t.Errorf("got %s, want %s", w.out.String(), c.want)
			}
		})
	}
}

func TestTextBehindWholeArgumentsIsRefused(t *testing.T) {
	t.Parallel()
	in := llm.InOrder(&told{open: -1})
	for i, d := range []llm.Delta{{Kind: llm.CallBegin}, {Kind: llm.CallDelta, Text: "{}"}, {Kind: llm.CallBegin, Call: 1}, {Kind: llm.CallDelta, Text: "x"}, {Kind: llm.Finish}} {
		if _, err := in.Write(nil, &d); (err != nil) != (i == 4) {
			t.Errorf("delta %d: %v", i, err)
		}
	}
}
