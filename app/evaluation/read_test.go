package evaluation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

func TestAFileOfRowsIsReadOrSaysWhichLineIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		format Format
		text   string
		of     Columns
		says   string // "" = it is read
		rows   int
	}{
		"lines of JSON":                   {JSONL, "{\"input\":\"a\",\"expected\":\"b\"}\n\n{\"variables\":{\"x\":1},\"notes\":\"n\"}\n", Columns{}, "", 2},
		"an expected answer that is JSON": {JSONL, `{"input":"a","expected":{"n":1}}`, Columns{}, "", 1},
		"a table":                         {CSV, "input,expected,notes,topic\nq,a,n,t\n\"q, 2\",a,,u\n", Columns{}, "", 2},
		"a table with semicolons":         {CSV, "\ufeffinput;expected\nq;a\n", Columns{}, "", 1},
		"other columns":                   {CSV, "frage,antwort\nq,a\n", Columns{Question: "frage", Expected: "antwort"}, "", 1},
		"nothing":                         {JSONL, " \n", Columns{}, "Choose a file", 0},
		"broken JSON in the third line":   {JSONL, "{\"input\":\"a\"}\n{\"input\":\"b\"}\n{\"input\":", Columns{}, "Line 3: ", 0},
		"an unknown field":                {JSONL, `{"question":"a"}`, Columns{}, `Line 1: This is not the JSON of a row: unknown field "question"`, 0},
		"two objects in a line":           {JSONL, `{"input":"a"} {"input":"b"}`, Columns{}, "Line 1: ", 0},
		"a list":                          {JSONL, `["a"]`, Columns{}, "Line 1: It is a array", 0},
		"input and messages":              {JSONL, `{"input":"a","messages":[{"role":"user","content":"b"}]}`, Columns{}, "both", 0},
		"a role that is none":             {JSONL, `{"messages":[{"role":"tool","content":"b"}]}`, Columns{}, "Row 1: a message's role", 0},
		"a row that asks nothing":         {JSONL, "{\"input\":\"a\"}\n{\"expected\":\"b\"}", Columns{}, "Row 2 asks nothing", 0},
		"no such column":                  {CSV, "a,b\n1,2\n", Columns{Question: "c"}, `There is no column "c". The file has: a, b.`, 0},
		"a column twice":                  {CSV, "a,a\n1,2\n", Columns{}, "two columns", 0},
		"a line that is short":            {CSV, "a,b\n1,2\n3\n", Columns{}, "Line 3: it has another number of columns", 0},
		"a quote that is not closed":      {CSV, "a,b\n\"1,2\n", Columns{}, "Line ", 0},
		"another format":                  {"xlsx", "a", Columns{}, `"jsonl" or "csv"`, 0},
		"what is no text":                 {JSONL, "\xff\xfe", Columns{}, "UTF-8", 0},
		"too many rows":                   {JSONL, strings.Repeat("{\"input\":\"a\"}\n", MaxRows+1), Columns{}, "at most 1000 rows", 0},
		"too large":                       {JSONL, strings.Repeat("x", MaxText+1), Columns{}, "at most 768 KiB", 0},
		"a row that is too long":          {JSONL, fmt.Sprintf(`{"input":%q}`, strings.Repeat("x", MaxRow)), Columns{}, "Row 1 has", 0},
	} {
		rows, err := ReadRows(c.format, c.text, c.of)
		if c.says == "" {
			if err != nil || len(rows) != c.rows {
				t.Errorf("%s: %d rows, %v", name, len(rows), err)
			}
			continue
		}
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || !strings.Contains(f.Public, c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestColumnsOfATableBecomeQuestionAnswerAndVariables(t *testing.T) {
	t.Parallel()
	rows, err := ReadRows(CSV, "input,expected,notes,topic\nq,a,n,007\n", Columns{})
	if err != nil {
		t.Fatal(err)
	}
	r := rows[0]
	if r.Question() != "q" || r.Expected != "a" || r.Notes != "n" || string(r.Variables["topic"]) != `"007"` || len(r.Variables) != 1 {
		t.Errorf("got %+v", r)
	}
}
