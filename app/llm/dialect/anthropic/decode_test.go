package anthropic

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

const hi = `"messages":[{"role":"user","content":"hi"}]`

func asking(op llm.Operation, body string) llm.Ask { return llm.Ask{Operation: op, Body: []byte(body)} }

func TestARequestSaysWhatItWants(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, fields string // beside model, max_tokens and messages
		want         func(*llm.Call)
	}{
		{"nothing special", `"x":{"model":"y","MODEL":1}`, func(*llm.Call) {}},
		{"a stream", `"stream":true`, func(c *llm.Call) { c.Stream = true }},
		{"nulls are as good as absent", `"stream":null,"tools":null,"thinking":null,"output_config":null,"service_tier":null,"speed":null,"cache_control":null,"mcp_servers":null`, func(*llm.Call) {}},
		{"thinking", `"thinking":{"type":"enabled","budget_tokens":2048}`, func(c *llm.Call) { c.Needs.Reasoning = true }},
		{"adaptive thinking", `"thinking":{"type":"adaptive","display":"omitted"}`, func(c *llm.Call) { c.Needs.Reasoning = true }},
		{"no thinking", `"thinking":{"type":"disabled"}`, func(*llm.Call) {}},
		{"tools", `"tools":[{"name":"f","input_schema":{"type":"object","type2":1}}]`, func(c *llm.Call) { c.Needs.Tools, c.Bound.Framing = true, toolFraming }},
		{"no tools", `"tools":[]`, func(*llm.Call) {}},
		{"searches, as many as it says", `"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":3}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.Searches, c.Bound.Opaque = true, toolFraming, 3, true
		}},
		{"searches without a limit", `"tools":[{"type":"web_search_20260209","name":"web_search"}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.Searches, c.Bound.Opaque = true, toolFraming, mostSearches, true
		}},
		{"pages that are fetched come into the input", `"tools":[{"type":"web_fetch_20250910","name":"web_fetch"}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque = true, toolFraming, true
		}},
		{"what code puts out comes into the input", `"tools":[{"name":"code_execution","type":"code_execution_20250825"}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque = true, toolFraming, true
		}},
		{"an adviser, which has a model of its own", `"tools":[{"type":"advisor_20260301","name":"advisor","model":"claude-opus-4-8"}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque, c.Bound.Unpriced, c.Beside = true, toolFraming, true, true, []string{"claude-opus-4-8"}
		}},
		{"a model of a tool of the client's own", `"tools":[{"name":"f","model":"x"}]`, func(c *llm.Call) { c.Needs.Tools, c.Bound.Framing = true, toolFraming }},
		{"fallbacks", `"fallbacks":[{"model":"claude-opus-4-8"},{"model":"claude-opus-5","max_tokens":9}]`, func(c *llm.Call) { c.Beside = []string{"claude-opus-4-8", "claude-opus-5"} }},
		{"fallbacks that Anthropic chooses", `"fallbacks":"default"`, func(*llm.Call) {}},
		{"tools of Anthropic's that the client runs", `"tools":[{"type":"bash_20250124","name":"bash"},{"type":"text_editor_20250728","name":"e"},{"type":"computer_20250124","name":"c"},{"type":"memory_20250818","name":"m"},{"type":"tool_search_tool_regex_20251119","name":"t"},{"type":"custom","name":"f"},{"type":null,"name":"g"}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing = true, toolFraming
		}},
		{"a schema", `"output_config":{"effort":"low","format":{"type":"json_schema","schema":{}}}`, func(c *llm.Call) { c.Needs.Schema = true }},
		{"the standard tier", `"service_tier":"standard_only"`, func(*llm.Call) {}},
		{"a dear speed", `"speed":"fast"`, func(c *llm.Call) { c.Tier = "fast" }},
		{"a dear place", `"inference_geo":"us"`, func(c *llm.Call) { c.Tier = "geo us" }},
		{"an hour of cache", `"system":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}}]`, func(c *llm.Call) { c.Bound.LongCache = true }},
		{"an hour of cache on a tool", `"tools":[{"name":"f","cache_control":{"type":"ephemeral","ttl":"1h"}}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.LongCache = true, toolFraming, true
		}},
		{"five minutes of cache", `"cache_control":{"type":"ephemeral","ttl":"5m"}`, func(*llm.Call) {}},
		{"a compaction reads the conversation once more", `"context_management":{"edits":[{"type":"compact_20260112"}]}`, func(c *llm.Call) {
			c.Bound.TextBytes, c.Bound.Windows = 2*c.Bound.TextBytes, 2
		}},
		{"clearing the context reads nothing twice", `"context_management":{"edits":[{"type":"clear_tool_uses_20250919"}]}`, func(*llm.Call) {}},
		{"servers of tools", `"mcp_servers":[{"url":"https://example.com"}]`, func(c *llm.Call) { c.Bound.Opaque = true }},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			body := `{"model":"m","max_tokens":7,` + x.fields + `,` + hi + `}`
			want := llm.Call{Model: "m", MaxOutput: 7, Choices: 1, WantsUsage: true}
			want.Bound.Messages, want.Bound.TextBytes = 1, int64(len(body))
			x.want(&want)
			got, err := Dialect{}.Decode(asking(llm.Chat, body))
			if err != nil {
				t.Fatal(err)
			}
			if got.Model != want.Model || got.MaxOutput != want.MaxOutput || got.Stream != want.Stream || got.Tier != want.Tier || got.Needs != want.Needs || got.Bound != want.Bound || !got.WantsUsage || !slices.Equal(got.Beside, want.Beside) {
				t.Errorf("%s\n got %+v %+v %q\nwant %+v %+v %q", body, got.Needs, got.Bound, got.Beside, want.Needs, want.Bound, want.Beside)
			}
		})
	}
}

func TestAMessageSaysHowLargeItIs(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, messages string
		media          int
		bound          llm.Bound
		needs          llm.Needs
	}{
		{"text", `{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":"b"}`, 0, llm.Bound{Messages: 2}, llm.Needs{}},
		{"a picture", `{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAAAAAA"}}]}`, 8, llm.Bound{Messages: 1, Images: 1}, llm.Needs{Vision: true}},
		{"a picture elsewhere", `{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]}`, 0, llm.Bound{Messages: 1, Images: 1}, llm.Needs{Vision: true}},
		{"a picture in a tool's result", `{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","data":"AAAA"}}]}]}`, 4, llm.Bound{Messages: 1, Images: 1}, llm.Needs{Vision: true}},
		{"a document", `{"role":"user","content":[{"type":"document","source":{"type":"base64","data":"AAAA"}}]}`, 4, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{Files: true}},
		{"an uploaded file", `{"role":"user","content":[{"type":"container_upload","file_id":"file_1"}]}`, 0, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{}},
		{"a kind we do not know", `{"role":"user","content":[{"type":"hologram"}]}`, 0, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{}},
		{"calls and thinking", `{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"1","name":"f","input":{"type":"x","source":7}}]}`, 0, llm.Bound{Messages: 1}, llm.Needs{}},
		{"a search result, whose source is a text", `{"role":"user","content":[{"type":"search_result","source":"https://example.com","content":[{"type":"text","text":"a"}]}]}`, 0, llm.Bound{Messages: 1}, llm.Needs{}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			body := `{"model":"m","max_tokens":1,"messages":[` + x.messages + `]}`
			got, err := Dialect{}.Decode(asking(llm.Chat, body))
			if err != nil {
				t.Fatal(err)
			}
			if x.bound.TextBytes = int64(len(body) - x.media); got.Bound != x.bound || got.Needs != x.needs {
				t.Errorf("got %+v %+v\nwant %+v %+v", got.Bound, got.Needs, x.bound, x.needs)
			}
		})
	}
}

func TestABadRequestIsRefusedByField(t *testing.T) {
	t.Parallel()
	const ok = `"max_tokens":1,` + hi
	for _, x := range []struct{ name, body, field, says string }{
		{"nothing", ``, "", "must be a JSON object"},
		{"half an object", `{"model":"m"`, "", "byte 12"},
		{"too deep", `{"model":"m",` + ok + `,"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, "", "64 deep"},
		{"no model", `{` + ok + `}`, "model", "names no model"},
		{"no cap", `{"model":"m",` + hi + `}`, "max_tokens", "no \"max_tokens\""},
		{"no messages", `{"model":"m","max_tokens":1}`, "messages", "at least one"},
		{"a message without a role", `{"model":"m","max_tokens":1,"messages":[{"content":"a"}]}`, "messages[0].role", "no \"role\""},
		{"content of another kind", `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":7}]}`, "messages[0].content", "a string or an array"},
		{"a block that is none", `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"a"},7]}]}`, "messages[0].content[1].type", "an object"},
		{"a cap of nothing", `{"model":"m","max_tokens":0,` + hi + `}`, "max_tokens", "whole number"},
		{"an absurd cap", `{"model":"m","max_tokens":99999999999999999999,` + hi + `}`, "max_tokens", "whole number"},
		{"an absurd budget", `{"model":"m",` + ok + `,"thinking":{"type":"enabled","budget_tokens":1e9}}`, "thinking.budget_tokens", "whole number"},
		{"stream in words", `{"model":"m","stream":"true",` + ok + `}`, "stream", "true or false"},
		{"tools of another kind", `{"model":"m","tools":{},` + ok + `}`, "tools", "an array"},
		{"a key twice", `{"model":"m","model":"n",` + ok + `}`, "model", "twice"},
		{"a key twice, once escaped", `{"model":"m","max_token\u0073":9,` + ok + `}`, "max_tokens", "twice"},
		{"a key in capitals", `{"model":"m","Max_Tokens":9,` + ok + `}`, "Max_Tokens", `written "max_tokens"`},
		{"a key of a block in capitals", `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","Source":{}}]}]}`, "messages[0].content[0].Source", `written "source"`},
		{"a picture's data in capitals", `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"Data":"A"}}]}]}`, "messages[0].content[0].Data", `written "data"`},
		{"a picture's data twice", `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"data":"A","data":"B"}}]}]}`, "messages[0].content[0].data", "twice"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			call, err := Dialect{}.Decode(asking(llm.Chat, x.body))
			if call != nil || err == nil {
				t.Fatalf("it passes: %+v", call)
			}
			if f := fault.From(err); f.Kind != fault.Invalid || f.Field != x.field || !strings.Contains(f.Public, x.says) {
				t.Errorf("kind %s, field %q: %s", f.Kind, f.Field, f.Public)
			}
		})
	}
	if _, err := (Dialect{}).Decode(asking(llm.CountTokens, `{"model":"m",`+hi+`}`)); err != nil {
		t.Errorf("counting needs no cap: %v", err)
	}
	if _, err := (Dialect{}).Decode(asking(llm.Embeddings, `{}`)); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestAnEditTouchesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	const body = `{ "system":[{"type":"text","text":"x-anthropic-billing-header: cch=0;"}], "model" : "a","max_tokens":100, "context_management":{"edits":[]},` + hi + `}`
	call, err := Dialect{}.Decode(asking(llm.Chat, body))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		edit llm.Edit
		want string
	}{
		{llm.Edit{Model: "a", IncludeUsage: true}, body},
		{llm.Edit{Model: `q"x`}, strings.Replace(body, `"a"`, `"q\"x"`, 1)},
		{llm.Edit{MaxOutput: 50}, strings.Replace(body, `100`, `50`, 1)},
		{llm.Edit{MaxOutput: 500}, body},
	} {
		if got := string(Wire{}.Edited(call, x.edit)); got != x.want {
			t.Errorf("%+v\n got %s\nwant %s", x.edit, got, x.want)
		}
	}
	call.Spots.Model, call.Model = llm.Spot{}, "named by the path"
	if got := string(Wire{}.Edited(call, llm.Edit{Model: "b"})); !strings.HasPrefix(got, `{"model":"b", "system"`) {
		t.Error(got)
	}
}

// TestASearchWithoutALimitGetsTheOneItWasHeldFor: else the provider could search, and bill, more than the hold.
func TestASearchWithoutALimitGetsTheOneItWasHeldFor(t *testing.T) {
	t.Parallel()
	for tools, want := range map[string]string{
		`[{"type":"web_search_20250305","name":"web_search"}]`:                          `[{"max_uses":20,"type":"web_search_20250305","name":"web_search"}]`,
		`[{"type":"web_search_20250305","max_uses": null ,"name":"web_search"}]`:        `[{"type":"web_search_20250305","max_uses": 20 ,"name":"web_search"}]`,
		`[{"type":"web_search_20250305","max_uses":50,"name":"web_search"}]`:            `[{"type":"web_search_20250305","max_uses":50,"name":"web_search"}]`,
		`[{"type":"web_fetch_20250910","name":"web_fetch"},{"name":"web_search"}]`:      `[{"type":"web_fetch_20250910","name":"web_fetch"},{"name":"web_search"}]`,
		`[{"name":"f"},{ "type":"web_search_20260209"},{"type":"web_search_20260209"}]`: `[{"name":"f"},{"max_uses":20, "type":"web_search_20260209"},{"max_uses":20,"type":"web_search_20260209"}]`,
	} {
		const body = `{"model":"m","max_tokens":9,"tools":%s,` + hi + `}`
		call, err := Dialect{}.Decode(asking(llm.Chat, fmt.Sprintf(body, tools)))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(Wire{}.Edited(call, llm.Edit{})), fmt.Sprintf(body, want); got != want {
			t.Errorf("%s\n got %s\nwant %s", tools, got, want)
		}
	}
}

// FuzzDecode compares what passes with what encoding/json reads, which takes the last of two keys and ignores their case:
// exactly the reader that a request must not deceive. What passes must also parse or be refused, and never panic.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"model":"m","max_tokens":7,"stream":true,` + hi + `}`))
	f.Add([]byte(`{"model":"m","max_tokens":7,"system":[{"type":"text","text":"a"}],"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","data":"AAAA"}}]},{"type":"thinking","thinking":"x","signature":"bodhi:gemini:call:x"}]}],"tools":[{"name":"f"}],"thinking":{"type":"enabled","budget_tokens":2000},"tool_choice":{"type":"any"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: body})
		if err != nil {
			return
		}
		var v struct {
			Model     string            `json:"model"`
			MaxTokens int64             `json:"max_tokens"`
			Stream    *bool             `json:"stream"`
			Messages  []json.RawMessage `json:"messages"`
		}
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatalf("%q passes, encoding/json says %v", body, err)
		}
		if utf8.ValidString(call.Model) && v.Model != call.Model || v.MaxTokens != call.MaxOutput || (v.Stream != nil && *v.Stream) != call.Stream || int64(len(v.Messages)) != call.Bound.Messages {
			t.Fatalf("%q: read as %+v, encoding/json says %+v", body, call, v)
		}
		if c, err := call.Conversation(); err == nil {
			if _, err := (Wire{}).Render(call, c, llm.Edit{Model: "m"}); err != nil {
				t.Fatal(err)
			}
		} else if fault.From(err).Kind != fault.Invalid {
			t.Fatalf("%q: %v", body, err)
		}
	})
}
