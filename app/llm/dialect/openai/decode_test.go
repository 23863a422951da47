package openai

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

const hi = `"messages":[{"role":"user","content":"hi"}]`

func decoded(t *testing.T, body string) *llm.Call {
	t.Helper()
	call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return call
}

func TestARequestSaysWhatItWants(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, fields string // beside model and messages
		want         func(*llm.Call)
	}{
		{"nothing special", ``, func(*llm.Call) {}},
		{"a stream", `"stream":true`, func(c *llm.Call) { c.Stream = true }},
		{"no stream", `"stream":false`, func(*llm.Call) {}},
		{"nulls are as good as absent", `"stream":null,"n":null,"tools":null,"response_format":null,"stream_options":null,"modalities":null,"audio":null,"reasoning_effort":null,"service_tier":null,"web_search_options":null,"max_tokens":null,"max_completion_tokens":null`, func(*llm.Call) {}},
		{"usage", `"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}`, func(c *llm.Call) { c.Stream, c.WantsUsage = true, true }},
		{"no usage", `"stream":true,"stream_options":{"include_usage":false}`, func(c *llm.Call) { c.Stream = true }},
		{"a cap by its old name", `"max_tokens":5`, func(c *llm.Call) { c.MaxOutput = 5 }},
		{"a cap by its new name, the old one null", `"max_tokens":null,"max_completion_tokens":7`, func(c *llm.Call) { c.MaxOutput = 7 }},
		{"a cap by its new name, the old one null behind it", `"max_completion_tokens":7,"max_tokens":null`, func(c *llm.Call) { c.MaxOutput = 7 }},
		{"several choices", `"n":3`, func(c *llm.Call) { c.Choices = 3 }},
		{"several choices of more", `"n":3,"best_of":5`, func(c *llm.Call) { c.Choices = 5 }},
		{"tools", `"tools":[{"type":"function","function":{"name":"f"}}]`, func(c *llm.Call) { c.Needs.Tools, c.Bound.Framing = true, toolFraming }},
		{"an hour of cache for a tool", `"tools":[7,{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral","ttl":"1h"}}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.LongCache = true, toolFraming, true
		}},
		{"an hour of cache for the whole", `"cache_control":{"type":"ephemeral","ttl":"1h"}`, func(c *llm.Call) { c.Bound.LongCache = true }},
		{"five minutes of cache", `"cache_control":{"type":"ephemeral","ttl":"5m"}`, func(*llm.Call) {}},
		{"cache of no known kind", `"cache_control":null`, func(*llm.Call) {}},
		{"a tool that the server has, and charges for", `"tools":[{"type":"openrouter:web_search"}]`, func(c *llm.Call) {
			c.Needs.Tools, c.Bound.Framing, c.Bound.Opaque, c.Bound.Unpriced = true, toolFraming, true, true
		}},
		{"a custom tool", `"tools":[{"type":"custom","custom":{"name":"f"}}]`, func(c *llm.Call) { c.Needs.Tools, c.Bound.Framing = true, toolFraming }},
		{"OpenRouter's plugins", `"plugins":[{"id":"web"}]`, func(c *llm.Call) { c.Bound.Opaque, c.Bound.Unpriced = true, true }},
		{"no plugins", `"plugins":[]`, func(*llm.Call) {}},
		{"no tools", `"tools":[]`, func(*llm.Call) {}},
		{"functions, as tools were called", `"functions":[{"name":"f"}]`, func(c *llm.Call) { c.Needs.Tools, c.Bound.Framing = true, toolFraming }},
		{"a schema", `"response_format":{"type":"json_schema","json_schema":{"type":"object","type2":1}}`, func(c *llm.Call) { c.Needs.Schema = true }},
		{"any JSON", `"response_format":{"type":"json_object"}`, func(*llm.Call) {}},
		{"speech", `"modalities":["text","audio"],"audio":{"voice":"alloy"}`, func(c *llm.Call) { c.Needs.Audio = true }},
		{"reasoning", `"reasoning_effort":"high"`, func(c *llm.Call) { c.Needs.Reasoning = true }},
		{"no reasoning", `"reasoning_effort":"none"`, func(*llm.Call) {}},
		{"a tier", `"service_tier":"flex"`, func(c *llm.Call) { c.Tier = "flex" }},
		{"a search", `"web_search_options":{}`, func(c *llm.Call) { c.Bound.Searches = 1 }},
		{"the same key in two objects", `"stream_options":{"x":1,"type":2},"response_format":{"x":1,"type":"text"}`, func(*llm.Call) {}},
		{"and in the other order", `"response_format":{"x":1,"type":"text"},"stream_options":{"x":1,"type":2}`, func(*llm.Call) {}},
		{"an escaped key", `"strea\u006d":true`, func(c *llm.Call) { c.Stream = true }},
		{"fields we do not know", `"foo":{"bar":[1,2,{"model":"x","MODEL":"y"}]},"seed":12345678901234567890`, func(*llm.Call) {}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			body := `{"model":"m",` + x.fields + `,` + hi + `}`
			if x.fields == "" {
				body = `{"model":"m",` + hi + `}`
			}
			want := llm.Call{Family: llm.OpenAI, Dialect: Dialect{}, Operation: llm.Chat, Model: "m", Choices: 1, Body: []byte(body)}
			want.Bound.Messages, want.Bound.TextBytes = 1, int64(len(body))
			x.want(&want)
			got := *decoded(t, body)
			got.Spots = llm.Spots{}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s\n got %+v\nwant %+v", body, got, want)
			}
		})
	}
}

func TestAMessageSaysHowLargeItIs(t *testing.T) {
	t.Parallel()
	picture := strings.Repeat("A", 3000)
	for _, x := range []struct {
		name, messages string
		media          int
		bound          llm.Bound
		needs          llm.Needs
	}{
		{"text", `{"role":"user","content":"hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1","content":"x"}`, 0, llm.Bound{Messages: 3}, llm.Needs{}},
		{"text in parts", `{"role":"user","content":[{"type":"text","text":"a"},{"text":"b","type":"text","cache_control":{"type":"ephemeral"}}]}`, 0, llm.Bound{Messages: 1}, llm.Needs{}},
		{"an hour of cache for a part", `{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}}]}`, 0, llm.Bound{Messages: 1, LongCache: true}, llm.Needs{}},
		{"an hour of cache for a message", `{"role":"tool","tool_call_id":"1","content":"a","cache_control":{"type":"ephemeral","ttl":"1h"}}`, 0, llm.Bound{Messages: 1, LongCache: true}, llm.Needs{}},
		{"five minutes of cache for a message", `{"role":"user","content":"a","cache_control":{"type":"ephemeral","ttl":"5m"}}`, 0, llm.Bound{Messages: 1}, llm.Needs{}},
		{"a picture inline", `{"role":"user","content":[{"type":"image_url","image_url":{"detail":"high","url":"data:image/png;base64,` + picture + `"}}]}`, 3022, llm.Bound{Messages: 1, Images: 1}, llm.Needs{Vision: true}},
		{"a picture elsewhere", `{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}`, 0, llm.Bound{Messages: 1, Images: 1}, llm.Needs{Vision: true}},
		{"a picture as other servers take it", `{"role":"user","content":[{"type":"image_url","image_url":"data:,` + picture + `"}]}`, 3006, llm.Bound{Messages: 1, Images: 1}, llm.Needs{Vision: true}},
		{"two pictures", `{"role":"user","content":[{"type":"image_url","image_url":{"url":"a"}},{"type":"image_url","image_url":{"url":"b"}}]}`, 0, llm.Bound{Messages: 1, Images: 2}, llm.Needs{Vision: true}},
		{"sound", `{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"` + picture + `","format":"wav"}}]}`, 3000, llm.Bound{Messages: 1, AudioSecs: 3}, llm.Needs{Audio: true}},
		{"a file inline", `{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"` + picture + `"}}]}`, 3000, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{Files: true}},
		{"a file elsewhere", `{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}`, 0, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{Files: true}},
		{"a part of another kind", `{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://example.com/a.mp4"}}]}`, 0, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{}},
		{"a part that says it is text and is more", `{"role":"user","content":[{"type":"text","text":"a","video_url":{"url":"https://example.com/a.mp4"}}]}`, 0, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{}},
		{"an answer that was spoken", `{"role":"assistant","audio":{"id":"audio_1"}}`, 0, llm.Bound{Messages: 1, Opaque: true}, llm.Needs{}},
		{"plain strings as parts", `{"role":"user","content":["a","b"]}`, 0, llm.Bound{Messages: 1}, llm.Needs{}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			body := `{"model":"m","messages":[` + x.messages + `]}`
			got := decoded(t, body)
			x.bound.TextBytes = int64(len(body) - x.media)
			if got.Bound != x.bound || got.Needs != x.needs {
				t.Errorf("got %+v %+v\nwant %+v %+v", got.Bound, got.Needs, x.bound, x.needs)
			}
		})
	}
}

func TestABadRequestIsRefusedByField(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 64) + strings.Repeat("]", 64)
	for _, x := range []struct{ name, body, field, says string }{
		{"nothing", ``, "", "must be a JSON object"},
		{"an array", `[]`, "", "must be a JSON object"},
		{"half an object", `{"model":"m"`, "", "byte 12"},
		{"something behind it", `{"model":"m",` + hi + `}{}`, "", "something follows"},
		{"too deep", `{"model":"m",` + hi + `,"x":` + deep + `}`, "", "64 deep"},
		{"no UTF-8", "{\"model\":\"m\"," + hi + ",\"x\":\"\xff\"}", "", "UTF-8"},
		{"a control character", "{\"model\":\"m\"," + hi + ",\"x\":\"a\nb\"}", "", "control character"},
		{"no model", `{` + hi + `}`, "model", "names no model"},
		{"an empty model", `{"model":"",` + hi + `}`, "model", "1 to 256 bytes"},
		{"a model that is none", `{"model":7,` + hi + `}`, "model", "must be a string"},
		{"a model without end", `{"model":"` + strings.Repeat("m", 257) + `",` + hi + `}`, "model", "1 to 256 bytes"},
		{"no messages", `{"model":"m"}`, "messages", "at least one"},
		{"empty messages", `{"model":"m","messages":[]}`, "messages", "at least one"},
		{"messages of another kind", `{"model":"m","messages":"hi"}`, "messages", "an array"},
		{"a message that is none", `{"model":"m","messages":["hi"]}`, "messages[0].role", "must be an object"},
		{"a message without a role", `{"model":"m","messages":[{"role":"user","content":"a"},{"content":"b"}]}`, "messages[1].role", "no \"role\""},
		{"content of another kind", `{"model":"m","messages":[{"role":"user","content":7}]}`, "messages[0].content", "a string or an array"},
		{"a picture of another kind", `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":7}]}]}`, "messages[0].content[1].image_url", "an object"},
		{"too many messages", `{"model":"m","messages":[` + strings.Repeat(`{"role":"user","content":"a"},`, 4096) + `{"role":"user"}]}`, "messages", "at most 4096"},
		{"stream in words", `{"model":"m","stream":"true",` + hi + `}`, "stream", "true or false"},
		{"stream as a number", `{"model":"m","stream":1,` + hi + `}`, "stream", "true or false"},
		{"stream options of another kind", `{"model":"m","stream_options":true,` + hi + `}`, "stream_options", "an object"},
		{"no choices", `{"model":"m","n":0,` + hi + `}`, "n", "1 to 128"},
		{"too many choices", `{"model":"m","n":129,` + hi + `}`, "n", "1 to 128"},
		{"half a choice", `{"model":"m","n":1.5,` + hi + `}`, "n", "1 to 128"},
		{"too many to choose from", `{"model":"m","best_of":1000,` + hi + `}`, "best_of", "1 to 128"},
		{"a negative cap", `{"model":"m","max_tokens":-1,` + hi + `}`, "max_tokens", "whole number"},
		{"a cap of nothing", `{"model":"m","max_completion_tokens":0,` + hi + `}`, "max_completion_tokens", "whole number"},
		{"a cap with a point", `{"model":"m","max_tokens":1e3,` + hi + `}`, "max_tokens", "whole number"},
		{"an absurd cap", `{"model":"m","max_tokens":2147483649,` + hi + `}`, "max_tokens", "2147483648"},
		{"a cap beyond counting", `{"model":"m","max_tokens":99999999999999999999,` + hi + `}`, "max_tokens", "whole number"},
		{"a cap in words", `{"model":"m","max_tokens":"5",` + hi + `}`, "max_tokens", "whole number"},
		{"two caps", `{"model":"m","max_tokens":5,"max_completion_tokens":5,` + hi + `}`, "max_completion_tokens", "one of them"},
		{"a tool's mark by another name", `{"model":"m","tools":[{"Cache_Control":{"ttl":"1h"}}],` + hi + `}`, "Cache_Control", "must be written"},
		{"tools of another kind", `{"model":"m","tools":{},` + hi + `}`, "tools", "an array"},
		{"a format of another kind", `{"model":"m","response_format":"json",` + hi + `}`, "response_format", "an object"},
		{"a key twice", `{"model":"m","model":"n",` + hi + `}`, "model", "twice"},
		{"a key twice, once escaped", `{"model":"m","mod\u0065l":"n",` + hi + `}`, "model", "twice"},
		{"an unknown key twice", `{"model":"m","x":1,"x":2,` + hi + `}`, "x", "twice"},
		{"a key in capitals", `{"model":"m","MODEL":"n",` + hi + `}`, "MODEL", `written "model"`},
		{"a key in capitals alone", `{"Model":"n",` + hi + `}`, "Model", `written "model"`},
		{"a cap in capitals", `{"model":"m","Max_Tokens":1,` + hi + `}`, "Max_Tokens", `written "max_tokens"`},
		{"a key that folds in Unicode", `{"model":"m","meſſages":[],` + hi + `}`, "meſſages", `written "messages"`},
		{"a key that folds, escaped", `{"model":"m","max_to\u212aens":1,` + hi + `}`, "max_to\u212aens", `written "max_tokens"`},
		{"a key of a message twice", `{"model":"m","messages":[{"role":"user","content":"a","content":"b"}]}`, "messages[0].content", "twice"},
		{"a key of a message in capitals", `{"model":"m","messages":[{"role":"user","Content":"a"}]}`, "messages[0].Content", `written "content"`},
		{"a key of a part twice", `{"model":"m","messages":[{"role":"user","content":[{"type":"text","type":"image_url"}]}]}`, "messages[0].content[0].type", "twice"},
		{"a key of a picture twice", `{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,","url":"x"}}]}]}`, "messages[0].content[0].url", "twice"},
		{"a key of a picture in capitals", `{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"URL":"data:,"}}]}]}`, "messages[0].content[0].URL", `written "url"`},
		{"usage asked for twice", `{"model":"m","stream_options":{"include_usage":false,"include_usage":true},` + hi + `}`, "include_usage", "twice"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(x.body)})
			if call != nil || err == nil {
				t.Fatalf("it passes: %+v", call)
			}
			f := fault.From(err)
			if f.Kind != fault.Invalid || f.Code != "invalid_request" || f.Field != x.field || !strings.Contains(f.Public, x.says) {
				t.Errorf("kind %s, code %s, field %q: %s", f.Kind, f.Code, f.Field, f.Public)
			}
		})
	}
}

func TestEmbeddingsSayWhatTheyWant(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, input string
		count       int64
		opaque      bool
		field       string // of the refusal
	}{
		{"a text", `"hi"`, 1, false, ""},
		{"texts", `["a","b","c"]`, 3, false, ""},
		{"tokens", `[1,2,3,4]`, 1, false, ""},
		{"lists of tokens", `[[1,2],[3]]`, 2, false, ""},
		{"pictures, as some servers take them", `[{"image":"https://example.com/a.png"},{"text":"a"}]`, 2, true, ""},
		{"nothing", `[]`, 0, false, "input"},
		{"a number", `7`, 0, false, "input"},
		{"truth", `[true]`, 0, false, "input"},
		{"too many", `[` + strings.Repeat(`"a",`, 4096) + `"a"]`, 0, false, "input"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			body := fmt.Sprintf(`{"input":%s,"model":"e","stream":"ignored","encoding_format":"base64"}`, x.input)
			call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Embeddings, Body: []byte(body)})
			if x.field != "" {
				if f := fault.From(err); err == nil || f.Field != x.field || f.Kind != fault.Invalid {
					t.Fatalf("%+v, %v", call, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			b := call.Bound
			if b.Messages != x.count || b.Windows != x.count || b.Opaque != x.opaque || b.TextBytes != int64(len(body)) || call.Model != "e" || call.Choices != 1 {
				t.Errorf("%+v", call)
			}
		})
	}
	if _, err := (Dialect{}).Decode(llm.Ask{Operation: llm.Embeddings, Body: []byte(`{"model":"e","Input":"x","input":"y"}`)}); err == nil {
		t.Error("two inputs pass")
	}
}
