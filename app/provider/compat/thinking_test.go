package compat_test

import (
	"io"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// TestOpenRouterGetsBackWhatItThought: it signs the thinking of the models behind it in their makers' formats, and some of those refuse a
// tool's result without it.
func TestOpenRouterGetsBackWhatItThought(t *testing.T) {
	t.Parallel()
	const body = `{"model":"anthropic/claude-sonnet-4.5","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"SIG","format":"anthropic-claude-v1","index":0}],` +
		`"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]}`
	for name, keeps := range map[string]bool{"openrouter": true, "groq": false} {
		k, _ := provider.KnownService(name)
		a, c := adapterOf(t, k)
		call, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Request(t.Context(), &c, call, llm.Edit{Model: call.Model, Notes: &llm.Notes{}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if sent, err := io.ReadAll(r.Body); err != nil || strings.Contains(string(sent), "SIG") != keeps {
			t.Errorf("%s got %s (%v)", name, sent, err)
		}
	}
}

// TestWhoThinksAloudGetsItsThinkingBack: DeepSeek and Moonshot answer 400 to calls that come back without it, to others it means nothing.
func TestWhoThinksAloudGetsItsThinkingBack(t *testing.T) {
	t.Parallel()
	const body = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"},
		{"role":"assistant","content":[{"type":"thinking","thinking":"First f.","signature":""},{"type":"tool_use","id":"a","name":"f","input":{}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"ok"}]},
		{"role":"assistant","content":[{"type":"tool_use","id":"b","name":"f","input":{}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":"ok"}]},
		{"role":"assistant","content":"Done."},{"role":"user","content":"more"}]}`
	for name, aloud := range map[string]bool{"deepseek": true, "moonshot": true, "groq": false} {
		k, _ := provider.KnownService(name)
		a, c := adapterOf(t, k)
		call, err := claude.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		notes := &llm.Notes{}
		r, err := a.Request(t.Context(), &c, call, llm.Edit{Model: "m", Notes: notes}, nil)
		if err != nil {
			t.Fatal(err)
		}
		sent, err := io.ReadAll(r.Body)
		if err != nil || strings.Contains(string(sent), `"reasoning_content":"First f."`) != aloud || strings.Contains(string(sent), `"reasoning_content":""`) != aloud ||
			strings.Count(string(sent), "reasoning_content") > 2 || len(notes.Warnings()) > 0 == aloud {
			t.Errorf("%s got %s, warned %v (%v)", name, sent, notes.Warnings(), err)
		}
	}
}

// TestThinkingIsAskedForAsEachModelTakesIt, or not at all: these services answer 400 to a word that a model does not know.
func TestThinkingIsAskedForAsEachModelTakesIt(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ service, model, thinking, want string }{
		{"groq", "llama-3.3-70b-versatile", `{"type":"enabled","budget_tokens":1024}`, ""},
		{"groq", "openai/gpt-oss-120b", `{"type":"enabled","budget_tokens":1024}`, "low"},
		{"groq", "openai/gpt-oss-120b", `{"type":"enabled","budget_tokens":32768}`, "high"},
		{"groq", "openai/gpt-oss-120b", `{"type":"disabled"}`, "low"}, // it cannot think less
		{"groq", "qwen/qwen3-32b", `{"type":"enabled","budget_tokens":1024}`, "default"},
		{"groq", "qwen/qwen3-32b", `{"type":"disabled"}`, "none"},
		{"groq", "llama-3.3-70b-versatile", `{"type":"disabled"}`, ""},
		{"xai", "grok-4", `{"type":"enabled","budget_tokens":4096}`, ""},
		{"xai", "grok-4-1-fast-reasoning", `{"type":"enabled","budget_tokens":4096}`, ""},
		{"xai", "grok-4.20-0309-reasoning", `{"type":"enabled","budget_tokens":4096}`, ""},
		{"xai", "grok-4.20-multi-agent", `{"type":"enabled","budget_tokens":32768}`, "high"},
		{"xai", "grok-4.3", `{"type":"enabled","budget_tokens":1024}`, "low"},
		{"xai", "grok-3-mini-fast", `{"type":"enabled","budget_tokens":32768}`, "high"},
	} {
		k, _ := provider.KnownService(x.service)
		a, c := adapterOf(t, k)
		call, err := claude.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","max_tokens":40000,"thinking":` + x.thinking + `,"messages":[{"role":"user","content":"hi"}]}`)})
		if err != nil {
			t.Fatal(err)
		}
		notes := &llm.Notes{}
		r, err := a.Request(t.Context(), &c, call, llm.Edit{Model: x.model, Notes: notes}, nil)
		if err != nil {
			t.Fatal(err)
		}
		sent, err := io.ReadAll(r.Body)
		if err != nil || strings.Contains(string(sent), `"reasoning_effort"`) != (x.want != "") || !strings.Contains(string(sent), `"reasoning_effort":"`+x.want) && x.want != "" ||
			(len(notes.Warnings()) > 0) != (x.want == "" && strings.Contains(x.thinking, "enabled")) {
			t.Errorf("%s, %s: %s, warned %v (%v)", x.model, x.thinking, sent, notes.Warnings(), err)
		}
	}
}

// TestThinkingOfAnotherProviderStaysAsAText where a text is demanded: what signs it means nothing there.
func TestThinkingOfAnotherProviderStaysAsAText(t *testing.T) {
	t.Parallel()
	const body = `{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"","reasoning_content":"First f.","reasoning_details":[{"type":"reasoning.text","text":"First f.","signature":"SIG","format":"anthropic-claude-v1","index":0}],` +
		`"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]}`
	for name, aloud := range map[string]bool{"deepseek": true, "moonshot": true, "groq": false} {
		k, _ := provider.KnownService(name)
		a, c := adapterOf(t, k)
		call, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Request(t.Context(), &c, call, llm.Edit{Model: call.Model, Notes: &llm.Notes{}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if sent, err := io.ReadAll(r.Body); err != nil || strings.Contains(string(sent), `"reasoning_content":"First f."`) != aloud || strings.Contains(string(sent), "SIG") {
			t.Errorf("%s got %s (%v)", name, sent, err)
		}
	}
}
