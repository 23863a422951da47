package tool_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
)

// What a table holds was written by whoever wrote the document, and a spreadsheet is where it is read.
func TestNoCellOfATableIsAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "@x": "'@x", "-2+3": "'-2+3", "-": "'-", "\t=1": "'\t=1", "\n=1": "\"'\n=1\"",
		"a=b": "a=b", "-12.50": "-12.50", "-1,234.50": `"-1,234.50"`, "": "",
	} {
		r := tool.Result{Result: map[string]any{"tables": []any{map[string]any{"columns": []string{"a", "b"}, "rows": [][]string{{"x", cell}}}}}}
		if got := r.CSV(); got != "a,b\nx,"+want+"\n" {
			t.Errorf("%q: %q", cell, got)
		}
	}
}
