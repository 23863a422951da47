package gateway

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	converse "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// frames are events of a ConverseStream, "name payload" each.
func frames(events ...string) string {
	var b []byte
	for _, e := range events {
		name, payload, _ := strings.Cut(e, " ")
		b = converse.AppendFrame(b, "event", name, []byte(payload))
	}
	return string(b)
}

func events(named ...string) string {
	var b strings.Builder
	for _, e := range named {
		if name, data, ok := strings.Cut(e, " {"); ok {
			b.WriteString("event: " + name + "\ndata: {" + data + "\n\n")
		} else {
			b.WriteString("data: " + e + "\n\n")
		}
	}
	return b.String()
}

const (
	eventStream = "text/event-stream"
	awsStream   = "application/vnd.amazon.eventstream"
	jsonType    = "application/json"
	chatPath    = "/v1/chat/completions"
)

// blocks are answers of status 200 that hold nothing but a refusal, as their providers hello them, and what each cost at one
// nano-dollar a token.
var blocks = map[string]struct {
	kind       provider.Kind
	media      string
	body       string
	cost       int64
	path, call string // of another client than OpenAI's
}{
	"OpenAI, a filter": {kind: provider.Compatible, media: jsonType, cost: 9,
		body: `{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null},"finish_reason":"content_filter"}],"usage":{"prompt_tokens":9,"completion_tokens":0}}`},
	"OpenAI, the model's refusal": {kind: provider.Compatible, media: jsonType, cost: 13,
		body: `{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":"I can't help with that."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4}}`},
	"OpenAI, a filter, streamed": {kind: provider.Compatible, media: eventStream, cost: 9,
		body: events(`{"id":"1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`, `{"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}`,
			`{"id":"1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":0}}`, "[DONE]")},
	"OpenAI, the model's refusal, streamed": {kind: provider.Compatible, media: eventStream, cost: 13,
		body: events(`{"id":"1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}]}`, `{"id":"1","choices":[{"index":0,"delta":{"refusal":"I can't"},"finish_reason":null}]}`, `{"id":"1","choices":[{"index":0,"delta":{"refusal":" help."},"finish_reason":null}]}`,
			`{"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`, `{"id":"1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}`, "[DONE]")},
	"Azure, cut by its filter": {kind: provider.Azure, media: jsonType, cost: 12,
		body: `{"id":"1","object":"chat.completion","model":"m","prompt_filter_results":[],"choices":[{"index":0,"message":{"role":"assistant","content":"First you"},"finish_reason":"content_filter","content_filter_results":{"violence":{"filtered":true,"severity":"high"}}}],"usage":{"prompt_tokens":9,"completion_tokens":3}}`},
	"Anthropic": {kind: provider.Anthropic, media: jsonType, cost: 10,
		body: `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"refusal","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}`},
	"Anthropic, streamed": {kind: provider.Anthropic, media: eventStream, cost: 10,
		body: events(`message_start {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}`,
			`message_delta {"type":"message_delta","delta":{"stop_reason":"refusal"},"usage":{"output_tokens":1}}`, `message_stop {"type":"message_stop"}`)},
	"Anthropic, streamed to its own client": {kind: provider.Anthropic, media: eventStream, cost: 10, path: "/v1/messages", call: `{"model":"smart","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"hi"}]}`,
		body: events(`message_start {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}`,
			`message_delta {"type":"message_delta","delta":{"stop_reason":"refusal"},"usage":{"output_tokens":1}}`, `message_stop {"type":"message_stop"}`)},
	"Gemini, the prompt": {kind: provider.Gemini, media: jsonType, cost: 9,
		body: `{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"m"}`},
	"Gemini, the answer": {kind: provider.Gemini, media: jsonType, cost: 9,
		body: `{"candidates":[{"index":0,"finishReason":"SAFETY","safetyRatings":[]}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"m"}`},
	"Gemini, the prompt, streamed": {kind: provider.Gemini, media: eventStream, cost: 9,
		body: "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":9,\"totalTokenCount\":9}}\r\n\r\n"},
	"Gemini, as an array": {kind: provider.Gemini, media: eventStream, cost: 9, path: "/v1beta/models/smart:streamGenerateContent", call: `{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}`,
		body: "data: {\"candidates\":[{\"index\":0,\"finishReason\":\"SAFETY\"}],\"usageMetadata\":{\"promptTokenCount\":9,\"totalTokenCount\":9}}\r\n\r\n"},
	"Bedrock, a guardrail's own words": {kind: provider.Bedrock, media: jsonType, cost: 9,
		body: `{"output":{"message":{"role":"assistant","content":[{"text":"Sorry, our rules forbid this."}]}},"stopReason":"guardrail_intervened","usage":{"inputTokens":9,"outputTokens":0,"totalTokens":9}}`},
	"Bedrock, streamed": {kind: provider.Bedrock, media: awsStream, cost: 9,
		body: frames(`messageStart {"role":"assistant"}`, `messageStop {"stopReason":"content_filtered"}`, `metadata {"usage":{"inputTokens":9,"outputTokens":0,"totalTokens":9}}`)},
	"Responses": {kind: provider.OpenAI, media: jsonType, cost: 9, path: "/v1/responses", call: `{"model":"smart","input":"hi"}`,
		body: `{"id":"resp_1","object":"response","status":"incomplete","incomplete_details":{"reason":"content_filter"},"model":"m","output":[],"usage":{"input_tokens":9,"output_tokens":0,"total_tokens":9}}`},
	"Responses, streamed": {kind: provider.OpenAI, media: eventStream, cost: 9, path: "/v1/responses", call: `{"model":"smart","input":"hi","stream":true}`,
		body: events(`response.created {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","output":[]}}`,
			`response.incomplete {"type":"response.incomplete","sequence_number":1,"response":{"id":"resp_1","object":"response","status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[],"usage":{"input_tokens":9,"output_tokens":0,"total_tokens":9}}}`)},
}

const helloes = `data: {"id":"2","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}` + "\n\n" +
	`data: {"id":"2","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" + `data: {"id":"2","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1}}` + "\n\ndata: [DONE]\n\n"

const hello = `{"id":"2","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":1}}`

// blocked plays a request over a target that withholds its answer and one that answers, "b".
func blocked(t *testing.T, name string, fall *route.Fallback, others ...func(context.Context) (*http.Response, error)) (*stage, *page) {
	c := blocks[name]
	names := []string{"a"}
	if len(others) > 0 {
		names = append(names, "b")
	}
	h := perform(t, calm{Tries: 3, Waits: patience.Waits{Total: time.Minute}}, script{"a": {reply(200, c.media, c.body)}, "b": others}, names...)
	h.fall = fall
	a := h.targets[0].Connection
	a.Kind, a.BaseURL, a.Credential = c.kind, "https://a.example", secret.New("key")
	path, call := c.path, c.call
	if path == "" {
		path, call = chatPath, question
		if c.media != jsonType {
			call = strings.Replace(call, `{`, `{"stream":true,`, 1)
		}
	}
	return h, h.at(path, call)
}

// at asks a path of its own.
func (s *stage) at(path, body string) *page {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://gateway"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer good")
	r.Header.Set("X-Api-Key", "good")
	p := &page{header: http.Header{}}
	s.gateway.ServeHTTP(p, r)
	return p
}

func TestAWithheldAnswerIsAskedForElsewhere(t *testing.T) {
	t.Parallel()
	for name, c := range blocks {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := reply(200, c.media, helloes)
				if c.media == jsonType {
					next = reply(200, jsonType, hello)
				} else if c.media == awsStream {
					next = reply(200, eventStream, helloes)
				}
				h, p := blocked(t, name, &route.Fallback{ContentPolicy: true}, next)
				body := p.body.String()
				if p.status != 200 || !strings.Contains(body, "Hello") || strings.Contains(body, "resp_1") || strings.Contains(body, "msg_1") || strings.Contains(body, "help") || strings.Contains(body, "Sorry") || strings.Contains(body, "First you") {
					t.Errorf("the client got %d %s", p.status, body)
				}
				if hops := p.header.Get("X-Bodhi-Hops"); hops != "a/up-model content_policy 200" {
					t.Errorf("hops %q", hops)
				}
				if e := h.books.ends; len(e) != 2 || e[0].State != "complete" || int64(e[0].Cost) != c.cost || e[0].Class != "withheld" || e[1].Cost != 3 {
					t.Errorf("settled %+v", e)
				}
				if why, _, ok := h.gateway.leaveTo(&Exchange{Grant: h.grant}, h.targets[0]); !ok {
					t.Errorf("its breaker is open: %+v", why)
				}
			})
		})
	}
}

func TestAWithheldAnswerIsTheClientsWhereNobodyIsLeft(t *testing.T) {
	t.Parallel()
	for name := range blocks {
		for what, fall := range map[string]*route.Fallback{"without a word of the route": nil, "of the only target": {ContentPolicy: true}} {
			t.Run(name+", "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var others []func(context.Context) (*http.Response, error)
					if fall == nil {
						others = append(others, healthy)
					}
					h, p := blocked(t, name, fall, others...)
					if p.status != 200 || len(h.books.attempts) != 1 || h.books.ends[0].Class != "" {
						t.Errorf("status %d after %d attempts: %+v\n%s", p.status, len(h.books.attempts), h.books.ends, p.body.String())
					}
				})
			})
		}
	}
}

// Where the next target takes no requests, or no money is left for it, the client is told what the first one said.
func TestAWithheldAnswerIsARefusalWhereNobodyElseCanAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, p := blocked(t, "OpenAI, the model's refusal", &route.Fallback{ContentPolicy: true, DefaultAnswer: "Later."}, reply(200, jsonType, blocks["OpenAI, a filter"].body))
		if p.status != 200 || !strings.Contains(p.body.String(), `"content_filter"`) || len(h.books.ends) != 2 {
			t.Errorf("the last one's answer is the client's: %d %s", p.status, p.body.String())
		}
		h, p = blocked(t, "OpenAI, the model's refusal", &route.Fallback{ContentPolicy: true}, reply(401, jsonType, `{"error":{"message":"no"}}`))
		if p.status != 400 || !strings.Contains(p.body.String(), "I can't help with that.") || len(h.books.ends) != 2 || h.books.ends[0].Cost != 13 {
			t.Errorf("the next one fails: %d %s", p.status, p.body.String())
		}
		_, p = blocked(t, "OpenAI, the model's refusal", &route.Fallback{ContentPolicy: true, DefaultAnswer: "Later."}, reply(401, jsonType, `{"error":{"message":"no"}}`))
		if p.status != 200 || !strings.Contains(p.body.String(), "Later.") {
			t.Errorf("the next one fails, and the route has an answer: %d %s", p.status, p.body.String())
		}
		h = perform(t, calm{}, script{"a": {reply(200, jsonType, blocks["OpenAI, the model's refusal"].body)}}, "a", "b")
		h.fall = &route.Fallback{ContentPolicy: true}
		h.targets[1].Model, h.quotes = "dear", map[string]catalog.Quote{"dear": sized{out: 1_000_000_000}}
		h.books.limit = 100_000
		p = h.at(chatPath, question)
		if p.status != 400 || !strings.Contains(p.body.String(), "I can't help with that.") || !strings.Contains(p.body.String(), "content_filter") {
			t.Errorf("without money for the next: %d %s", p.status, p.body.String())
		}
	})
}

// An opening that is empty is kept back where another target is left, so that what fails behind it is not the client's.
func TestTheHeadOfAStreamIsKeptBack(t *testing.T) {
	t.Parallel()
	opening := events(`{"id":"lost","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`)
	streamed := strings.Replace(question, `{`, `{"stream":true,`, 1)
	for name, c := range map[string]struct {
		first  string
		alone  bool
		asked  int
		begins string
	}{
		"an error behind it":              {opening + events(`{"error":{"message":"overloaded","type":"overloaded_error"}}`), false, 2, `data: {"id":"2"`},
		"it breaks off behind it":         {opening, false, 2, `data: {"id":"2"`},
		"nobody is left":                  {opening + events(`{"error":{"message":"overloaded","type":"overloaded_error"}}`), true, 1, opening},
		"an answer comes whole":           {opening + helloes, false, 1, opening + helloes[:40]},
		"an empty answer is an answer":    {opening + events(`{"id":"lost","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`, "[DONE]"), false, 1, opening},
		"a comment says no more":          {": wait\n\n" + opening + helloes, false, 1, ": wait\n\n" + opening},
		"what is long enough has begun":   {strings.Repeat(": wait a little\n\n", 300) + events(`{"error":{"message":"overloaded"}}`), false, 1, ": wait"},
		"with words nothing is kept back": {opening + helloes[:strings.Index(helloes, "\n\n")+2] + events(`{"error":{"message":"overloaded"}}`), false, 1, opening},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				names := []string{"a", "b"}
				if c.alone {
					names = names[:1]
				}
				h := perform(t, calm{Tries: 1}, script{"a": {reply(200, eventStream, c.first)}, "b": {reply(200, eventStream, helloes)}}, names...)
				p := h.at(chatPath, streamed)
				if body := p.body.String(); p.status != 200 || len(h.books.attempts) != c.asked || !strings.HasPrefix(body, c.begins) || c.asked == 2 && strings.Contains(body, "lost") {
					t.Errorf("%d attempts, want %d; the client got %d\n%s", len(h.books.attempts), c.asked, p.status, body)
				}
			})
		})
	}
}
