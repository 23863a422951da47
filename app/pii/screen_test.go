package pii

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var ids = id.NewSource(clock.System{}.Now, nil)

func someone() org.Chain {
	return org.Chain{Org: id.NewOrg(ids), Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
}

func on(s org.Scope, r Record) Record {
	r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewDataRule(ids), s.Org(), s.Kind(), s.Node(), "the "+string(s.Kind())
	return r
}

// everything is a rule with one action for all detectors.
func everything(a Action) Record {
	r := Record{Actions: map[string]string{}}
	for _, k := range Kinds {
		r.Actions[k.Name()] = a.String()
	}
	return r
}

// bound are the rules of an organization.
func bound(t testing.TB, c clock.Clock, rules ...Record) Bound {
	t.Helper()
	chain := someone()
	for i := range rules {
		s := chain.Scopes()[i]
		rules[i] = on(s, rules[i])
	}
	b := NewBook(c)
	if err := b.Load(rules); err != nil {
		t.Fatal(err)
	}
	return b.For(chain)
}

func TestMaskedRequestsKeepEveryOtherByte(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, everything(Mask))
	for body, want := range map[string]string{
		`{"model":"a@b.de","messages":[{"role":"user","content":"ada@acme.test and bob@acme.test, ada@acme.test"}]}`: `{"model":"a@b.de","messages":[{"role":"user","content":"[EMAIL_1] and [EMAIL_2], [EMAIL_1]"}]}`,
		`{ "x" : [1.50, 2E+10],  "content":"caf\u00e9 \"ada\u0040acme.test\"\n" }`:                                   `{ "x" : [1.50, 2E+10],  "content":"caf\u00e9 \"[EMAIL_1]\"\n" }`,
		`{"content":"\nada@acme.test\tx"}`:                                                                  `{"content":"\n[EMAIL_1]\tx"}`,
		`{"content":"😀\ud83d\ude00 ada@acme.test"}`:                                                         `{"content":"😀\ud83d\ude00 [EMAIL_1]"}`,
		`{"arguments":"{\"note\":\"\\nada@acme.test\\u0020\",\"tel\":\"\\u002B49 30 901820\"}"}`:            `{"arguments":"{\"note\":\"\\n[EMAIL_1]\\u0020\",\"tel\":\"[PHONE_1]\"}"}`,
		`{"arguments":"{\"card\":4111111111111111,\"n\":7}"}`:                                               `{"arguments":"{\"card\":\"[CARD_1]\",\"n\":7}"}`,
		`{"arguments":"{\"note\":\"\\n4111111111111111\",\"cards\":[5555555555554444, 4111111111111111]}"}`: `{"arguments":"{\"note\":\"\\n[CARD_1]\",\"cards\":[\"[CARD_2]\", \"[CARD_1]\"]}"}`,
		`{"arguments":"[4111111111111111]","content":"[4111111111111111] or {4111111111111111}"}`:           `{"arguments":"[\"[CARD_1]\"]","content":"[[CARD_1]] or {[CARD_1]}"}`,
		`{"input":{"card":4111111111111111,"n":12345678901234567890,"f":-1.5}}`:                             `{"input":{"card":"[CARD_1]","n":12345678901234567890,"f":-1.5}}`,
		`{"input":{"cards":[-4111111111111111, 4111111111111111]}}`:                                         `{"input":{"cards":["[CARD_1]", "[CARD_2]"]}}`,
		`{"seed":4111111111111111,"content":"x"}`:                                                           "",
		`{"input":{"ada@acme.test":1,"bob@acme.test":2}}`:                                                   `{"input":{"[EMAIL_1]":1,"[EMAIL_2]":2}}`,
		`{"phone":"4155552671","total":"4155552671"}`:                                                       `{"phone":"[PHONE_1]","total":"4155552671"}`,
		`{"url":"data:image/png;base64,` + strings.Repeat("iVBORw0KGgo+AKIAIOSFODNN7EXAMPLE/", 40) + `"}`:   "",
		`{"data":"` + strings.Repeat("AAAA+AKIAIOSFODNN7EXAMPLE/", 50) + `"}`:                               "",
		`{"data":"` + strings.Repeat("AAAA+AKIAIOSFODNN7EXAMPLE/", 50) + ` x"}`:                             `{"data":"` + strings.Repeat("AAAA+[SECRET_1]/", 50) + ` x"}`,
		`{"signature":"` + strings.Repeat("AAAA+AKIAIOSFODNN7EXAMPLE/", 5) + `"}`:                           "",
		`{"signature":"ada@acme.test"}`:                                                                     `{"signature":"[EMAIL_1]"}`,
		`{"content":"` + strings.Repeat(`\\`, 40) + `","b":"ada@acme.test"}`:                                `{"content":"` + strings.Repeat(`\\`, 40) + `","b":"[EMAIL_1]"}`,
		`{"content":"nothing here \u0041 at all"}`:                                                          "",
		"--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nask ada@acme.test\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bob@acme.test.png\"\r\n\r\n\x89PNG\x00eve@acme.test\r\n--b--\r\n": "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nask [EMAIL_1]\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"[EMAIL_2].png\"\r\n\r\n\x89PNG\x00eve@acme.test\r\n--b--\r\n",
	} {
		r := b.Screen(t.Context(), []byte(body))
		if string(r.Body) != want {
			t.Errorf("%s\n became %s\n   want %s", body, r.Body, want)
		}
		if want != "" && body[0] == '{' && !json.Valid(r.Body) {
			t.Errorf("no JSON any more: %s", r.Body)
		}
		if want != "" && r.Action != Mask {
			t.Errorf("action %s", r.Action)
		}
	}
}

func TestTheStrictestOfTheChainWins(t *testing.T) {
	t.Parallel()
	chain := someone()
	scopes := chain.Scopes()
	text := []byte(`{"content":"ada@acme.test 4111111111111111"}`)
	for _, s := range scopes {
		b := NewBook(clock.System{})
		other := on(org.OfTeam(chain.Org, id.NewTeam(ids)), everything(Block))
		foreign := on(org.OfOrg(id.NewOrg(ids)), everything(Block))
		if err := b.Load([]Record{other, foreign, on(s, Record{Actions: map[string]string{"card": "block"}})}); err != nil {
			t.Fatal(err)
		}
		at := b.For(chain)
		r := at.Screen(t.Context(), text)
		if r.Action != Block || len(r.Found) != 1 || r.Found[0].Count != 1 {
			t.Errorf("%s: %+v", s.Kind(), r)
		}
		f := r.Refusal(id.NewFinding(ids))
		if f.Code != "policy_blocked" || f.Detail["scope"] != string(s.Kind()) || !strings.Contains(f.Public, "1 payment card number, which the data rule of the "+string(s.Kind())+" blocks") ||
			!strings.Contains(f.Public, "pii_") || strings.Contains(f.Error(), "4111") {
			t.Errorf("%s: %s", s.Kind(), f)
		}
	}
	b := NewBook(clock.System{})
	if err := b.Load([]Record{on(scopes[0], Record{Actions: map[string]string{"email": "mask", "card": "log"}}), on(scopes[2], Record{Actions: map[string]string{"email": "log", "card": "block"}, Allow: []string{"@acme.test"}})}); err != nil {
		t.Fatal(err)
	}
	at := b.For(chain)
	if r := at.Screen(t.Context(), []byte(`{"content":"ada@acme.test"}`)); r.Action != Mask || string(r.Body) != `{"content":"[EMAIL_1]"}` {
		t.Errorf("a list of what a team allows loosens the organization's rule: %+v", r)
	}
	if r := at.Screen(t.Context(), text); r.Action != Block || r.Body != nil {
		t.Errorf("the organization's log loosens the team's block: %+v", r)
	}
}

func TestWhatARuleAllowsIsNoFinding(t *testing.T) {
	t.Parallel()
	rule := everything(Block)
	rule.Allow = []string{"@Acme.test", "4111111111111111"}
	rule.Patterns = []Pattern{{Name: "Project", Expr: `PRJ-\d+`, Action: Block}}
	rule.Allow = append(rule.Allow, "prj-1")
	b := bound(t, clock.System{}, rule)
	if r := b.Screen(t.Context(), []byte(`{"c":"ADA@ACME.test 4111111111111111 PRJ-1"}`)); r.Any() {
		t.Errorf("found %+v", r.Found)
	}
	for _, text := range []string{"ada@sub.acme.test", "ada@acme.test.de", "5555555555554444", "PRJ-12"} {
		if r := b.Screen(t.Context(), []byte(`{"c":"`+text+`"}`)); r.Action != Block {
			t.Errorf("%s passes", text)
		}
	}
}

func TestOwnPatterns(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, Record{Actions: map[string]string{"email": "mask"}, Patterns: []Pattern{
		{Name: "Project code", Expr: `\bPRJ-\d{4}\b`, Action: Mask}, {Name: "name", Expr: `(?i)lovelace`, Action: Log}, {Name: "around", Expr: `ask ada@\w+`, Action: Mask}}})
	r := b.Screen(t.Context(), []byte(`{"c":"PRJ-1234 by Ada LOVELACE, ask ada@acme.test about PRJ-1234 or PRJ-99"}`))
	if want := `{"c":"[PROJECT_CODE_1] by Ada LOVELACE, [AROUND_1] about [PROJECT_CODE_1] or PRJ-99"}`; string(r.Body) != want {
		t.Errorf("masked: %s", r.Body)
	}
	if w := r.Words(Log); w != `1 match of "name"` {
		t.Errorf("logged: %s", w)
	}
	// Wherever a match lies, a window's edge does not hide it.
	for at := window - 20; at < window+overlap+20; at++ {
		r := b.Screen(t.Context(), []byte(`{"c":"`+strings.Repeat("x", at)+` PRJ-1234 "}`))
		if len(r.Found) != 1 || r.Found[0].Count != 1 {
			t.Fatalf("at %d: %+v", at, r.Found)
		}
	}
	for expr, says := range map[string]string{
		`(`: "regular expression", `(?=x)`: "regular expression", `x*`: "nothing at all", `(?:a{1,99}){1,9}b`: "too long", strings.Repeat("a", 513): "longer than 512",
	} {
		if _, err := (Pattern{Name: "p", Expr: expr, Action: Log}).compile(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", expr, err)
		}
	}
	for expr, want := range map[string]string{`PRJ-\d+`: "PRJ-", `(?i)PRJ`: "", `(ab|cd)efg?`: "ef", `a(bcd)+`: "bcd", `(?:xyz){2}`: "xyz", `x|abc`: ""} {
		if m, err := (Pattern{Name: "p", Expr: expr, Action: Log}).compile(); err != nil || string(m.must) != want {
			t.Errorf("%s needs %q, %v", expr, m.must, err)
		}
	}
}

// What a tool was called with is content however its dialect writes it: as JSON in a string, or as an object. Numbers around it are
// settings, which must stay numbers.
func TestOwnPatternsFindNumbersInWhatToolsAreCalledWith(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, Record{Patterns: []Pattern{{Name: "Staff", Expr: `\b77\d{4}\b`, Action: Mask}}})
	for body, want := range map[string]string{
		`{"messages":[{"tool_calls":[{"function":{"arguments":"{\"n\":770001}"}}]}]}`:                                          `{"messages":[{"tool_calls":[{"function":{"arguments":"{\"n\":\"[STAFF_1]\"}"}}]}]}`,
		`{"messages":[{"content":[{"type":"tool_use","input" : {"n":770001,"of":[{"m":-770002}],"k":5}}]}]}`:                   `{"messages":[{"content":[{"type":"tool_use","input" : {"n":"[STAFF_1]","of":[{"m":"[STAFF_2]"}],"k":5}}]}]}`,
		`{"contents":[{"parts":[{"functionCall":{"args":{"n":770001}}},{"functionResponse":{"response":{"n":770001}}}]}]}`:     `{"contents":[{"parts":[{"functionCall":{"args":{"n":"[STAFF_1]"}}},{"functionResponse":{"response":{"n":"[STAFF_1]"}}}]}]}`,
		`{"messages":[{"content":[{"input":"x"},{"start":770001,"input":{}},{"end":770002}]}],"top":[{"input":{"n":770003}}]}`: "",
		`{"tools":[{"input_schema":{"properties":{"input":{"maximum":770001}}}}],"thinking":{"budget_tokens":770002}}`:         "",
	} {
		if r := b.Screen(t.Context(), []byte(body)); string(r.Body) != want {
			t.Errorf("%s\n became %s\n   want %s", body, r.Body, want)
		}
	}
}

// slow is a clock that goes on by itself.
type slow struct {
	clock.System
	at   time.Time
	step time.Duration
}

// Now implements clock.Clock.
func (s *slow) Now() time.Time { s.at = s.at.Add(s.step); return s.at }

func TestATextThatAPatternCannotGetThroughIsRefusedWhereItBinds(t *testing.T) {
	t.Parallel()
	long := []byte(`{"c":"` + strings.Repeat("x ", 200*window) + `"}`)
	for action, want := range map[Action]Action{Log: Log, Mask: Block, Block: Block} {
		b := bound(t, &slow{step: Budget / 4}, Record{Patterns: []Pattern{{Name: "Odd", Expr: `(?i)odd`, Action: action}}})
		r := b.Screen(t.Context(), long)
		if r.Action != want || r.Unread != "Odd" || !r.Any() {
			t.Errorf("%s: %+v", action, r)
		}
		if want != Block {
			continue
		}
		if f := r.Refusal(id.NewFinding(ids)); !strings.Contains(f.Public, `the pattern "Odd" of the organization could not be checked`) || !strings.Contains(f.Public, "20 ms") || f.Detail["detectors"] != "Odd" {
			t.Errorf("refused with %s", f.Public)
		}
		if r := b.Screen(t.Context(), []byte(`{"c":"odd"}`)); r.Unread != "" {
			t.Error("a short text is not read on a busy machine")
		}
	}
}

func TestMoreThanCanBeLookedAtDoesNotLeave(t *testing.T) {
	t.Parallel()
	list := []byte(`{"c":"` + strings.Repeat("a@b.de ", maxHits) + `4111111111111111"}`)
	for name, x := range map[string]struct {
		rule Record
		want Action
	}{
		"logged":           {everything(Log), Log},
		"masked":           {everything(Mask), Block},
		"cards are barred": {Record{Actions: map[string]string{"email": "log", "card": "block"}}, Block},
	} {
		b := bound(t, clock.System{}, x.rule)
		r := b.Screen(t.Context(), list)
		if r.Action != x.want || r.Body != nil {
			t.Errorf("%s: %s, %d found", name, r.Action, r.Found[0].Count)
		}
		if f := r.Refusal(id.NewFinding(ids)); x.want == Block && !strings.Contains(f.Public, "more than 10000 findings") {
			t.Errorf("%s: %s", name, f.Public)
		}
	}
}

func TestNothingIsAllocatedWithoutFindings(t *testing.T) {
	body := []byte(`{"model":"smart","messages":[{"role":"user","content":"All work and no play, caf\u00e9 \n makes 12 boys dull."}]}`)
	chain := someone()
	empty := NewBook(clock.System{})
	rule := everything(Block)
	rule.Patterns = []Pattern{{Name: "p", Expr: `PRJ-\d+`, Action: Log}}
	with := NewBook(clock.System{})
	if err := with.Load([]Record{on(org.OfOrg(chain.Org), rule)}); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*Book{"no rules": empty, "a rule": with} {
		if n := testing.AllocsPerRun(100, func() {
			at := b.For(chain)
			if r := at.Screen(t.Context(), body); r.Any() {
				t.Error("found something")
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestABadSetLeavesTheOldOneInForce(t *testing.T) {
	t.Parallel()
	chain := someone()
	b := NewBook(clock.System{})
	good := on(org.OfOrg(chain.Org), everything(Block))
	if err := b.Load([]Record{good}); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]Record{"no node": {Org: chain.Org, Kind: org.OrgScope, Node: "x"}, "an action of tomorrow": on(org.OfOrg(chain.Org), Record{Actions: map[string]string{"email": "shred"}}),
		"a bad pattern": on(org.OfOrg(chain.Org), Record{Patterns: []Pattern{{Name: "p", Expr: "(", Action: Log}}})} {
		if b.Load([]Record{bad}) == nil {
			t.Errorf("%s was taken", name)
		}
	}
	at := b.For(chain)
	if r := at.Screen(t.Context(), []byte(`{"c":"a@b.de"}`)); r.Action != Block {
		t.Error("the old set is gone")
	}
}

// FuzzScreen masks whatever comes: JSON stays JSON, and what was found is found no more.
func FuzzScreen(f *testing.F) {
	f.Add("ada@acme.test \n\" 4111 1111 1111 1111", `{"a":"\u002b49 30 901820"}`)
	f.Fuzz(func(t *testing.T, text, args string) {
		b := bound(t, clock.System{}, everything(Mask))
		body, err := json.Marshal(map[string]any{"content": text, "arguments": args})
		if err != nil {
			t.Fatal(err)
		}
		r := b.Screen(t.Context(), body)
		if r.Body == nil {
			return
		}
		var back map[string]string
		if err := json.Unmarshal(r.Body, &back); err != nil {
			t.Fatalf("%s became %s", body, r.Body)
		}
		for _, h := range Find(nil, []byte(text), []byte("content"), All, 100) {
			if v := text[h.From:h.To]; len(v) > 12 && strings.Count(text, v) == 1 && !nested([]byte(text)) && strings.Contains(back["content"], v) {
				t.Fatalf("%q is still in %q", v, back["content"])
			}
		}
	})
}

func BenchmarkScreen(b *testing.B) {
	prose := strings.Repeat("The quick brown fox, born on 12 March 1984, jumps over well-known dogs; see chapter 3. ", 12)
	for name, x := range map[string]struct {
		rule Record
		body string
	}{
		"clean 1 KiB, all detectors": {everything(Log), prose[:1024]},
		"clean 1 KiB, one pattern":   {Record{Patterns: []Pattern{{Name: "p", Expr: `PRJ-\d{4}`, Action: Log}}}, prose[:1024]},
		"1 KiB with two findings":    {everything(Mask), prose[:960] + " ada@acme.test 4111111111111111"},
	} {
		b.Run(name, func(b *testing.B) {
			at := bound(b, clock.System{}, x.rule)
			body := fmt.Appendf(nil, `{"model":"smart","messages":[{"role":"user","content":"%s"}]}`, x.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				at.Screen(b.Context(), body)
			}
		})
	}
}

func TestLowConfidenceCountsWhatOnlyHasTheForm(t *testing.T) {
	t.Parallel()
	sure, loose := everything(Mask), everything(Mask)
	loose.Guess = true
	for text, want := range map[string]string{"order 123456789": "order [SSN_1]", "415 555 2671 and SSN 123-45-6789": "[PHONE_1] and SSN [SSN_1]", "no 000456789": ""} {
		body := []byte(`{"c":"` + text + `"}`)
		if r := bound(t, clock.System{}, loose).Screen(t.Context(), body); want == "" && r.Any() || want != "" && string(r.Body) != `{"c":"`+want+`"}` {
			t.Errorf("%q became %s", text, r.Body)
		}
		if r := bound(t, clock.System{}, sure).Screen(t.Context(), body); r.Any() && !strings.Contains(text, "SSN") {
			t.Errorf("%q is a finding without a word: %+v", text, r.Found)
		}
	}
	both := bound(t, clock.System{}, sure, loose)
	if r := both.Screen(t.Context(), []byte(`{"c":"order 123456789"}`)); r.Action != Mask {
		t.Errorf("one rule of two guesses: %+v", r)
	}
}

func TestFindingsSayWhereTheyWereAndNothingOfTheClients(t *testing.T) {
	t.Parallel()
	b := bound(t, clock.System{}, everything(Log))
	r := b.Screen(t.Context(), []byte(`{"ada@acme.test":"bob@acme.test","system":"eve@acme.test","messages":[{"content":"a@b.de c@d.fr"}],"metadata":{"x":"x@y.io"}}`))
	if want := `[{"detector":"email","action":"log","count":2,"place":"settings"},{"detector":"email","action":"log","count":1,"place":"system"},{"detector":"email","action":"log","count":2,"place":"messages"},{"detector":"email","action":"log","count":1,"place":"metadata"}]`; r.Facts() != want {
		t.Errorf("noted %s", r.Facts())
	}
	if w := r.Words(Log); w != "6 e-mail addresses" {
		t.Errorf("in words: %s", w)
	}
}
