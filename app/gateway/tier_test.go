package gateway

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// claims sees what is asked of the budgets.
type claims struct {
	*books
	last budget.Want
}

func (c *claims) Reserve(ctx context.Context, w budget.Want) (*ledger.Hold, error) {
	c.last = w
	if w.Unpriced {
		w.Ceiling.Money, w.Floor.Money = 0, 0
	}
	return c.books.Reserve(ctx, w)
}

func TestAServiceTierDearerThanTheListIsAnUnknownPrice(t *testing.T) {
	t.Parallel()
	for tier, unknown := range map[string]bool{"": false, "auto": false, "flex": false, "priority": true, "scale": true} {
		t.Run(tier, func(t *testing.T) {
			t.Parallel()
			var c *claims
			h := build(t, nil)
			c = &claims{books: h.books}
			h.gateway.Budgets = c
			h.provide("up", says(answer))
			field := ""
			if tier != "" {
				field = `,"service_tier":"` + tier + `"`
			}
			resp, body := h.ask(`{"model":"smart","messages":[{"role":"user","content":"hi"}]` + field + `}`)
			if resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Warning") != "" {
				t.Errorf("status %d, warning %q, body %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Warning"), body)
			}
			if c.last.Unpriced != unknown {
				t.Errorf("claimed with Unpriced=%v, want %v", c.last.Unpriced, unknown)
			}
		})
	}
}

func TestAToolWithABillOfItsOwnIsAnUnknownPrice(t *testing.T) {
	t.Parallel()
	for tool, unknown := range map[string]bool{"function": false, "code_interpreter": true, "image_generation": true} {
		h, _ := serve(t, asOpenAI, "sandbox-chat")
		c := &claims{books: h.books}
		h.gateway.Budgets = c
		if resp, body := h.post(t, "/v1/responses", `{"model":"smart","input":"hi","tools":[{"type":"`+tool+`","name":"f"}]}`); resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", tool, resp.StatusCode, body)
		}
		if c.last.Unpriced != unknown {
			t.Errorf("%s: claimed with Unpriced=%v, want %v", tool, c.last.Unpriced, unknown)
		}
	}
}

// TestAnAnswerIsBilledByTheTierThatServedIt asks a model of $5 and $30 a million, whose batches cost half and priority two and a half times.
func TestAnAnswerIsBilledByTheTierThatServedIt(t *testing.T) {
	t.Parallel()
	const (
		chat     = `{"model":"smart","max_tokens":1000,"messages":[{"role":"user","content":"hello there, what is up?"}]`
		response = `{"model":"smart","max_output_tokens":1000,"input":"hello there, what is up?"`
		said     = `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"service_tier":"TIER","usage":{"prompt_tokens":100,"completion_tokens":10}}`
		chunks   = `data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"service_tier":"TIER","usage":null}` + "\n\n" +
			`data: {"choices":[],"service_tier":"TIER","usage":{"prompt_tokens":100,"completion_tokens":10}}` + "\n\ndata: [DONE]\n\n"
		output = `{"id":"r","object":"response","status":"completed","service_tier":"TIER","output":[],"usage":{"input_tokens":100,"output_tokens":10}}`
		events = `data: {"type":"response.completed","response":` + output + "}\n\n"
		stream = `,"stream":true`
	)
	for _, x := range []struct{ name, path, body, answer, tier, cost string }{
		{"a chat without a word", "/v1/chat/completions", chat + "}", said, "default", "0.0008"},
		{"of a project that is set to priority", "/v1/chat/completions", chat + "}", said, "priority", "0.002"},
		{"a stream of such", "/v1/chat/completions", chat + stream + "}", chunks, "priority", "0.002"},
		{"in another dialect", "/v1/messages", chat + "}", said, "priority", "0.002"},
		{"that asked for flex", "/v1/chat/completions", chat + `,"service_tier":"flex"}`, said, "flex", "0.0004"},
		{"that did not get it", "/v1/chat/completions", chat + `,"service_tier":"flex"}`, said, "default", "0.0008"},
		{"that asked for priority", "/v1/chat/completions", chat + `,"service_tier":"priority"}`, said, "priority", "0.002"},
		{"that was too quick for it", "/v1/chat/completions", chat + `,"service_tier":"priority"}`, said, "default", "0.0008"},
		{"a response", "/v1/responses", response + "}", output, "priority", "0.002"},
		{"its stream", "/v1/responses", response + stream + "}", events, "flex", "0.0004"},
		{"a tier that is paid in advance", "/v1/chat/completions", chat + "}", said, "scale", "0.0008"},
	} {
		kind := "application/json"
		if x.answer[0] == 'd' {
			kind = "text/event-stream"
		}
		h := studio(t, "gpt-5.5", replies(kind, strings.ReplaceAll(x.answer, "TIER", x.tier)))
		if x.path == "/v1/responses" {
			h.targets[0].Connection.Kind = provider.OpenAI
		}
		resp, body := h.send(t, "POST", x.path, x.body, "application/json")
		h.books.only(t, 1)
		if resp.StatusCode != 200 || len(h.books.ends) != 1 || h.books.ends[0].Cost.String() != x.cost {
			t.Errorf("%s: %d %s, booked %+v", x.name, resp.StatusCode, body, h.books.ends)
		}
	}
}

// TestPriorityThatNobodyAskedForIsHeldOnceItIsKnown writes as much as may be written: what was held at first does not pay for it.
func TestPriorityThatNobodyAskedForIsHeldOnceItIsKnown(t *testing.T) {
	t.Parallel()
	h := studio(t, "gpt-5.5", says(`{"choices":[{"message":{"content":"a"},"finish_reason":"length"}],"service_tier":"priority","usage":{"prompt_tokens":10,"completion_tokens":1000}}`))
	for i, cost := range []string{"", "0.075125"} {
		resp, body := h.ask(`{"model":"smart","max_tokens":1000,"messages":[{"role":"user","content":"hi"}]}`)
		h.books.only(t, i+1)
		s, held := h.books.ends[i], h.books.attempts[i].Held.Money
		if resp.StatusCode != 200 || s.Cost > held || cost != "" && s.Cost.String() != cost {
			t.Errorf("%d: %d %s: %s of %s", i, resp.StatusCode, body, s.Cost, held)
		}
	}
}
