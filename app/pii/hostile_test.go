package pii

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// TestHostilePatternsAreRefusedInWords takes patterns that mean harm. What says so can be shown: it is short, and it is text.
func TestHostilePatternsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	for name, expr := range map[string]string{
		"ten megabytes":                strings.Repeat("x", 10<<20),
		"ten megabytes of repeats":     strings.Repeat("(a+)+", 2<<20),
		"repeats of repeats":           `((a{1,30}){1,30}){1,30}b`,
		"repeats of repeats, nested":   `(((((a{0,9}){0,9}){0,9}){0,9}){0,9}){0,9}b`,
		"a repeat without end":         `a{1001}`,
		"a class of everything, often": `(?:\pL{1,99}){1,99}`,
		"nothing, for ever":            `(a*)*`,
		"nothing, either way":          `(|a)+`,
		"nothing, at an edge":          `\b|$`,
		"deep brackets":                strings.Repeat("(", 250) + "a" + strings.Repeat(")", 250),
		"no text":                      "a\xff+",
		"half a letter":                "\xc3",
		"a reference back":             `(a)\1`,
		"a look around":                `(?<=a)b`,
		"a zero":                       "a\x00*",
	} {
		_, err := patterns([]Pattern{{Name: "p", Expr: expr, Action: Block}})
		m := error(nil)
		if err == nil {
			_, m = Pattern{Name: "p", Expr: expr, Action: Block}.compile()
		}
		switch {
		case err == nil && m == nil && name != "a zero" && name != "deep brackets":
			t.Errorf("%s: taken", name)
		case err != nil && (!utf8.ValidString(err.Error()) || len(err.Error()) > 2*maxExpr):
			t.Errorf("%s: refused with %d bytes that are no text: %.80q", name, len(err.Error()), err.Error())
		}
	}
}

// TestWhatIsNoTextIsLookedInto has patterns and detectors read bytes that are no UTF-8: they find what is there, and change nothing else.
func TestWhatIsNoTextIsLookedInto(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, Record{Actions: map[string]string{"email": "mask"}, Patterns: []Pattern{{Name: "Code", Expr: `PRJ-\d{4}`, Action: Mask}, {Name: "all", Expr: `(?:\w+\s?)+!`, Action: Log}, {Name: "sign", Expr: `\x{FFFD}Z`, Action: Log}}})
	for _, odd := range []string{"\xff", "\xc3\x28", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x9f", "\x80\x80"} {
		r := b.Screen(t.Context(), []byte(`{"c":"`+odd+` ada@acme.test `+odd+` PRJ-1234 `+strings.Repeat(odd, window)+`"}`))
		if want := `{"c":"` + odd + ` [EMAIL_1] ` + odd + ` [CODE_1] ` + strings.Repeat(odd, window) + `"}`; string(r.Body) != want {
			t.Errorf("%q: %.80q", odd, r.Body)
		}
	}
}
