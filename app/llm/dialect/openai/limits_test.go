package openai

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestWhatAServerRefusesIsTakenOutAndNothingElseIsTouched(t *testing.T) {
	t.Parallel()
	l := &Limits{Drop: []string{"logit_bias", "store"}, Rename: map[string]string{"seed": "random_seed"}, Refuse: []string{"tools"},
		SystemOnly: true, NoNames: true, BriefIDs: true, OneChoice: true, Choices: []string{"auto", "none"}, Formats: []string{"json_object"}}
	for _, x := range []struct{ name, body, want, warned string }{
		{"nothing to do", `{"model":"m", "messages":[{"role":"user","content":"hi"}]}`, `{"model":"m", "messages":[{"role":"user","content":"hi"}]}`, ""},
		{"the first", `{"store":true, "model":"m"}`, `{"model":"m"}`, "dropped store"},
		{"in between", `{"model":"m" , "store":true , "stream":false}`, `{"model":"m" , "stream":false}`, "dropped store"},
		{"the last", `{"model":"m" , "store":true }`, `{"model":"m" }`, "dropped store"},
		{"the last two", `{"model":"m", "store":true,"logit_bias":{"1":2}}`, `{"model":"m"}`, "dropped store; dropped logit_bias"},
		{"two of three", `{"store":true,"model":"m","logit_bias":{"1":2}}`, `{"model":"m"}`, "dropped store; dropped logit_bias"},
		{"all", `{ "store":true,"logit_bias":{}}`, `{}`, "dropped store; dropped logit_bias"},
		{"null says nothing", `{"store":null,"model":"m","tools":null,"tool_choice":null}`, `{"model":"m","tools":null,"tool_choice":null}`, ""},
		{"an escaped name", `{"st\u006fre":1,"model":"m"}`, `{"model":"m"}`, "dropped store"},
		{"another name", `{"seed":7}`, `{"random_seed":7}`, ""},
		{"a developer", `{"messages":[{"role":"developer","content":"a"},{"content":"developer","role":"user"}]}`, `{"messages":[{"role":"system","content":"a"},{"content":"developer","role":"user"}]}`, ""},
		{"a name", `{"messages":[{"role":"user","name":"Ann","content":"a"},{"role":"user","content":"b","name":"Bob"}]}`, `{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}`, "dropped messages.name"},
		{"a call of its own", `{"messages":[{"role":"assistant","tool_calls":[{"id":"D681PevKs","function":{"name":"f"}}]},{"role":"tool","tool_call_id":"D681PevKs"}]}`,
			`{"messages":[{"role":"assistant","tool_calls":[{"id":"D681PevKs","function":{"name":"f"}}]},{"role":"tool","tool_call_id":"D681PevKs"}]}`, ""},
		{"a call of another provider", `{"messages":[{"role":"assistant","tool_calls":[{"id":"call_1","function":{"name":"f"}},{"id":"toolu_2"}]},{"role":"tool","tool_call_id":"toolu_2"},{"role":"tool","tool_call_id":"c\u0061ll_1"}]}`,
			`{"messages":[{"role":"assistant","tool_calls":[{"id":"` + briefly("call_1") + `","function":{"name":"f"}},{"id":"` + briefly("toolu_2") + `"}]},{"role":"tool","tool_call_id":"` + briefly("toolu_2") + `"},{"role":"tool","tool_call_id":"` + briefly("call_1") + `"}]}`, ""},
		{"no tools", `{"tools":[],"n":1,"tool_choice":"auto"}`, `{"tools":[],"n":1,"tool_choice":"auto"}`, ""},
		{"JSON", `{"response_format":{"type":"json_object"}}`, `{"response_format":{"type":"json_object"}}`, ""},
		{"text", `{"response_format":{"type":"text"}}`, `{"response_format":{"type":"text"}}`, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			notes := &llm.Notes{}
			got, err := l.Fit([]byte(x.body), "Acme", notes)
			if err != nil || string(got) != x.want || strings.Join(notes.Warnings(), "; ") != x.warned || !json.Valid(got) {
				t.Errorf("%s, %v, warned %q", got, err, notes.Warnings())
			}
		})
	}
	if a, b := briefly("call_1"), briefly("call_2"); a == b || !brief.MatchString(a) || !brief.MatchString(b) {
		t.Errorf("ids become %s and %s", a, b)
	}
	for body, field := range map[string]string{
		`{"tools":[{"type":"function"}]}`: "tools",
		`{"n":2}`:                         "n",
		`{"tool_choice":"required"}`:      "tool_choice",
		`{"tool_choice":{"type":"function","function":{}}}`:    "tool_choice",
		`{"response_format":{"x":1,"type":"json_schema"}}`:     "response_format",
		`{"store":1,"response_format":{"type":"json_schema"}}`: "response_format",
	} {
		_, err := l.Fit([]byte(body), "Acme", nil)
		if f := fault.From(err); f.Field != field || !strings.Contains(f.Public, "Acme") {
			t.Errorf("%s: %v", body, err)
		}
	}
	if _, err := l.Fit([]byte(`{"store":true}`), "Acme", &llm.Notes{Policy: llm.Reject}); fault.From(err).Field != "store" {
		t.Errorf("a policy that refuses drops: %v", err)
	}
}

func FuzzFittedRequestsStayJSON(f *testing.F) {
	f.Add(`{"store":true,"messages":[{"role":"developer","name":"x"}],"seed":1,"logit_bias":null}`)
	f.Add(`{ "seed" : 1 , "store" : [1,2] }`)
	l := &Limits{Drop: []string{"logit_bias", "store"}, Rename: map[string]string{"seed": "random_seed"}, SystemOnly: true, NoNames: true, BriefIDs: true}
	f.Add(`{"messages":[{"tool_calls":[1,{"id":null},{"id":"a","id":"\u0061"}],"tool_call_id":[]}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		if !json.Valid([]byte(body)) || !strings.HasPrefix(strings.TrimSpace(body), "{") {
			return // the reader of requests refuses it before
		}
		got, err := l.Fit([]byte(body), "Acme", nil)
		if err == nil && !json.Valid(got) {
			t.Errorf("%q became %q", body, got)
		}
	})
}
