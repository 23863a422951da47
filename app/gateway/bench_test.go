package gateway

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// canned answers every request from memory.
type canned struct {
	kind string
	body []byte
}

func (c *canned) Send(_ *ledger.Hold, _ *provider.Connection, r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {c.kind}}, Body: io.NopCloser(bytes.NewReader(c.body)), Request: r}, nil
}

// sink is a client that takes everything.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Flush()                      {}

// BenchmarkDialects takes a request of 20 turns and its streamed answer of 200 words through the whole pipeline, without a
// network: what translation adds to a request of one dialect. With a network both cost the same more.
func BenchmarkDialects(b *testing.B) {
	var chat, messages strings.Builder
	for i := range 200 {
		fmt.Fprintf(&chat, `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" word%d"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"abcdefghijkl"}`+"\n\n", i)
		fmt.Fprintf(&messages, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word%d\"}}\n\n", i)
	}
	openaiAnswer := chat.String() + `data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" + chunkUse + done
	claudeAnswer := "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n" +
		"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n" + messages.String() +
		"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":200}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
	turn := `{"role":"user","content":"` + strings.Repeat("All work and no play. ", 10) + `"},{"role":"assistant","content":"no"},`
	asks := map[string][2]string{
		"chat":     {"/v1/chat/completions", `{"model":"smart","stream":true,"messages":[` + strings.Repeat(turn, 10) + `{"role":"user","content":"hi"}]}`},
		"messages": {"/v1/messages", `{"model":"smart","stream":true,"max_tokens":900,"messages":[` + strings.Repeat(turn, 10) + `{"role":"user","content":"hi"}]}`},
	}
	for _, c := range []struct {
		ask    string
		kind   provider.Kind
		answer string
	}{
		{"chat", provider.Compatible, openaiAnswer}, {"chat", provider.Anthropic, claudeAnswer},
		{"messages", provider.Anthropic, claudeAnswer}, {"messages", provider.Compatible, openaiAnswer},
	} {
		b.Run(c.ask+" from "+string(c.kind), func(b *testing.B) {
			ids := id.NewSource(clock.System{}.Now, nil)
			chain := org.Chain{Org: id.NewOrg(ids), Team: id.NewTeam(ids), Key: id.NewKey(ids)}
			h := &house{grant: &key.Grant{Key: chain.Key, Name: "k", OrgSlug: "acme", Chain: chain}, books: &books{book: ledger.NewBook(chain.Org), limit: money.Max}}
			h.targets = []route.Target{{Model: "m", Connection: &provider.Connection{ID: id.NewConnection(ids), Name: "up", Kind: c.kind, BaseURL: "http://127.0.0.1:1/v1"}}}
			g := New(Config{Clock: clock.System{}, IDs: ids, Log: slog.New(slog.DiscardHandler), Dialects: []llm.Dialect{openai.Dialect{}, claude.Dialect{}},
				Ports: Ports{Keys: h, Routes: h, Budgets: h.books, Prices: h, Adapters: h, Upstreams: &canned{"text/event-stream", []byte(c.answer)}}})
			path, body := asks[c.ask][0], asks[c.ask][1]
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequest(http.MethodPost, "http://gateway"+path, strings.NewReader(body))
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("X-Api-Key", "good")
				g.ServeHTTP(&sink{http.Header{}}, r)
				h.books.attempts, h.books.ends, h.books.requests = h.books.attempts[:0], h.books.ends[:0], h.books.requests[:0]
			}
		})
	}
}
