package trace

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

const canary = "canary-7f3a"

// asked is a request that failed over: everything that a person wrote is the canary.
func asked() (*ledger.Request, []ledger.Try) {
	ids := id.NewSource(clock.System{}.Now, nil)
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	r := &ledger.Request{ID: id.NewRequest(ids), Chain: org.Chain{Org: id.NewOrg(ids), Team: id.NewTeam(ids), Key: id.NewKey(ids)}, At: at, Endpoint: "chat", Asked: "smart", Model: "gpt-5.5",
		Route: "smart", Client: "Codex", Tags: "project=" + canary, EndUser: canary, Session: canary, Message: canary, Decisions: canary, Cache: "miss", Status: 200,
		Usage: llm.Usage{Input: 12, Output: 34}, Cost: money.Cent, Duration: 3 * time.Second, FirstByte: 1200 * time.Millisecond}
	return r, []ledger.Try{
		{Settlement: ledger.Settlement{State: ledger.Voided, Class: "unreachable", Note: canary, Duration: time.Second}, Kind: "azure", Model: "gpt-5.5-eu", Sent: at.Add(time.Millisecond)},
		{Settlement: ledger.Settlement{State: ledger.Complete, Status: 200, Usage: r.Usage, Cost: r.Cost, Duration: 1900 * time.Millisecond}, Kind: "openai", Model: "gpt-5.5", Sent: at.Add(time.Second)},
	}
}

func TestARequestIsASpanBelowTheClientsOwn(t *testing.T) {
	t.Parallel()
	kept := tracetest.NewInMemoryExporter()
	tr := newTracer(sdk.WithSyncer(kept), "test", "node_1")
	r, tries := asked()
	h := http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, "Tracestate": {"x=" + canary}}
	tr.Observe(r, tries, h)
	spans := kept.GetSpans()
	if len(spans) != 3 {
		t.Fatalf("%d spans", len(spans))
	}
	whole := spans[2]
	if whole.Name != "chat smart" || whole.SpanContext.TraceID().String() != "4bf92f3577b34da6a3ce929d0e0e4736" || whole.Parent.SpanID().String() != "00f067aa0ba902b7" ||
		!whole.StartTime.Equal(r.At) || whole.EndTime.Sub(whole.StartTime) != 3*time.Second {
		t.Errorf("%+v", whole)
	}
	has(t, whole, map[string]string{"gen_ai.operation.name": "chat", "gen_ai.request.model": "smart", "gen_ai.response.model": "gpt-5.5", "gen_ai.usage.input_tokens": "12",
		"gen_ai.usage.output_tokens": "34", "http.response.status_code": "200", "bodhi.cost_usd": r.Cost.String(), "bodhi.request.id": r.ID.String(), "bodhi.first_byte_ms": "1200"})
	has(t, spans[0], map[string]string{"gen_ai.provider.name": "azure.ai.openai", "error.type": "unreachable", "bodhi.attempt": "1", "bodhi.attempt.state": "voided"})
	has(t, spans[1], map[string]string{"gen_ai.provider.name": "openai", "http.response.status_code": "200", "bodhi.attempt": "2", "bodhi.attempt.state": "complete"})
	for _, s := range spans {
		if s.SpanContext.TraceID() != whole.SpanContext.TraceID() {
			t.Errorf("%s is in another trace", s.Name)
		}
		for _, a := range s.Attributes {
			if strings.Contains(a.Value.String(), canary) {
				t.Errorf("%s tells %s", s.Name, a.Key)
			}
		}
	}
}

func has(t *testing.T, s tracetest.SpanStub, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, a := range s.Attributes {
		got[string(a.Key)] = a.Value.String()
	}
	for key, text := range want {
		if got[key] != text {
			t.Errorf("%s: %s is %q, want %q", s.Name, key, got[key], text)
		}
	}
}

// Without a traceparent a request is a trace of its own, and one that was refused is an error; a bad header is as none.
func TestARefusedRequestIsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	kept := tracetest.NewInMemoryExporter()
	tr := newTracer(sdk.WithSyncer(kept), "test", "node_1")
	r, _ := asked()
	r.Code, r.Status = "budget_exhausted", 402
	tr.Observe(r, nil, http.Header{"Traceparent": {"00-zz"}})
	spans := kept.GetSpans()
	if len(spans) != 1 || spans[0].Parent.IsValid() || spans[0].Status.Description != "budget_exhausted" {
		t.Fatalf("%+v", spans)
	}
	has(t, spans[0], map[string]string{"error.type": "budget_exhausted", "http.response.status_code": "402"})
}

// What is left goes to the collector at the end, to the path that collectors listen at; one that is away delays nothing for long.
func TestACollectorGetsWhatIsLeftAtTheEnd(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body := io.Reader(q.Body)
		if q.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(q.Body)
		}
		b, _ := io.ReadAll(body)
		got <- q.URL.Path + " " + string(b)
	}))
	t.Cleanup(collector.Close)
	tr, err := New(t.Context(), collector.URL+"/", "test", "node_1")
	if err != nil {
		t.Fatal(err)
	}
	r, tries := asked()
	tr.Observe(r, tries, http.Header{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tr.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if sent := <-got; !strings.HasPrefix(sent, "/v1/traces ") || !strings.Contains(sent, r.ID.String()) || strings.Contains(sent, canary) {
		t.Errorf("sent %q", sent)
	}
}
