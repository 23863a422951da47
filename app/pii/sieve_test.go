package pii

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

var errBlocked = errors.New("blocked")

// answering is everything with one action in answers.
func answering(a Action) Record {
	r := everything(a)
	r.Answers, r.Actions = r.Actions, nil
	return r
}

// through is a text in pieces on its way through a new sieve, and whether it was refused.
func through(g *Guard, kind llm.DeltaKind, pieces ...string) (out string, err error) {
	s := g.Sieve(func() error { return errBlocked })
	var got []llm.Delta
	for _, p := range append(pieces, "\x00end") {
		in := []llm.Delta{{Kind: kind, Text: p}}
		if p == "\x00end" {
			in = []llm.Delta{{Kind: llm.Finish}, {Kind: llm.End}}
		}
		got, err = s.Sift(got[:0], in)
		for _, d := range got {
			out += d.Text
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// split are the ways in which the tests cut texts: at every byte, and into single ones.
func split(t *testing.T, text string, do func(pieces ...string)) {
	t.Helper()
	for i := 1; i < len(text); i++ {
		do(text[:i], text[i:])
	}
	do(strings.Split(strings.ToValidUTF8(text, "?"), "")...)
	single := make([]string, len(text))
	for i := range single {
		single[i] = text[i : i+1]
	}
	do(single...)
}

const around = "Dear all, please note that the value in question, which came in on Monday, is "

// Wherever a stream is cut, it comes out as the whole text does, and nothing that is masked is in it.
func TestNoCutOfAStreamLetsAnythingThrough(t *testing.T) {
	t.Parallel()
	c := corpus{rand.New(rand.NewPCG(3, 4))}
	mask, block := bound(t, clock.System{}, answering(Mask)), bound(t, clock.System{}, answering(Block))
	for _, k := range Kinds {
		for n := range 12 {
			value := c.positive(k)
			canary := value[strings.LastIndexAny(value, " =")+1:]
			text := around + value + c.pick(". And more follows", " and more", "\nnext line", ", or so", "")
			whole, err := through(mask.Guard(&Result{}), llm.TextDelta, text)
			if err != nil || strings.Contains(whole, canary) || !strings.Contains(whole, "_1]") {
				t.Fatalf("%q became %q, %v", text, whole, err)
			}
			if n > 3 && testing.Short() && os.Getenv("CI") != "true" {
				continue
			}
			split(t, text, func(pieces ...string) {
				if got, err := through(mask.Guard(&Result{}), llm.TextDelta, pieces...); err != nil || got != whole {
					t.Fatalf("%s in %d pieces, the first %q:\n got %q\nwant %q %v", k.Name(), len(pieces), pieces[0], got, whole, err)
				}
				if got, err := through(block.Guard(&Result{}), llm.TextDelta, pieces...); !errors.Is(err, errBlocked) || strings.Contains(got, canary) {
					t.Fatalf("%s in %d pieces: %q was let through, %v", k.Name(), len(pieces), got, err)
				}
			})
		}
	}
}

// Texts that mix all kinds come out of a stream, however it is cut, as they come out of a whole request.
func TestAStreamIsScreenedAsAWholeIs(t *testing.T) {
	t.Parallel()
	c := corpus{rand.New(rand.NewPCG(7, 8))}
	r := everything(Mask)
	r.Answers = r.Actions
	b := bound(t, clock.System{}, r)
	for range 1000 {
		var text string
		for range 1 + c.IntN(6) {
			text += c.pick("", "Please note ", "(", "x: ", "It is ", "\n- ", "für ", "表", "call ", "1 ", "the ", "card:", "n=", "-", "/")
			if c.IntN(2) == 0 {
				text += c.negative()
			} else {
				text += c.positive(Kinds[c.IntN(len(Kinds))])
			}
			text += c.pick(".", ", ", ") ", " ", "\n", "; ", "! ", " and ")
		}
		asked := b.Screen(t.Context(), []byte(`{"content":`+llm.Quote(text)+`}`))
		want := text
		if asked.Body != nil {
			var v struct{ Content string }
			if err := json.Unmarshal(asked.Body, &v); err != nil {
				t.Fatal(err)
			}
			want = v.Content
		}
		cut := func(rest string) (pieces []string) {
			for rest != "" {
				n := min(len(rest), 1+c.IntN(1+c.IntN(30)))
				pieces, rest = append(pieces, rest[:n]), rest[n:]
			}
			return pieces
		}
		for range 4 {
			var v struct{ Content string }
			pieces := cut(`{"content":` + llm.Quote(text) + `}`)
			if got, err := through(b.Guard(&Result{}), llm.CallDelta, pieces...); err != nil || json.Unmarshal([]byte(got), &v) != nil || v.Content != want {
				t.Fatalf("arguments %q:\n got %q\nwant %q\n in %q %v", text, got, want, pieces, err)
			}
			pieces = cut(text)
			if got, err := through(b.Guard(&Result{}), llm.TextDelta, pieces...); err != nil || got != want {
				t.Fatalf("%q:\n got %q\nwant %q\n in %q %v", text, got, want, pieces, err)
			}
		}
	}
}

// A number that is masked in JSON becomes a string: a client that cannot read its tool's arguments has lost the call.
func TestWhatIsMaskedInJSONLeavesJSON(t *testing.T) {
	t.Parallel()
	r := answering(Mask)
	r.Patterns = []Pattern{{Name: "Staff", Expr: `\b77\d{4}\b`, Answer: Mask}}
	b := bound(t, clock.System{}, r)
	for text, want := range map[string]string{
		`{"card":4111111111111111}`:                                         `{"card":"[CARD_1]"}`,
		`{"a":"\"","ids":[ 771234,771235 ],"n":12.5}`:                       `{"a":"\"","ids":[ "[STAFF_1]","[STAFF_2]" ],"n":12.5}`,
		`{"note":"card 4111111111111111 \\","card":4111111111111111,"x":1}`: `{"note":"card [CARD_1] \\","card":"[CARD_1]","x":1}`,
		`{"id":771234.0,"other":-771235}`:                                   `{"id":"[STAFF_1]","other":"[STAFF_2]"}`,
	} {
		for _, kind := range []llm.DeltaKind{llm.CallDelta, llm.TextDelta} {
			split(t, text, func(pieces ...string) {
				if got, err := through(b.Guard(&Result{}), kind, pieces...); err != nil || got != want {
					t.Fatalf("%d in %d pieces, the first %q:\n got %q\nwant %q %v", kind, len(pieces), pieces[0], got, want, err)
				}
			})
		}
		doc := b.Guard(&Result{}).Document([]byte(`{"arguments":`+llm.Quote(text)+`}`), false)
		var v struct{ Arguments string }
		if json.Unmarshal(doc.Body, &v) != nil || v.Arguments != want {
			t.Errorf("a document: %s, want %s", doc.Body, want)
		}
		if plain := b.Guard(&Result{}).Document([]byte(text), true); string(plain.Body) != want {
			t.Errorf("a plain text: %s, want %s", plain.Body, want)
		}
	}
}

// What is no finding comes out as it went in, whatever the cuts.
func TestNoCutOfAStreamLosesAnything(t *testing.T) {
	t.Parallel()
	c := corpus{rand.New(rand.NewPCG(5, 6))}
	log := bound(t, clock.System{}, answering(Log))
	texts := []string{"", "x", "plain words and 12 more", "联系方式如下，请记下。", "naïve café – 20 €", "[EMAIL_1] [x] [[", strings.Repeat("a", 3000), "-----BEGIN CERTIFICATE-----\nMIIB", "-----BEGIN", "😀😀 and 4111 1111"}
	for range 60 {
		texts = append(texts, c.negative()+" "+c.negative()+" "+c.positive(Kinds[c.IntN(len(Kinds))]))
	}
	for _, text := range texts {
		split(t, text, func(pieces ...string) {
			if got, err := through(log.Guard(&Result{}), llm.TextDelta, pieces...); err != nil || got != text && utf8.ValidString(strings.Join(pieces, "")) && strings.Join(pieces, "") == text {
				t.Fatalf("in %d pieces:\n got %q\nwant %q %v", len(pieces), got, text, err)
			}
		})
	}
}

// A stream of plain words is not kept waiting: what is held back is a word, or the groups of a number.
func TestWordsAreNotHeldBack(t *testing.T) {
	t.Parallel()
	g := bound(t, clock.System{}, answering(Mask))
	s := g.Guard(&Result{}).Sieve(func() error { return errBlocked })
	sent, got := 0, 0
	for _, word := range strings.SplitAfter(strings.Repeat("All work and no play makes 12 boys of the year 2026 very dull, she said. ", 20), " ") {
		out, err := s.Sift(nil, []llm.Delta{{Kind: llm.TextDelta, Text: word}})
		if err != nil {
			t.Fatal(err)
		}
		sent += len(word)
		for _, d := range out {
			got += len(d.Text)
		}
		if sent-got > 24 {
			t.Fatalf("%d bytes are held back after %q", sent-got, word)
		}
	}
}

func TestPlaceholdersBecomeWhatTheyStandForWhereverTheyAreCut(t *testing.T) {
	t.Parallel()
	r := everything(Mask)
	r.Patterns = []Pattern{{Name: "Odd", Expr: `<<[^>]+>>`, Action: Mask}}
	b := bound(t, clock.System{}, r)
	asked := b.Screen(t.Context(), []byte(`{"messages":[{"content":"ada@acme.test, bob@acme.test <<a \"b\"\nc>> but [EMAIL_3] is mine, eve@acme.test"}]}`))
	if want := `{"messages":[{"content":"[EMAIL_1], [EMAIL_2] [ODD_1] but [EMAIL_3] is mine, [EMAIL_4]"}]}`; string(asked.Body) != want {
		t.Fatalf("asked %s", asked.Body)
	}
	said := "Write [EMAIL_1] and [EMAIL_4], not [EMAIL_3] or [EMAIL_9]: [ODD_1]"
	split(t, said, func(pieces ...string) {
		if got, err := through(b.Guard(&asked), llm.TextDelta, pieces...); err != nil || got != "Write ada@acme.test and eve@acme.test, not [EMAIL_3] or [EMAIL_9]: <<a \"b\"\nc>>" {
			t.Fatalf("%q: %q %v", pieces[0], got, err)
		}
	})
	args := `{"to":"[EMAIL_1]","note":"\u005b says \"[ODD_1]\" to\n[EMAIL_2]"}`
	split(t, args, func(pieces ...string) {
		got, err := through(b.Guard(&asked), llm.CallDelta, pieces...)
		var v struct{ To, Note string }
		if err != nil || json.Unmarshal([]byte(got), &v) != nil || v.To != "ada@acme.test" || v.Note != "[ says \"<<a \"b\"\nc>>\" to\nbob@acme.test" {
			t.Fatalf("%q: %q %v", pieces[0], got, err)
		}
	})
	said = `{"to":"[EMAIL_1]","note":"says [ODD_1]"}` // an answer by a schema is JSON without a word about it
	split(t, said, func(pieces ...string) {
		got, err := through(b.Guard(&asked), llm.TextDelta, pieces...)
		var v struct{ To, Note string }
		if err != nil || json.Unmarshal([]byte(got), &v) != nil || v.To != "ada@acme.test" || v.Note != "says <<a \"b\"\nc>>" {
			t.Fatalf("%q: %q %v", pieces[0], got, err)
		}
	})
	doc := b.Guard(&asked).Document([]byte(`{"id":"x","choices":[{"message":{"content":"to [EMAIL_1]","tool_calls":[{"function":{"arguments":"{\"to\":\"[EMAIL_2]\",\"x\":\"[ODD_1]\"}"}}]}}]}`), false)
	if want := `{"id":"x","choices":[{"message":{"content":"to ada@acme.test","tool_calls":[{"function":{"arguments":"{\"to\":\"bob@acme.test\",\"x\":\"<<a \\\"b\\\"\\nc>>\"}"}}]}}]}`; string(doc.Body) != want {
		t.Errorf("document:\n got %s\nwant %s", doc.Body, want)
	}
	r.OneWay = true
	if one := bound(t, clock.System{}, r); one.Guard(&asked) != nil {
		t.Error("placeholders are put back although the rule is one-way")
	}
}

func TestToolsArgumentsStayJSON(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, answering(Mask))
	args := `{"a":"x\nada@acme.test","b":"\u0061da@acme.test \ud83d\ude00 4111 1111 1111 1111","c":"{\"d\":\"\\nbob@acme.test\"}"}`
	split(t, args, func(pieces ...string) {
		got, err := through(b.Guard(&Result{}), llm.CallDelta, pieces...)
		var v struct{ A, B, C string }
		var inner struct{ D string }
		if err != nil || json.Unmarshal([]byte(got), &v) != nil || json.Unmarshal([]byte(v.C), &inner) != nil {
			t.Fatalf("%q: %q %v", pieces[0], got, err)
		}
		if v.A != "x\n[EMAIL_1]" || v.B != "[EMAIL_1] 😀 [CARD_1]" || inner.D != "\n[EMAIL_2]" {
			t.Fatalf("%q: %q", pieces[0], got)
		}
	})
}

func TestOwnPatternsInAnswersAreFoundAcrossCuts(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, Record{Patterns: []Pattern{{Name: "Code", Expr: `\bPRJ-\d{4}\b`, Answer: Mask, Near: []string{"Project"}}}})
	text := "The project code is PRJ-1234 and nothing else, " + strings.Repeat("word ", 20) + "PRJ-4321 alone"
	want := "The project code is [CODE_1] and nothing else, " + strings.Repeat("word ", 20) + "PRJ-4321 alone"
	split(t, text, func(pieces ...string) {
		if got, err := through(b.Guard(&Result{}), llm.TextDelta, pieces...); err != nil || got != want {
			t.Fatalf("%q:\n got %q\nwant %q %v", pieces[0], got, want, err)
		}
	})
	if r := b.Screen(t.Context(), []byte(`{"c":"project PRJ-1234"}`)); r.Any() {
		t.Error("a pattern for answers looks at requests")
	}
}

func TestThinkingComesBeforeWhatIsSaid(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, answering(Mask))
	s := b.Guard(&Result{}).Sieve(func() error { return errBlocked })
	out, err := s.Sift(nil, []llm.Delta{{Kind: llm.Begin}, {Kind: llm.ThinkDelta, Text: "so ada@acme.test"}, {Kind: llm.TextDelta, Text: "Hel"}, {Kind: llm.TextDelta, Text: "lo"}, {Kind: llm.CallBegin, Call: 0}, {Kind: llm.CallDelta, Text: `{"a":1}`}, {Kind: llm.Finish}, {Kind: llm.End}})
	got := ""
	for _, d := range out {
		got += [...]string{"begin", "text:", "", "think:", "", "call", "args:", "", "", "finish", "", "end"}[d.Kind] + d.Text + " "
	}
	if want := "begin think:so  think:[EMAIL_1] text:Hello call args:{\"a\":1} finish end "; err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAPrivateKeyInAStreamIsHeldToItsEnd(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, answering(Mask))
	key := "-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu\n", 20) + "-----END RSA PRIVATE KEY-----"
	text := "Here it is:\n" + key + "\nKeep it safe."
	for _, n := range []int{1, 3, 7, 40} {
		var pieces []string
		for rest := text; rest != ""; {
			k := min(n, len(rest))
			pieces, rest = append(pieces, rest[:k]), rest[k:]
		}
		if got, err := through(b.Guard(&Result{}), llm.TextDelta, pieces...); err != nil || got != "Here it is:\n[SECRET_1]\nKeep it safe." {
			t.Errorf("in pieces of %d: %q %v", n, got, err)
		}
	}
}

// Likelihoods spell out what the answer said, piece by piece, in which no detector finds anything.
func TestWhatIsMaskedIsNotSpeltOutInLikelihoods(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, answering(Mask))
	spelt := `{"content":[{"token":"a","bytes":[97]},{"token":"da@"},{"token":"acme.test","top_logprobs":[{"token":"]}"}]}]}`
	for body, want := range map[string]string{
		`{"choices":[{"message":{"content":"ada@acme.test"}, "logprobs": ` + spelt + ` ,"index":0}]}`:                  `{"choices":[{"message":{"content":"[EMAIL_1]"}, "logprobs": null ,"index":0}]}`,
		`{"output":[{"content":[{"text":"ada@acme.test","logprobs":[{"token":"ada"},{"token":"@acme.test"}]}]}]}`:      `{"output":[{"content":[{"text":"[EMAIL_1]","logprobs":[]}]}]}`,
		`{"candidates":[{"content":{"parts":[{"text":"ada@acme.test"}]},"logprobsResult":{"chosenCandidates":[{}]}}]}`: `{"candidates":[{"content":{"parts":[{"text":"[EMAIL_1]"}]},"logprobsResult":null}]}`,
		`{"content":"ada@acme.test \"logprobs\":[1]","logprobs":null}`:                                                 `{"content":"[EMAIL_1] \"logprobs\":[1]","logprobs":null}`,
		`{"choices":[{"message":{"content":"nobody"},"logprobs":{"content":[{"token":"nobody"}]}}]}`:                   "",
	} {
		if doc := b.Guard(&Result{}).Document([]byte(body), false); string(doc.Body) != want {
			t.Errorf("%s\n became %s\n   want %s", body, doc.Body, want)
		}
	}
}
