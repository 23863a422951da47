package llm_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Quoted strings are what encoding/json writes, but for the three letters that only HTML minds and two separators that it
// escapes for JavaScript's sake.
func TestQuoted(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "plain", "a\"b\\c/d", "line\nfeed\ttab\rreturn\x00\x1f\x7f", "café 😀", "bad\xff\xc3(", "\xed\xa0\x80", "<&>", "end\\"} {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		got := llm.Quote(s)
		var back, other string
		if json.Unmarshal([]byte(got), &back) != nil || json.Unmarshal(want.Bytes(), &other) != nil || back != other {
			t.Errorf("%q became %s, encoding/json says %s", s, got, want.Bytes())
		}
	}
}
