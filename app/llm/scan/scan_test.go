package scan_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// check scans a whole text.
func check(text string) *scan.Error {
	c := scan.New([]byte(text))
	c.Skip()
	c.End()
	return c.Err()
}

func TestOnlyStrictJSONPasses(t *testing.T) {
	t.Parallel()
	good := []string{
		`{}`, `[]`, `null`, `true`, `false`, `0`, `-0`, `1.5`, `1e9`, `1E+9`, `0.1e-3`, `""`, ` {"a" : [ 1 , {} , [ ] , "x" ] } `,
		`"\u00e9\n\"\\\/\b\f\r\t"`, `"é漢😀"`, `"\ud83d\ude00"`, `"\ud800"`, `{"a":1,"a":2}`, "\t\r\n1",
		`"0123456789abcdef\""`, `["` + strings.Repeat("x", 100) + `"]`,
		strings.Repeat("[", 64) + strings.Repeat("]", 64),
	}
	for _, text := range good {
		if err := check(text); err != nil {
			t.Errorf("%s is refused: %v", text, err)
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("%s is not JSON after all", text)
		}
	}
	for text, at := range map[string]int{
		``: 0, ` `: 1, `{`: 1, `[`: 1, `}`: 0, `{]`: 1, `[}`: 1, `{"a"}`: 4, `{"a":}`: 5, `{"a":1,}`: 7, `[1,]`: 3, `[,1]`: 1, `[1 2]`: 3,
		`{"a":1 "b":2}`: 7, `{a:1}`: 1, `{1:1}`: 1, `{'a':1}`: 1, `tru`: 0, `nul`: 0, `True`: 0, `NaN`: 0, `Infinity`: 0, `+1`: 0, `01`: 0,
		`.5`: 0, `1.`: 0, `1.e5`: 0, `1e`: 0, `-`: 0, `--1`: 0, `0x10`: 1, `1 2`: 2, `{} {}`: 3, `"`: 1, `"abc`: 4, `"\`: 1, `"\x"`: 1, `"\u12"`: 1, `"\u12g4"`: 1,
		"\"a\nb\"": 2, "\"0123456789\x00\"": 11, "\"012\x1f456789abcdef\"": 4, "\"\xff\"": 1, "{\"\xc3\x28\":1}": 2, "\"\xed\xa0\x80\"": 1, "\ufeff{}": 0,
		strings.Repeat("[", 65) + strings.Repeat("]", 65): 64,
		"[1] // comment": 4,
	} {
		err := check(text)
		if err == nil {
			t.Errorf("%q passes", text)
		} else if err.At != at {
			t.Errorf("%q is refused at byte %d (%s), want %d", text, err.At, err.Why, at)
		}
	}
}

func TestKeysAreReadOneByOne(t *testing.T) {
	t.Parallel()
	c := scan.New([]byte(`{"a":1,"b\u0063":{"x":[true,null]},"ſ":"v"}`))
	var keys []string
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		keys = append(keys, string(c.Value(key, nil)))
		c.Skip()
	}
	if !c.End() || strings.Join(keys, " ") != "a bc ſ" {
		t.Errorf("keys %q, %v", keys, c.Err())
	}
}

func TestEscapesAreUndone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`"plain"`, `"\"\\\/\b\f\n\r\t"`, `"\u00e9\u4e2d"`, `"\ud83d\ude00"`, `"\ud800"`, `"\ud800\ud800"`, `"\ud800x"`, `"\udc00\ud83d\ude00"`, `"é\u0041"`} {
		c := scan.New([]byte(text))
		got, _ := c.String()
		var want string
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if v := c.Value(got, nil); string(v) != want {
			t.Errorf("%s is %q, want %q", text, v, want)
		}
	}
}

func TestOnlyPlainIntegersAreInts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"0": 0, "-7": -7, "123456789012345678": 123456789012345678} {
		c := scan.New([]byte(text))
		if v, ok := c.Int(); !ok || v != want {
			t.Errorf("%s is %d, %v", text, v, ok)
		}
	}
	for _, text := range []string{"1.0", "1e3", "12345678901234567890", "9999999999999999999", "-"} {
		c := scan.New([]byte(text))
		if v, ok := c.Int(); ok {
			t.Errorf("%s is %d", text, v)
		}
	}
}

func TestARepeatedKeyIsSeen(t *testing.T) {
	t.Parallel()
	many := func(last string) string {
		var b strings.Builder
		b.WriteString("{")
		for i := range 40 {
			b.WriteString(`"k` + strings.Repeat("x", i) + `":1,`)
		}
		return b.String() + last + `:1}`
	}
	for text, repeats := range map[string]bool{
		`{"a":1,"b":2}`:                            false,
		`{"a":1,"b":2,"a":3}`:                      true,
		`{"model":1,"mod\u0065l":2}`:               true,
		`{"mod\u0065l":1,"model":2}`:               true,
		`{"a":1,"A":2}`:                            false,
		many(`"other"`):                            false,
		many(`"k"`):                                true,
		many(`"k` + strings.Repeat("x", 39) + `"`): true,
	} {
		c := scan.New([]byte(text))
		var seen scan.Seen
		found := false
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			found = found || !seen.First(&c, key)
			c.Skip()
		}
		if !c.End() || found != repeats {
			t.Errorf("%s: repeats %v, %v", text, found, c.Err())
		}
	}
}

func TestFoldingFindsWhatLenientReadersTake(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"MODEL": "model", "Max_Tokens": "max_tokens", "meſſages": "messages", "max_to\u212Aens": "max_tokens", "É": "É", "n": "n", "\xff": "\xff"} {
		if got := scan.Fold([]byte(in), nil); string(got) != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
		if ascii := in == want; scan.Folded([]byte(in)) != (ascii && len(in) == utf8.RuneCountInString(in) && in[0] < 0x80) {
			t.Errorf("Folded(%q) is wrong", in)
		}
	}
}

func FuzzValidity(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"\u00e9",null,true]}`, `{"a":{}}`, "\"\\ud800\\udc00\x7f\"", `[[[]]]`, `-0.0`, "\xff", `{"a":1,}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if depth(text) > scan.MaxDepth {
			return
		}
		want := json.Valid([]byte(text)) && utf8.ValidString(text)
		if err := check(text); (err == nil) != want {
			t.Fatalf("%q: %v, the standard library says %v", text, err, want)
		}
	})
}

// depth is at least how deep a text nests.
func depth(text string) int { return strings.Count(text, "[") + strings.Count(text, "{") }

func BenchmarkScan(b *testing.B) {
	for name, text := range map[string]string{
		"text-1MiB":   `{"messages":[{"role":"user","content":"` + strings.Repeat("All work and no play makes Jack a dull boy. ", 1<<20/44) + `"}]}`,
		"escapes-64K": `"` + strings.Repeat(`line\nwith \"quotes\" `, 64<<10/21) + `"`,
		"cjk-64K":     `"` + strings.Repeat("漢字仮名交じり文", 64<<10/24) + `"`,
		"numbers-64K": `[` + strings.Repeat("12345,", 64<<10/6) + `1]`,
		"objects-64K": `[` + strings.Repeat(`{"type":"text","n":1,"ok":true},`, 64<<10/32) + `1]`,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			raw := []byte(text)
			for b.Loop() {
				c := scan.New(raw)
				c.Skip()
				if !c.End() {
					b.Fatal(c.Err())
				}
			}
		})
	}
}

func TestAStringThatCannotBeReadHasNoValue(t *testing.T) {
	t.Parallel()
	c := scan.New([]byte(`{"type":"`))
	c.Object()
	c.Key()
	text, ok := c.String()
	if v := c.Value(text, nil); ok || v != nil {
		t.Errorf("%v %q", ok, v)
	}
}
