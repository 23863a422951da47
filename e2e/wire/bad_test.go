package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// rich is a request of each family that uses much of it. Its fields are what the test below spoils.
var rich = map[string]string{
	"chat": `{"model":"$M","stream":false,"max_tokens":100,"n":1,"temperature":0.5,"top_p":0.9,"stop":["a"],"seed":1,"user":"u","metadata":{"a":"b"},"logprobs":false,
		"parallel_tool_calls":true,"reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},"stream_options":null,
		"prompt_cache_key":"k","service_tier":"auto","tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],"tool_choice":"auto",
		"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},
		{"role":"assistant","content":"a","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}]}`,
	"responses": `{"model":"$M","stream":false,"max_output_tokens":100,"temperature":0.5,"top_p":0.9,"store":false,"instructions":"i","reasoning":{"effort":"low"},"text":{"format":{"type":"text"}},
		"metadata":{"a":"b"},"parallel_tool_calls":true,"prompt_cache_key":"k","include":[],"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"tool_choice":"auto","truncation":"disabled",
		"input":[{"role":"user","content":[{"type":"input_text","text":"x"},{"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo="}]},
		{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"r"}]}`,
	"anthropic": `{"model":"$M","stream":false,"max_tokens":2000,"temperature":1,"stop_sequences":["a"],"metadata":{"user_id":"u"},"thinking":{"type":"disabled"},"service_tier":"auto",
		"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object"}}],"tool_choice":{"type":"auto"},
		"output_config":{"effort":"low"},"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]},
		{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"r"}]}]}`,
	"gemini": `{"systemInstruction":{"parts":[{"text":"s"}]},"generationConfig":{"maxOutputTokens":100,"temperature":0.5,"topP":0.9,"topK":3,"candidateCount":1,"stopSequences":["a"],"seed":1,
		"thinkingConfig":{"thinkingBudget":0,"includeThoughts":false},"responseMimeType":"text/plain"},"safetySettings":[],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"}}]}],
		"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},"contents":[{"role":"user","parts":[{"text":"x"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]},
		{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"r"}}}]}]}`,
	"bedrock": `{"system":[{"text":"s"}],"inferenceConfig":{"maxTokens":100,"temperature":0.5,"topP":0.9,"stopSequences":["a"]},"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"auto":{}}},
		"additionalModelRequestFields":{},"messages":[{"role":"user","content":[{"text":"x"},{"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}}]},
		{"role":"assistant","content":[{"toolUse":{"toolUseId":"c","name":"f","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"c","content":[{"text":"r"}]}}]}]}`,
}

// spoil gives a copy of a JSON value for each place in it, with something else there, and says where.
func spoil(v any, with []any, at string, yield func(where string, doc any), whole func(any) any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(func(yield func(string) bool) {
			for k := range v {
				if !yield(k) {
					return
				}
			}
		}) {
			put := func(x any) any {
				m := make(map[string]any, len(v))
				for n, o := range v {
					m[n] = o
				}
				m[k] = x
				return whole(m)
			}
			for _, bad := range with {
				yield(at+"."+k, put(bad))
			}
			spoil(v[k], with, at+"."+k, yield, put)
		}
	case []any:
		for i := range v {
			put := func(x any) any {
				l := slices.Clone(v)
				l[i] = x
				return whole(l)
			}
			for _, bad := range with {
				yield(fmt.Sprintf("%s[%d]", at, i), put(bad))
			}
			spoil(v[i], with, fmt.Sprintf("%s[%d]", at, i), yield, put)
		}
	}
}

// sent asks a family's endpoint with a body of its own. A refusal must be one of the client's faults, in words.
func (w *world) sent(t *testing.T, path, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(within(t, 60*time.Second), http.MethodPost, w.root()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// clientsFault reports whether a status and a body are a documented refusal of the request, with a sentence.
func clientsFault(status int, body string) bool {
	var v any
	return status >= 400 && status < 500 && json.Unmarshal([]byte(body), &v) == nil && strings.Contains(strings.ToLower(body), `"message"`)
}

// Each field of each family's request is given each wrong type, towards a provider of the same dialect and one of another:
// the answer is an answer or says what is wrong, and is never our fault.
func TestEveryFieldOfTheWrongTypeIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	w := every(t)
	own := map[string]string{"chat": "gpt", "responses": "gpt", "anthropic": "claude", "gemini": "gem", "bedrock": "converse"}
	foreign := map[string]string{"chat": "claude", "responses": "gem", "anthropic": "gpt", "gemini": "converse", "bedrock": "gpt"}
	wrong := []any{nil, true, -1, 1.5, "word", []any{}, []any{nil}, map[string]any{}, map[string]any{"type": 1}}
	t.Run("all", func(t *testing.T) {
		eachFamily(t, func(t *testing.T, f family) {
			for _, models := range []map[string]string{own, foreign} {
				model := models[f.name]
				path := strings.ReplaceAll(f.path, "$M", model)
				var doc any
				if err := json.Unmarshal([]byte(strings.ReplaceAll(rich[f.name], "$M", model)), &doc); err != nil {
					t.Fatal(err)
				}
				if status, body := w.sent(t, path, encoded(doc), f.headers...); status != 200 {
					t.Fatalf("%s, unspoilt: %d %s", model, status, body)
				}
				asked, refused := 0, 0
				spoil(doc, wrong, "", func(where string, doc any) {
					asked++
					switch status, body := w.sent(t, path, encoded(doc), f.headers...); {
					case status == 200:
					case clientsFault(status, body):
						refused++
					default:
						t.Errorf("%s, %s: %d %s for %s", model, where, status, body, encoded(doc))
					}
				}, func(v any) any { return v })
				if asked < 300 || refused < asked/10 {
					t.Errorf("%s: %d bodies, %d refused", model, asked, refused)
				}
			}
		})
	})
	w.calm(t)
}

func encoded(v any) string { b, _ := json.Marshal(v); return string(b) }

// calm fails if something panicked or was called our mistake.
func (w *world) calm(t *testing.T) {
	t.Helper()
	for _, word := range []string{"panic", "request failed inside"} {
		if strings.Contains(w.Log(), word) {
			t.Errorf("the log says %q", word)
		}
	}
}

// What a request may get wrong beside types, and what it is told.
func TestBadInputIsRefusedInWords(t *testing.T) {
	t.Parallel()
	w := every(t)
	user := `"messages":[{"role":"user","content":"x"}]`
	picture := func(url string) string {
		return `{"model":"gpt","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"` + url + `"}}]}]}`
	}
	tools := func(model, name string) string {
		return `{"model":"` + model + `",` + user + `,"tools":[{"type":"function","function":{"name":"` + name + `","parameters":{"type":"object"}}}],"tool_choice":"required"}`
	}
	for _, c := range []struct {
		name, path, body string
		headers          []string
		status           int
		says             string
	}{
		{name: "max_tokens beyond any number", path: "/v1/chat/completions", body: `{"model":"gpt","max_tokens":1e400,` + user + `}`, status: 400, says: "max_tokens"},
		{name: "max_tokens of 10^18", path: "/v1/chat/completions", body: `{"model":"gpt","max_tokens":1000000000000000000,` + user + `}`, status: 400, says: "max_tokens"},
		{name: "max_tokens of none", path: "/v1/messages", body: `{"model":"claude","max_tokens":0,` + user + `}`, status: 400, says: "max_tokens"},
		{name: "a billion choices", path: "/v1/chat/completions", body: `{"model":"gpt","n":1000000000,` + user + `}`, status: 400, says: "n"},
		{name: "a billion candidates", path: "/v1beta/models/gem:generateContent", body: `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"candidateCount":1000000000}}`, status: 400, says: "candidateCount"},
		{name: "5,000 messages", path: "/v1/chat/completions", body: `{"model":"gpt","messages":[` + strings.TrimSuffix(strings.Repeat(`{"role":"user","content":"x"},`, 5000), ",") + `]}`, status: 400, says: "4096"},
		{name: "65 levels", path: "/v1/messages", body: `{"model":"claude","max_tokens":5,` + user + `,"x":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, status: 400, says: "deep"},
		{name: "a model's name of 10 kB", path: "/v1/chat/completions", body: `{"model":"` + strings.Repeat("m", 10_000) + `",` + user + `}`, status: 400, says: "model"},
		{name: "a thinking budget beyond any number", path: "/v1/messages", body: `{"model":"claude","max_tokens":5,"thinking":{"type":"enabled","budget_tokens":99999999999999},` + user + `}`, status: 400, says: "budget_tokens"},
		{name: "half a surrogate", path: "/v1/chat/completions", body: `{"model":"gpt","messages":[{"role":"user","content":"\ud800"}]}`, status: 200},
		{name: "bytes that are no UTF-8", path: "/v1/chat/completions", body: "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"\xff\"}]}", status: 400, says: "UTF-8"},
		{name: "an empty body", path: "/v1/responses", body: ``, status: 400, says: "JSON object"},
		{name: "a list", path: "/v1/messages", body: `[]`, status: 400, says: "JSON object"},
		{name: "two documents", path: "/v1/chat/completions", body: `{"model":"gpt",` + user + `}{}`, status: 400, says: "valid JSON"},

		{name: "Anthropic's body to chat", path: "/v1/chat/completions", body: `{"model":"claude","max_tokens":50,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r"}]}]}`, status: 400, says: "tool_result"},
		{name: "chat's body to Anthropic", path: "/v1/messages", body: `{"model":"gpt","messages":[{"role":"tool","tool_call_id":"c","content":"r"}]}`, status: 400, says: "max_tokens"},
		{name: "Gemini's body to chat", path: "/v1/chat/completions", body: `{"model":"gpt","contents":[{"parts":[{"text":"x"}]}]}`, status: 400, says: "messages"},
		{name: "chat's body to Gemini", path: "/v1beta/models/gem:generateContent", body: `{"model":"gem",` + user + `}`, status: 400, says: "contents"},
		{name: "Responses' body to chat", path: "/v1/chat/completions", body: `{"model":"gpt","input":"x"}`, status: 400, says: "messages"},
		{name: "chat's body to Responses", path: "/v1/responses", body: `{"model":"gpt",` + user + `}`, status: 400, says: "input"},
		{name: "Anthropic's body to Converse", path: "/model/converse/converse", body: `{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,` + user + `}`, status: 400, says: "content"},
		{name: "Converse's body to invoke", path: "/model/converse/invoke", body: `{"messages":[{"role":"user","content":[{"text":"x"}]}]}`, status: 400, says: "anthropic_version"},

		{name: "Azure without a version", path: "/openai/deployments/gpt/chat/completions", body: `{` + user + `}`, status: 400, says: "api-version"},
		{name: "Azure with a version that is none", path: "/openai/deployments/gpt/chat/completions?api-version=yesterday", body: `{` + user + `}`, status: 400, says: "api-version"},
		{name: "a version of Anthropic's that is none", path: "/v1/messages", body: `{"model":"claude","max_tokens":50,` + user + `}`, headers: []string{"Anthropic-Version", "1999-01-01"}, status: 200},
		{name: "an unknown beta", path: "/v1/messages", body: `{"model":"claude","max_tokens":50,` + user + `}`, headers: []string{"Anthropic-Beta", "of-tomorrow-2027-01-01"}, status: 200},
		{name: "an unknown beta, translated", path: "/v1/messages", body: `{"model":"gpt","max_tokens":50,` + user + `}`, headers: []string{"Anthropic-Beta", "of-tomorrow-2027-01-01"}, status: 200},

		{name: "a tool without a name", path: "/v1/chat/completions", body: tools("claude", ""), status: 400, says: "name"},
		{name: "a tool's name that no provider takes, to Anthropic", path: "/v1/chat/completions", body: tools("claude", "get weather! (now) äöü"), status: 200, says: "get weather! (now)"},
		{name: "a tool's name of 300 letters, to Bedrock", path: "/v1/chat/completions", body: tools("converse", strings.Repeat("n", 300)), status: 200, says: strings.Repeat("n", 300)},

		{name: "a picture inside our network", path: "/v1/chat/completions", body: picture("http://169.254.169.254/latest/meta-data"), status: 400, says: "private network"},
		{name: "a picture at a decimal address", path: "/v1/chat/completions", body: picture("http://2130706433/a.png"), status: 400, says: "private network"},
		{name: "a picture on localhost", path: "/v1/responses", body: `{"model":"claude","input":[{"role":"user","content":[{"type":"input_image","image_url":"https://localhost/a.png"}]}]}`, status: 400, says: "private network"},
		{name: "a file inside our network", path: "/v1/responses", body: `{"model":"gpt","input":[{"role":"user","content":[{"type":"input_file","file_url":"https://10.0.0.8/a.pdf"}]}]}`, status: 400, says: "private network"},
		{name: "a picture inside our network, Anthropic", path: "/v1/messages", body: `{"model":"claude","max_tokens":50,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"http://192.168.1.1/a.png"}}]}]}`, status: 400, says: "private network"},
		{name: "a picture inside our network, Gemini", path: "/v1beta/models/gem:generateContent", body: `{"contents":[{"parts":[{"fileData":{"mimeType":"image/png","fileUri":"http://[::1]/a.png"}}]}]}`, status: 400, says: "private network"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := w.sent(t, c.path, c.body, c.headers...)
			if status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d, want %d and %q: %s", status, c.status, c.says, body[:min(len(body), 600)])
			}
			if status != 200 && !clientsFault(status, body) {
				t.Errorf("no refusal in words: %s", body)
			}
		})
	}
	w.calm(t)
}
