package sandbox_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
)

var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func open() *sandbox.Sandbox {
	return sandbox.New(sandbox.Config{Clock: clock.NewFake(now), Seed: 7, Open: true})
}

// ask sends one request in process.
func ask(t *testing.T, s *sandbox.Sandbox, path, body string, headers ...string) *http.Response {
	t.Helper()
	return askWith(t, t.Context(), s, path, body, headers...)
}

func askWith(t *testing.T, ctx context.Context, s *sandbox.Sandbox, path, body string, headers ...string) *http.Response {
	t.Helper()
	resp, err := s.Transport().RoundTrip(request(t, ctx, path, body, headers...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func request(t *testing.T, ctx context.Context, path, body string, headers ...string) *http.Request {
	t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://sandbox.invalid/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func read(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type answer struct {
	Object, Model string
	Choices       []struct {
		Index   int
		Message struct {
			Content   *string
			ToolCalls []struct {
				ID, Type string
				Function struct{ Name, Arguments string }
			} `json:"tool_calls"`
		}
		Logprobs *struct {
			Content []struct{ Token string }
		}
		FinishReason string `json:"finish_reason"`
	}
	Usage *usage
}

type usage struct {
	Prompt     int64 `json:"prompt_tokens"`
	Completion int64 `json:"completion_tokens"`
	Total      int64 `json:"total_tokens"`
	PromptD    struct {
		Cached int64 `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	OutputD struct {
		Reasoning int64 `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

func chat(t *testing.T, s *sandbox.Sandbox, body string, headers ...string) answer {
	t.Helper()
	resp := ask(t, s, "/chat/completions", body, headers...)
	raw := read(t, resp)
	var a answer
	if err := json.Unmarshal([]byte(raw), &a); err != nil || resp.StatusCode != 200 {
		t.Fatalf("status %d, %v: %s", resp.StatusCode, err, raw)
	}
	return a
}

func TestTheWholeAnswerIsFramedAsOpenAIDoes(t *testing.T) {
	t.Parallel()
	got := read(t, ask(t, open(), "/chat/completions", `{"model":"sandbox-chat+tokens=2","messages":[{"role":"user","content":"Hi <you>"}]}`))
	want := `{"id":"chatcmpl-`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	_, rest, _ := strings.Cut(got, `","object"`)
	rest, tail, _ := strings.Cut(rest, `"content":"`)
	if rest != `:"chat.completion","created":1795420800,"model":"sandbox-chat","choices":[{"index":0,"message":{"role":"assistant",` {
		t.Errorf("head: %s", rest)
	}
	if tail[8:] != `","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_b0d1000007"}` {
		t.Errorf("tail: %s", tail[8:])
	}
}

func TestTheStreamIsFramedAsOpenAIDoes(t *testing.T) {
	t.Parallel()
	body := `{"model":"sandbox-chat+tokens=1","stream":true%s,"messages":[{"role":"user","content":"Hi"}]}`
	plain := read(t, ask(t, open(), "/chat/completions", strings.Replace(body, "%s", "", 1)))
	events := strings.Split(plain, "\n\n")
	if len(events) != 5 || events[3] != "data: [DONE]" || events[4] != "" {
		t.Fatalf("got %q", events)
	}
	_, first, _ := strings.Cut(events[0], `","object"`)
	if first != `:"chat.completion.chunk","created":1795420800,"model":"sandbox-chat","service_tier":"default","system_fingerprint":"fp_b0d1000007","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}` {
		t.Errorf("first chunk: %s", first)
	}
	if strings.Contains(plain, "usage") {
		t.Error("usage was sent unasked")
	}
	asked := read(t, ask(t, open(), "/chat/completions", strings.Replace(body, "%s", `,"stream_options":{"include_usage":true}`, 1)))
	events = strings.Split(asked, "\n\n")
	if len(events) != 6 || strings.Count(asked, `"usage":null`) != 3 || !strings.Contains(events[3], `"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":1,"total_tokens":9`) {
		t.Errorf("got %q", events)
	}
}

func TestAStreamSaysWhatTheWholeAnswerSays(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"model":"sandbox-chat","n":3,"messages":[{"role":"user","content":"Tell me"}]}`,
		`{"model":"sandbox-reasoning","messages":[{"role":"user","content":"Think"}]}`,
		`{"model":"sandbox-chat","messages":[{"role":"user","content":"x"}],"parallel_tool_calls":true,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},{"type":"function","function":{"name":"time"}}]}`,
		`{"model":"sandbox-chat","max_tokens":7,"messages":[{"role":"user","content":"Tell me"}]}`,
	} {
		whole := chat(t, open(), body)
		texts, args, last := collect(t, ask(t, open(), "/chat/completions", `{"stream":true,"stream_options":{"include_usage":true},`+body[1:]))
		if !reflect.DeepEqual(last, whole.Usage) {
			t.Errorf("usage %+v, whole %+v", last, whole.Usage)
		}
		for i, c := range whole.Choices {
			if c.Message.Content != nil && texts[i] != *c.Message.Content {
				t.Errorf("choice %d: streamed %q, whole %q", i, texts[i], *c.Message.Content)
			}
			for j, call := range c.Message.ToolCalls {
				if args[[2]int{i, j}] != call.Function.Name+call.Function.Arguments {
					t.Errorf("call %d: streamed %q, whole %+v", j, args[[2]int{i, j}], call)
				}
			}
		}
	}
}

// collect reads a stream to its end.
func collect(t *testing.T, resp *http.Response) (texts map[int]string, args map[[2]int]string, last *usage) {
	t.Helper()
	texts, args = map[int]string{}, map[[2]int]string{}
	for line := range strings.SplitSeq(read(t, resp), "\n\n") {
		data, ok := strings.CutPrefix(line, "data: {")
		if !ok {
			continue
		}
		var c struct {
			Choices []struct {
				Index int
				Delta struct {
					Content   string
					ToolCalls []struct {
						Index    int
						Function struct{ Name, Arguments string }
					} `json:"tool_calls"`
				}
			}
			Usage *usage
		}
		if err := json.Unmarshal([]byte("{"+data), &c); err != nil {
			t.Fatal(err)
		}
		if c.Usage != nil {
			last = c.Usage
		}
		for _, ch := range c.Choices {
			texts[ch.Index] += ch.Delta.Content
			for _, tc := range ch.Delta.ToolCalls {
				args[[2]int{ch.Index, tc.Index}] += tc.Function.Name + tc.Function.Arguments
			}
		}
	}
	return texts, args, last
}

func TestTheSameQuestionHasTheSameAnswerAndAnotherSeedAnother(t *testing.T) {
	t.Parallel()
	body := `{"model":"sandbox-chat","messages":[{"role":"user","content":"Why?"}]}`
	first, again := chat(t, open(), body), chat(t, open(), body)
	other := chat(t, sandbox.New(sandbox.Config{Clock: clock.NewFake(now), Seed: 8, Open: true}), body)
	if *first.Choices[0].Message.Content != *again.Choices[0].Message.Content {
		t.Error("not deterministic")
	}
	if *first.Choices[0].Message.Content == *other.Choices[0].Message.Content {
		t.Error("the seed changes nothing")
	}
	if !strings.Contains(*first.Choices[0].Message.Content, `"Why?"`) {
		t.Errorf("the answer does not show what was heard: %s", *first.Choices[0].Message.Content)
	}
}

func TestCapsStopsAndChoices(t *testing.T) {
	t.Parallel()
	user := `"messages":[{"role":"user","content":"Tell me"}]`
	capped := chat(t, open(), `{"model":"sandbox-chat+tokens=2000","max_completion_tokens":10,`+user+`}`)
	if capped.Choices[0].FinishReason != "length" || capped.Usage.Completion != 10 {
		t.Errorf("capped: %+v", capped)
	}
	if over := chat(t, open(), `{"model":"sandbox-chat+tokens=50+overrun=1","max_tokens":10,`+user+`}`); over.Usage.Completion != 50 {
		t.Errorf("overrun: %+v", over.Usage)
	}
	thinker := chat(t, open(), `{"model":"sandbox-reasoning+reasoning=100","max_completion_tokens":40,`+user+`}`)
	if thinker.Usage.OutputD.Reasoning != 40 || thinker.Usage.Completion != 40 || *thinker.Choices[0].Message.Content != "" || thinker.Choices[0].FinishReason != "length" {
		t.Errorf("a cap inside the thinking: %+v", thinker)
	}
	stopped := chat(t, open(), `{"model":"sandbox-chat","stop":["You wrote"],`+user+`}`)
	if *stopped.Choices[0].Message.Content != "This is the sandbox. " || stopped.Choices[0].FinishReason != "stop" {
		t.Errorf("stop: %+v", stopped.Choices[0])
	}
	three := chat(t, open(), `{"model":"sandbox-chat","n":3,"logprobs":true,"top_logprobs":2,`+user+`}`)
	if len(three.Choices) != 3 || *three.Choices[0].Message.Content == *three.Choices[1].Message.Content {
		t.Errorf("n: %+v", three.Choices)
	}
	joined := ""
	for _, l := range three.Choices[2].Logprobs.Content {
		joined += l.Token
	}
	if joined != *three.Choices[2].Message.Content {
		t.Error("the logprobs are not about the text")
	}
}

func TestToolsAreCalledOnTheUsersTurnAndAnsweredAfterwards(t *testing.T) {
	t.Parallel()
	tools := `"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","required":["city"],"properties":{"city":{"type":"string","enum":["Oslo","Rome"]},"days":{"type":"integer","minimum":1,"maximum":3}}}}},{"type":"function","function":{"name":"time","parameters":{}}}]`
	one := chat(t, open(), `{"model":"sandbox-chat","messages":[{"role":"user","content":"x"}],`+tools+`}`)
	calls := one.Choices[0].Message.ToolCalls
	if len(calls) != 1 || calls[0].Function.Name != "weather" || one.Choices[0].Message.Content != nil || one.Choices[0].FinishReason != "tool_calls" {
		t.Fatalf("got %+v", one)
	}
	var in struct {
		City string
		Days int
	}
	if err := json.Unmarshal([]byte(calls[0].Function.Arguments), &in); err != nil || in.City != "Oslo" && in.City != "Rome" || in.Days < 1 || in.Days > 3 {
		t.Errorf("arguments %s do not fit the schema", calls[0].Function.Arguments)
	}
	both := chat(t, open(), `{"model":"sandbox-chat","parallel_tool_calls":true,"messages":[{"role":"user","content":"x"}],`+tools+`}`)
	if c := both.Choices[0].Message.ToolCalls; len(c) != 2 || c[0].ID == c[1].ID {
		t.Errorf("parallel: %+v", c)
	}
	named := chat(t, open(), `{"model":"sandbox-chat","tool_choice":{"type":"function","function":{"name":"time"}},"messages":[{"role":"user","content":"x"}],`+tools+`}`)
	if c := named.Choices[0].Message.ToolCalls; len(c) != 1 || c[0].Function.Name != "time" {
		t.Errorf("named: %+v", c)
	}
	for name, body := range map[string]string{
		"a tool's result":    `{"model":"sandbox-chat","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[]},{"role":"tool","tool_call_id":"a","content":"sunny"}],` + tools + `}`,
		"tool_choice none":   `{"model":"sandbox-chat","tool_choice":"none","messages":[{"role":"user","content":"x"}],` + tools + `}`,
		"scripted to no one": `{"model":"sandbox-chat+tools=0","messages":[{"role":"user","content":"x"}],` + tools + `}`,
	} {
		if a := chat(t, open(), body); len(a.Choices[0].Message.ToolCalls) != 0 || a.Choices[0].Message.Content == nil {
			t.Errorf("after %s: %+v", name, a.Choices[0])
		}
	}
}

func TestImagesAreSeenAndCounted(t *testing.T) {
	t.Parallel()
	a := chat(t, open(), `{"model":"sandbox-vision","messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJDRA=="}},{"type":"image_url","image_url":{"url":"https://example.com/cat.jpg"}}]}]}`)
	text := *a.Choices[0].Message.Content
	if !strings.Contains(text, "2 image(s): image/png of 6 bytes, https://example.com/cat.jpg") {
		t.Errorf("got %s", text)
	}
	if want := int64(3 + 4 + 4 + 2*85); a.Usage.Prompt != want {
		t.Errorf("counted %d tokens, want %d", a.Usage.Prompt, want)
	}
}

func TestARepeatedPrefixIsCachedPerKey(t *testing.T) {
	t.Parallel()
	s := open()
	long := strings.Repeat("a", 4*1100)
	body := `{"model":"sandbox-chat","messages":[{"role":"system","content":"` + long + `"},{"role":"user","content":"%"}]}`
	ask := func(user, key string) int64 {
		return chat(t, s, strings.Replace(body, "%", user, 1), "Authorization", "Bearer "+key).Usage.PromptD.Cached
	}
	if got := []int64{ask("one", "a"), ask("two", "a"), ask("two", "b"), ask("three", "b")}; !reflect.DeepEqual(got, []int64{0, 1024, 0, 1024}) {
		t.Errorf("cached %v", got)
	}
	if c := chat(t, s, `{"model":"sandbox-chat+cached=5","messages":[{"role":"user","content":"short"}]}`).Usage.PromptD.Cached; c != 5 {
		t.Errorf("scripted: %d", c)
	}
}

func TestEmbeddings(t *testing.T) {
	t.Parallel()
	s := open()
	var list struct {
		Data []struct {
			Index     int
			Embedding []float64
		}
		Usage usage
	}
	if err := json.Unmarshal([]byte(read(t, ask(t, s, "/embeddings", `{"model":"sandbox-embed","input":["the cat sat","the cat sat down","prices of copper"],"dimensions":64}`))), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Data) != 3 || len(list.Data[0].Embedding) != 64 || list.Usage.Prompt != 3+4+4 || list.Usage.Total != 11 {
		t.Fatalf("got %+v", list.Usage)
	}
	dot := func(a, b []float64) (sum float64) {
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum
	}
	a, b, c := list.Data[0].Embedding, list.Data[1].Embedding, list.Data[2].Embedding
	if l := dot(a, a); math.Abs(l-1) > 1e-5 {
		t.Errorf("not a unit vector: %f", l)
	}
	if dot(a, b) <= dot(a, c) {
		t.Errorf("near texts are far: %f, %f", dot(a, b), dot(a, c))
	}
	var packed struct{ Data []struct{ Embedding string } }
	if err := json.Unmarshal([]byte(read(t, ask(t, s, "/embeddings", `{"model":"sandbox-embed","input":"the cat sat","dimensions":64,"encoding_format":"base64"}`))), &packed); err != nil {
		t.Fatal(err)
	}
	raw, _ := base64.StdEncoding.DecodeString(packed.Data[0].Embedding)
	for i, want := range a {
		if got := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])); math.Abs(float64(got)-want) > 1e-6 {
			t.Fatalf("base64 differs at %d: %f, %f", i, got, want)
		}
	}
	for _, bad := range []string{`""`, `[]`, `null`, `{}`, `"x","dimensions":0`, `"x","encoding_format":"int8"`} {
		if resp := ask(t, s, "/embeddings", `{"model":"sandbox-embed","input":`+bad+`}`); resp.StatusCode != 400 {
			t.Errorf("input %s: %d", bad, resp.StatusCode)
		}
	}
	if resp := ask(t, s, "/embeddings", `{"model":"sandbox-embed","input":[[1,2,3],[4]]}`); !strings.Contains(read(t, resp), `"prompt_tokens":4`) {
		t.Error("token arrays are not counted")
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	if got := read(t, ask(t, open(), "/models", "")); got != `{"data":[{"id":"sandbox-chat","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-embed","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-image","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-moderation","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-reasoning","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-speech","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-transcribe","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-tts","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-vision","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"},{"id":"sandbox-whisper","object":"model","created":1767225600,"owned_by":"bodhi-sandbox"}],"object":"list"}` {
		t.Error(got)
	}
	if resp := ask(t, open(), "/models/sandbox-embed", ""); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
	if resp := ask(t, open(), "/models/gpt-5.5", ""); resp.StatusCode != 404 {
		t.Error(resp.Status)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	user := `"messages":[{"role":"user","content":"x"}]`
	closed := sandbox.New(sandbox.Config{Clock: clock.NewFake(now)})
	for _, c := range []struct {
		name, path, body, code string
		status                 int
		s                      *sandbox.Sandbox
		headers                []string
	}{
		{name: "no key", s: closed, path: "/models", status: 401, code: ""},
		{name: "a bad key", path: "/models", headers: []string{"Authorization", "Bearer sk-invalid"}, status: 401, code: "invalid_api_key"},
		{name: "an unknown path", path: "/nothing", body: "{}", status: 404},
		{name: "an unknown model", path: "/chat/completions", body: `{"model":"gpt-5.5",` + user + `}`, status: 404, code: "model_not_found"},
		{name: "a chat with the embedding model", path: "/chat/completions", body: `{"model":"sandbox-embed",` + user + `}`, status: 404, code: "model_not_found"},
		{name: "no model", path: "/chat/completions", body: `{` + user + `}`, status: 400},
		{name: "no messages", path: "/chat/completions", body: `{"model":"sandbox-chat","messages":[]}`, status: 400, code: "empty_array"},
		{name: "broken JSON", path: "/chat/completions", body: `{"model":`, status: 400},
		{name: "a wrong type", path: "/chat/completions", body: `{"model":"sandbox-chat","n":"two",` + user + `}`, status: 400, code: "invalid_type"},
		{name: "an absurd n", path: "/chat/completions", body: `{"model":"sandbox-chat","n":1000,` + user + `}`, status: 400},
		{name: "a negative cap", path: "/chat/completions", body: `{"model":"sandbox-chat","max_tokens":-1,` + user + `}`, status: 400},
		{name: "an unknown role", path: "/chat/completions", body: `{"model":"sandbox-chat","messages":[{"role":"robot","content":"x"}]}`, status: 400},
		{name: "stream options without a stream", path: "/chat/completions", body: `{"model":"sandbox-chat","stream_options":{},` + user + `}`, status: 400},
		{name: "a script nobody knows", path: "/chat/completions", body: `{"model":"sandbox-chat+speed=9",` + user + `}`, status: 400, code: "invalid_script"},
		{name: "a script that cannot be read", path: "/chat/completions", body: `{"model":"sandbox-chat+latency=fast",` + user + `}`, status: 400, code: "invalid_script"},
		{name: "more than the window", path: "/chat/completions", body: `{"model":"sandbox-chat","messages":[{"role":"user","content":"` + strings.Repeat("a", 4*128_000) + `"}]}`, status: 400, code: "context_length_exceeded"},
		{name: "more than the embedding window", path: "/embeddings", body: `{"model":"sandbox-embed","input":"` + strings.Repeat("a", 4*8_193) + `"}`, status: 400, code: "context_length_exceeded"},
		{name: "a scripted status", path: "/chat/completions", body: `{"model":"sandbox-chat+status=503",` + user + `}`, status: 503},
		{name: "a status scripted by header", path: "/chat/completions", body: `{"model":"sandbox-chat",` + user + `}`, headers: []string{"X-Sandbox-Status", "429"}, status: 429, code: "rate_limit_exceeded"},
		{name: "an empty account", path: "/chat/completions", body: `{"model":"sandbox-chat+status=429+code=insufficient_quota",` + user + `}`, status: 429, code: "insufficient_quota"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.s
			if s == nil {
				s = open()
			}
			resp := ask(t, s, c.path, c.body, c.headers...)
			raw := read(t, resp)
			var e struct {
				Error struct{ Message, Type, Code string }
			}
			if err := json.Unmarshal([]byte(raw), &e); err != nil || resp.StatusCode != c.status || e.Error.Code != c.code || e.Error.Message == "" || e.Error.Type == "" {
				t.Errorf("got %d %s", resp.StatusCode, raw)
			}
			if b := s.Bill(); b.Calls != 0 || b.Total != 0 {
				t.Errorf("a refusal was charged: %+v", b)
			}
		})
	}
	if got := ask(t, open(), "/chat/completions", `{"model":"sandbox-chat+status=429+retry-after=2",`+user+`}`).Header.Get("Retry-After"); got != "2" {
		t.Errorf("retry-after %q", got)
	}
}

func TestTheBillIsTokensTimesPrices(t *testing.T) {
	t.Parallel()
	s := open()
	user := `"messages":[{"role":"user","content":"12345678"}]`
	chat(t, s, `{"model":"sandbox-chat+tokens=100+cached=4",`+user+`}`)
	chat(t, s, `{"model":"sandbox-reasoning+tokens=10+reasoning=90",`+user+`}`)
	read(t, ask(t, s, "/embeddings", `{"model":"sandbox-embed","input":"12345678"}`))
	// The prompt is 2 tokens of text, 4 of framing, 3 to prime.
	want := []int64{5*1000 + 4*100 + 100*4000, 9*2000 + 100*8000, 2 * 20}
	b := s.Bill()
	for i, c := range b.List {
		if c.Nanos != want[i] || c.End != "complete" {
			t.Errorf("charge %d: %+v, want %d", i, c, want[i])
		}
	}
	if b.Calls != 3 || b.Total != want[0]+want[1]+want[2] {
		t.Errorf("got %+v", b)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/__bill", nil))
	var over sandbox.Statement
	if err := json.Unmarshal(w.Body.Bytes(), &over); err != nil || !reflect.DeepEqual(over, b) {
		t.Errorf("over HTTP: %s", w.Body)
	}
}

// However a stream ends, the sandbox charges the prompt and what the reader got.
func TestAnEndedStreamIsChargedForWhatWasDelivered(t *testing.T) {
	t.Parallel()
	body := `{"model":"sandbox-chat+tokens=100%","stream":true,"messages":[{"role":"user","content":"12345678"}]}`
	delivered := func(t *testing.T, resp *http.Response, pieces int) (text string) {
		t.Helper()
		lines := bufio.NewScanner(resp.Body)
		for pieces >= 0 && lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: {"); ok {
				var c struct {
					Choices []struct{ Delta struct{ Content string } }
				}
				_ = json.Unmarshal([]byte("{"+data), &c)
				text += c.Choices[0].Delta.Content
				pieces--
			}
		}
		return text
	}
	for _, c := range []struct {
		name, script, end string
		leave             func(cancel context.CancelFunc, resp *http.Response)
	}{
		{"the client closes the answer", "+hang=5", "canceled", func(_ context.CancelFunc, r *http.Response) { _ = r.Body.Close() }},
		{"the client's context ends", "+hang=5", "canceled", func(cancel context.CancelFunc, _ *http.Response) { cancel() }},
		{"the client leaves between pieces", "", "canceled", func(_ context.CancelFunc, r *http.Response) { _ = r.Body.Close() }},
		{"the provider breaks off", "+cut=5", "cut", func(_ context.CancelFunc, r *http.Response) {
			if _, err := io.ReadAll(r.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("a cut stream ended with %v", err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := open()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				resp := askWith(t, ctx, s, "/chat/completions", strings.Replace(body, "%", c.script, 1))
				text := delivered(t, resp, 5)
				c.leave(cancel, resp)
				synctest.Wait()
				want := 9*1000 + int64(len(text)+3)/4*4000
				if b := s.Bill(); len(b.List) != 1 || b.Total != want || b.List[0].End != c.end || b.List[0].Pieces != 5 || text == "" {
					t.Errorf("delivered %q, want %d: %+v", text, want, b)
				}
			})
		})
	}
}

func TestScriptedTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, start := open(), clock.System{}.Now()
		resp := ask(t, s, "/chat/completions", `{"model":"sandbox-chat+latency=800ms+ttft=200ms+chunkdelay=50ms+tokens=30","stream":true,"messages":[{"role":"user","content":"x"}]}`)
		headers := clock.Since(start)
		texts, _, _ := collect(t, resp)
		pieces := time.Duration(s.Bill().List[0].Pieces)
		if headers != 800*time.Millisecond || clock.Since(start) != time.Second+(pieces-1)*50*time.Millisecond || pieces < 10 || len(texts[0]) != 120 {
			t.Errorf("headers after %s, end after %s with %d pieces", headers, clock.Since(start), pieces)
		}
	})
}

func TestLeavingDuringTheLatencyCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := open()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Transport().RoundTrip(request(t, ctx, "/chat/completions", `{"model":"sandbox-chat+latency=1m","messages":[{"role":"user","content":"x"}]}`))
		synctest.Wait()
		if !errors.Is(err, context.DeadlineExceeded) || s.Bill().Calls != 0 {
			t.Errorf("got %v, %+v", err, s.Bill())
		}
	})
}

func TestUsageCanBeWithheldOrRepeated(t *testing.T) {
	t.Parallel()
	body := `{"model":"sandbox-chat+usage=%","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}`
	if got := read(t, ask(t, open(), "/chat/completions", strings.Replace(body, "%", "none", 1))); strings.Contains(got, `"usage":{`) {
		t.Error("usage was reported")
	}
	s := open()
	each := read(t, ask(t, s, "/chat/completions", strings.Replace(body, "%", "each", 1)))
	if n := strings.Count(each, `"usage":{`); n != s.Bill().List[0].Pieces+3 {
		t.Errorf("usage in %d chunks", n)
	}
	if !strings.Contains(each, `"completion_tokens":`+strconv.FormatInt(s.Bill().List[0].Output, 10)+`,`) {
		t.Error("the last usage is not the bill's")
	}
}

func TestServeOverASocket(t *testing.T) {
	t.Parallel()
	s := open()
	srv := httptest.NewServer(s)
	defer srv.Close()
	resp, err := srv.Client().Post(srv.URL+"/v1/chat/completions", "application/json", strings.NewReader(`{"model":"sandbox-chat+cut=2","stream":true,"messages":[{"role":"user","content":"x"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a cut stream ended with %v", err)
	}
}
