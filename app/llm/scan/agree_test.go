package scan_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

var texts = flag.Int("texts", 100_000, "damaged texts that are read by two parsers")

// TestTwoParsersAgreeOnWhatIsJSON damages JSON in small ways and asks both readers: a text that one of them takes and the other does
// not is one that we price and somebody else reads otherwise. make proof reads ten million.
func TestTwoParsersAgreeOnWhatIsJSON(t *testing.T) {
	t.Parallel()
	whole := []string{`{"model":"gpt","messages":[{"role":"user","content":"a\u00e9\ud83d\ude42 \n"}],"n":1,"t":-0.5e-3,"stop":null,"stream":true}`,
		`[[],{},[{}],"",0,-1,1e9,1E+2,0.0,"\"\\\/\b\f\r\t",false]`, " \t\r\n{\"a\" : [ 1 , 2 ] , \"b\" : { } } ", `"plain"`, `-12.75E-2`, `{"":{"":{"":[[[["é漢🙂"]]]]}}}`}
	const spice = "{}[]\",:\\0123456789+-.eEtrufalsn \t\r\n/bd8c\x00\x1f\x7f\x80\xc3\xa9\xed\xa0\xff"
	rnd := rand.New(rand.NewPCG(20261127, 1))
	valid := 0
	for range *texts {
		text := []byte(whole[rnd.IntN(len(whole))])
		for range 1 + rnd.IntN(3) {
			at, letter := rnd.IntN(len(text)+1), spice[rnd.IntN(len(spice))]
			switch kind := rnd.IntN(4); {
			case at == len(text) || kind == 0:
				text = append(text[:at:at], append([]byte{letter}, text[at:]...)...)
			case kind == 1:
				text = append(text[:at:at], text[at+1:]...)
			case kind == 2:
				text[at] = letter
			default:
				text = append(text, text[at:min(at+1+rnd.IntN(8), len(text))]...)
			}
		}
		want := json.Valid(text) && utf8.Valid(text)
		if want {
			valid++
		}
		c := scan.New(text)
		if c.Skip(); c.End() != want {
			t.Fatalf("%q: ours says %v, the standard library %v", text, !want, want)
		}
	}
	if valid < *texts/50 {
		t.Errorf("only %d of %d were JSON: too few to compare", valid, *texts)
	}
	t.Logf("%d texts, of them JSON: %d", *texts, valid)
}
