package playground

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// What the data plane flushes together is told together, in whatever pieces it was written.
func TestAnEarHearsEachTokenOnceHoweverItIsCut(t *testing.T) {
	t.Parallel()
	const stream = ": ping\n\n" +
		`data: {"choices":[{"delta":{"role":"assistant","content":null,"reasoning_content":"hm"}}]}` + "\r\n\r\n" +
		`data: {"choices":[{"delta":{"content":"a"}}]}` + "\n\n" +
		`data: {"choices":[{"delta":{"content":"b","tool_calls":[{"index":1,"function":{"name":"look","arguments":"{\"a\""}}]}}]}` + "\n\n" +
		`data: {"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":":1}"}},{"index":-1},{"index":99}]},"finish_reason":"tool_calls"}]}` + "\n\n" +
		`data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}` + "\n\n: x-bodhi-cost-usd 0.1\n\ndata: [DONE]\n\n"
	now := clock.NewFake(time.Unix(0, 0))
	for size := 1; size < 40; size += 3 {
		var told []string
		e := &ear{header: http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}, "X-Bodhi-Request-Id": {"req_1"}}, clock: now, start: now.Now(),
			tell: func(v Event) error { told = append(told, string(v.Kind)+" "+v.Text); return nil }}
		for i := 0; i < len(stream); i += size {
			if _, err := e.Write([]byte(stream[i:min(i+size, len(stream))])); err != nil {
				t.Fatal(err)
			}
		}
		var a Answer
		e.header.Set("X-Bodhi-Cost-Usd", "0.1")
		e.finish(&a)
		if got := strings.Join(told, "|"); got != "begun req_1|thought hm|text ab" {
			t.Errorf("in pieces of %d: %q", size, got)
		}
		if a.Text != "ab" || a.Thought != "hm" || len(a.Tools) != 2 || a.Tools[1] != (Called{"look", `{"a":1}`}) || a.Input != 7 || a.Output != 3 || a.CostUSD != "0.1" || a.Refusal != "" || a.First == 0 {
			t.Errorf("in pieces of %d: %+v", size, a)
		}
	}
}

// A browser that is gone is an error of the next write: that is what makes the gateway leave the provider.
func TestAnEarThatNobodyListensToRefusesMore(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	now := clock.NewFake(time.Unix(0, 0))
	e := &ear{header: http.Header{"Content-Type": {"text/event-stream"}}, clock: now, tell: func(v Event) error {
		if v.Kind == Text {
			return gone
		}
		return nil
	}}
	if _, err := e.Write([]byte(`data: {"choices":[{"delta":{"content":"a"}}]}` + "\n\n")); err != nil {
		t.Fatal(err)
	}
	if err := e.FlushError(); !errors.Is(err, gone) {
		t.Errorf("the flush: %v", err)
	}
	if _, err := e.Write([]byte("data: {}\n\n")); !errors.Is(err, gone) {
		t.Errorf("the next write: %v", err)
	}
	var a Answer
	if e.finish(&a); a.Text != "a" {
		t.Errorf("%+v", a)
	}
}

func TestWhatBreaksOffSaysWhy(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Unix(0, 0))
	e := &ear{header: http.Header{"Content-Type": {"text/event-stream"}}, clock: now}
	_, _ = e.Write([]byte(`data: {"choices":[{"delta":{"content":"a"}}]}` + "\n\n" + `data: {"error":{"message":"The provider fell silent."}}` + "\n\n"))
	var a Answer
	if e.finish(&a); a.Text != "a" || a.Refusal != "The provider fell silent." || a.Status != http.StatusOK {
		t.Errorf("%+v", a)
	}
	e = &ear{header: http.Header{"Content-Type": {"application/json"}}, clock: now}
	e.WriteHeader(http.StatusNotFound)
	_, _ = e.Write([]byte(`{"error":{"message":"There is no model."}}`))
	if e.finish(&a); a.Refusal != "There is no model." || a.Status != http.StatusNotFound {
		t.Errorf("%+v", a)
	}
}
