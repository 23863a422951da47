package gateway

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// What becomes of a parameter that the provider does not have is the organization's to say: a warning, silence, or a
// refusal that names the field and the models that have it. Nothing is sent or booked then.
func TestParametersThatAProviderDoesNotHave(t *testing.T) {
	t.Parallel()
	const ask = `{"model":"smart","seed":7,"messages":[{"role":"user","content":"hi"}]}`
	for _, c := range []struct {
		policy       llm.Unsupported
		status       int
		warns, calls bool
	}{{llm.Warn, 200, true, true}, {llm.Drop, 200, false, true}, {llm.Reject, 400, false, false}} {
		t.Run(c.policy.String(), func(t *testing.T) {
			t.Parallel()
			h, box := serve(t, asAnthropic, "sandbox-chat")
			h.policy = c.policy
			there := *h.targets[0].Connection
			there.Name, there.Kind = "native", provider.OpenAI
			h.others = map[string]route.Target{"gpt": {Connection: &there, Model: "sandbox-chat"}, "claude": h.targets[0]}
			resp, text := h.post(t, "/v1/chat/completions", ask)
			if w := resp.Header.Get("X-Bodhi-Warning"); resp.StatusCode != c.status || (w != "") != c.warns || (box.Bill().Calls == 1) != c.calls {
				t.Fatalf("%d, warning %q, %d calls: %s", resp.StatusCode, w, box.Bill().Calls, text)
			}
			if c.policy != llm.Reject {
				return
			}
			var v struct {
				Error struct{ Message, Param, Code string }
			}
			if err := json.Unmarshal([]byte(text), &v); err != nil || v.Error.Param != "seed" || v.Error.Code != "unsupported_parameter" ||
				!strings.HasSuffix(v.Error.Message, "Models that can take it: gpt.") {
				t.Errorf("it says %+v (%v)", v.Error, err)
			}
			h.books.only(t, 1)
		})
	}
}

// With a target that has the parameter behind it, a refusal of one target is none of the request.
func TestARefusedParameterGoesToATargetThatHasIt(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat")
	h.policy = llm.Reject
	there := *h.targets[0].Connection
	there.Name, there.Kind, there.BaseURL = "native", provider.OpenAI, there.BaseURL+"/v1"
	h.targets = append(h.targets, route.Target{Connection: &there, Model: "sandbox-chat"})
	resp, text := h.post(t, "/v1/chat/completions", `{"model":"smart","seed":7,"messages":[{"role":"user","content":"hi"}]}`)
	if resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Provider") != "native" {
		t.Errorf("%d from %q: %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Provider"), text)
	}
}

// What a kind is said to speak is what its adapter passes on byte for byte.
func TestKindsSpeakWhatTheirAdaptersPassOn(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for _, s := range []struct {
		family llm.Family
		path   string
		body   string
	}{
		{llm.OpenAI, "", `{"model":"m","x_mark":1,"messages":[{"role":"user","content":"hi"}]}`},
		{llm.Responses, "", `{"model":"m","x_mark":1,"input":"hi"}`},
		{llm.Anthropic, "", `{"model":"m","x_mark":1,"max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`},
		{llm.Gemini, "m", `{"x_mark":1,"contents":[{"parts":[{"text":"hi"}]}]}`},
		{llm.Bedrock, "m", `{"x_mark":1,"messages":[{"role":"user","content":[{"text":"hi"}]}]}`},
	} {
		call, err := h.gateway.dialect(s.family).Decode(llm.Ask{Operation: llm.Chat, Model: s.path, Body: []byte(s.body)})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []struct {
			kind  provider.Kind
			model string
		}{{provider.OpenAI, "m"}, {provider.Anthropic, "m"}, {provider.Gemini, "m"}, {provider.Azure, "m"}, {provider.Bedrock, "m"}, {provider.Compatible, "m"},
			{provider.Vertex, "m"}, {provider.Vertex, "claude-opus-4-1"}, {provider.Vertex, "publishers/anthropic/models/claude-opus-4-1"}} {
			k := at.kind
			adapter, _ := h.For(k)
			c := &provider.Connection{Kind: k, BaseURL: "http://127.0.0.1:1/v1/projects/p/locations/l", Credential: secret.New("a-key")}
			r, err := adapter.Request(context.Background(), c, call, llm.Edit{Model: at.model, Notes: &llm.Notes{}}, http.Header{})
			if err != nil {
				t.Fatalf("%s to %s: %v", s.family, k, err)
			}
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if passes := strings.Contains(string(sent), `"x_mark":1`); passes != k.Speaks(s.family, at.model) {
				t.Errorf("a body of %s passes to %s at %s: %v; it is said to speak that: %v", s.family, at.model, k, passes, k.Speaks(s.family, at.model))
			}
		}
	}
}

// Claude on Vertex takes the bodies of Anthropic's clients, and Vertex's other models do not.
func TestAModelIsNamedByWhatItSpeaksNotByItsProvider(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asCompatible, "sandbox-chat")
	h.policy = llm.Reject
	there := &provider.Connection{Kind: provider.Vertex}
	h.others = map[string]route.Target{"claude-there": {Connection: there, Model: "claude-opus-4-1"}, "gemini-there": {Connection: there, Model: "gemini-2.5-flash"}}
	resp, text := h.post(t, "/v1/messages", `{"model":"smart","max_tokens":9,"top_k":3,"messages":[{"role":"user","content":"hi"}]}`)
	if resp.StatusCode != 400 || !strings.Contains(text, "Models that can take it: claude-there.") {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	resp, text = h.post(t, "/v1beta/models/smart:generateContent", `{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"topK":3}}`)
	if resp.StatusCode != 400 || !strings.Contains(text, "Models that can take it: gemini-there.") {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}
