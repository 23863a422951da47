package anthropic

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

const (
	start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"usage\":{\"input_tokens\":25,\"cache_read_input_tokens\":100,\"output_tokens\":1}}}\n\n"
	begin = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
	piece = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"über\"}}\n\n"
	close = "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
	delta = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n"
	stop  = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
	alive = "event: ping\ndata: {\"type\": \"ping\"}\n\n"
)

// hear reads a stream to its end and tells what happened: kinds, final usage, bytes, and how it ended.
func hear(src io.Reader) (said, raw string) {
	s := NewStream(io.NopCloser(src))
	var kinds strings.Builder
	var usage *llm.Usage
	n := 0
	for {
		e, err := s.Next()
		if err != nil {
			return fmt.Sprintf("%s %v %d %v", kinds.String(), usage, n, errors.Is(err, io.EOF)), raw
		}
		kinds.WriteByte("dutf"[e.Kind])
		raw += string(e.Raw)
		n += e.OutputBytes
		if e.Usage != nil && !e.Running {
			u := *e.Usage
			usage = &u
		}
	}
}

func TestAStreamPassesByteForByteHoweverItIsCut(t *testing.T) {
	t.Parallel()
	body := start + alive + begin + piece + strings.ReplaceAll(piece, "\n", "\r\n") + close + delta + stop
	want, raw := hear(strings.NewReader(body))
	if raw != body || want != fmt.Sprintf("dddddddt %v 10 true", &llm.Usage{Input: 125, CacheRead: 100, Output: 15}) {
		t.Errorf("%s\n%s", want, raw)
	}
	for i := range body {
		if got, raw := hear(io.MultiReader(strings.NewReader(body[:i]), strings.NewReader(body[i:]))); got != want || raw != body {
			t.Fatalf("cut at %d: %s", i, got)
		}
	}
	if got, raw := hear(iotest.OneByteReader(strings.NewReader(body))); got != want || raw != body {
		t.Errorf("byte by byte: %s", got)
	}
}

func TestAStreamEndsAsItShould(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ name, body, kinds string }{
		{"cut before the end", start + begin + piece, "ddd"},
		{"cut before the end mark", start + begin + piece + close + delta, "ddddd"},
		{"cut inside the end mark's blank line", start + delta + strings.TrimRight(stop, "\n"), "ddt"},
		{"with an error", start + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n" + stop, "df"},
		{"with an event that is no JSON", start + "event: content_block_delta\ndata: {\"delta\":\n\n", "df"},
		{"without the names of events", strings.ReplaceAll(strings.ReplaceAll(start+delta+stop, "event: message_start\n", ""), "event: message_stop\n", ""), "ddt"},
		{"with events that are to come", start + "event: content_block_hologram\ndata: {\"x\":1}\n\n" + delta + stop, "dddt"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			if said, _ := hear(strings.NewReader(x.body)); !strings.HasPrefix(said, x.kinds+" ") {
				t.Errorf("%s, want %s", said, x.kinds)
			}
		})
	}
}

func TestACountSoFarIsNoBill(t *testing.T) {
	t.Parallel()
	s := NewStream(io.NopCloser(strings.NewReader(start + delta)))
	first, _ := s.Next()
	if first.Usage == nil || !first.Running || first.Usage.Output != 1 {
		t.Errorf("%+v", first)
	}
	last, _ := s.Next()
	if last.Usage == nil || last.Running || last.Usage.Output != 15 || last.Usage.Input != 125 {
		t.Errorf("%+v", last)
	}
}

func TestADocumentIsAMessageOrNone(t *testing.T) {
	t.Parallel()
	chat, count := &llm.Call{Operation: llm.Chat}, &llm.Call{Operation: llm.CountTokens}
	for _, x := range []struct {
		name, body string
		call       *llm.Call
		ok         bool
	}{
		{"a message", `{"type":"message","content":[{"type":"text","text":"hello"}],"usage":{"input_tokens":3,"output_tokens":2}}`, chat, true},
		{"a count", `{"input_tokens":3}`, count, true},
		{"a count in place of a message", `{"input_tokens":3}`, chat, false},
		{"a message in place of a count", `{"type":"message","usage":{}}`, count, false},
		{"nothing", ` `, chat, false},
		{"a page", `<html>`, chat, false},
		{"an error", `{"type":"error","error":{"type":"overloaded_error","message":"x"}}`, chat, false},
		{"half a message", `{"content":[],"usage":{`, chat, false},
	} {
		e, err := Wire{}.Document(x.call, []byte(x.body))
		if (err == nil) != x.ok || x.ok && (string(e.Raw) != x.body || e.Kind != llm.Terminal || e.Usage == nil) {
			t.Errorf("%s: %+v, %v", x.name, e, err)
		}
	}
}

func TestRefusalsLookAsDocumented(t *testing.T) {
	t.Parallel()
	spent := fault.New(fault.Exhausted, "budget_exhausted", "Team Apollo has spent its budget.").With("scope", "team")
	slow := fault.New(fault.Limited, "rate_limited", "Slower.")
	slow.RetryAfter = time.Hour
	for _, x := range []struct {
		fault  *fault.Error
		status int
		body   string
		header string // x-should-retry or retry-after
	}{
		{spent, 402, `{"type":"error","error":{"type":"billing_error","message":"Team Apollo has spent its budget.","bodhi":{"code":"budget_exhausted","request_id":"req_1","scope":"team"}},"request_id":"req_1"}`, "false"},
		{slow, 429, `{"type":"error","error":{"type":"rate_limit_error","message":"Slower.","bodhi":{"code":"rate_limited","request_id":"req_1"}},"request_id":"req_1"}`, "60"},
		{fault.New(fault.Invalid, "policy_blocked", "Blocked."), 400, `{"type":"error","error":{"type":"invalid_request_error","message":"Blocked.","bodhi":{"code":"policy_blocked","request_id":"req_1"}},"request_id":"req_1"}`, "false"},
		{fault.New(fault.NotFound, "model_not_found", "None."), 404, `{"type":"error","error":{"type":"not_found_error","message":"None.","bodhi":{"code":"model_not_found","request_id":"req_1"}},"request_id":"req_1"}`, ""},
		{fault.From(errors.New("secret")), 500, `{"type":"error","error":{"type":"api_error","message":"` + fault.From(errors.New("")).Public + `","bodhi":{"code":"internal","request_id":"req_1"}},"request_id":"req_1"}`, ""},
		{&fault.Error{Kind: 99, Code: "x", Public: "y"}, 500, `{"type":"error","error":{"type":"api_error","message":"y","bodhi":{"code":"x","request_id":"req_1"}},"request_id":"req_1"}`, ""},
	} {
		status, h, body := Dialect{}.Refusal(x.fault, "req_1", true)
		if status != x.status || string(body) != x.body || h.Get("X-Should-Retry")+h.Get("Retry-After") != x.header {
			t.Errorf("%d %s %v\n got %s\nwant %s", status, http.StatusText(status), h, body, x.body)
		}
	}
	if got := string(Dialect{}.ErrorEvent(nil, slow, "")); !strings.HasPrefix(got, "event: error\ndata: {\"type\":\"error\"") || !strings.HasSuffix(got, "}\n\n") {
		t.Error(got)
	}
}

func TestAConversationThatIsTooLongIsSaidInTheClientsWords(t *testing.T) {
	t.Parallel()
	p, ok := Wire{}.ReadProblem([]byte(`{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}`))
	if !ok || p.Code != "context_length_exceeded" {
		t.Errorf("%+v", p)
	}
	body := string(Dialect{}.Problem(&llm.Problem{Status: 400, Code: "context_length_exceeded", Message: "This model's maximum context length is 8 tokens."}, "req_1"))
	if !strings.Contains(body, `"message":"prompt is too long: This model's`) || !strings.Contains(body, `"request_id":"req_1"`) {
		t.Error(body)
	}
}

// FuzzStream reads a provider's bytes, cut anywhere: however they are cut the client gets the same, and their translation
// never panics.
func FuzzStream(f *testing.F) {
	f.Add([]byte(start+begin+piece+close+delta+stop), uint16(40))
	for _, name := range []string{"thinking", "tools", "search"} {
		if b, err := os.ReadFile("../testdata/answers/anthropic/" + name + ".sse"); err == nil {
			f.Add(b, uint16(100))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte, at uint16) {
		i := min(int(at), len(stream))
		a, rawA := hear(bytes.NewReader(stream))
		b, rawB := hear(io.MultiReader(bytes.NewReader(stream[:i]), bytes.NewReader(stream[i:])))
		if a != b || rawA != rawB {
			t.Fatalf("%q cut at %d: %s, %s", stream, i, a, b)
		}
		r, w := Wire{}.Reader(nil, &llm.Conversation{}), Dialect{}.Writer(&llm.Call{Stream: true})
		s := NewStream(io.NopCloser(bytes.NewReader(stream)))
		for {
			e, err := s.Next()
			if err != nil || e.Kind == llm.Failed {
				return
			}
			deltas, err := r.Read(nil, e)
			if err != nil {
				return
			}
			for j := range deltas {
				if _, err := w.Write(nil, &deltas[j]); err != nil {
					return
				}
			}
		}
	})
}

func BenchmarkStream(b *testing.B) {
	src := []byte(strings.Repeat(piece, 1000))
	b.SetBytes(int64(len(piece)))
	b.ReportAllocs()
	s, n := NewStream(io.NopCloser(bytes.NewReader(src))), 0
	for b.Loop() {
		if n++; n == 1000 {
			s, n = NewStream(io.NopCloser(bytes.NewReader(src))), 0
		}
		if e, err := s.Next(); err != nil || e.OutputBytes != 5 {
			b.Fatal(e, err)
		}
	}
}
