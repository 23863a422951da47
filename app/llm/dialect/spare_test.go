package dialect_test

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// A conversation that another provider answered for a turn comes back with that one's thinking. What only we can read goes
// before the bytes pass to the dialect's own provider; everything else keeps its bytes.
func TestThinkingOfAnotherProviderIsTakenOutOfBytesThatPass(t *testing.T) {
	t.Parallel()
	const sealedByUs = `Ym9kaGk6eyJvZiI6ImFudGhyb3BpYyIsImRhdGEiOiJTSUcifQ==` // bodhi:{"of":"anthropic","data":"SIG"}
	for _, c := range []struct {
		name, dialect, model, body, want string
	}{
		{"anthropic, a block of thinking", "anthropic", "", `{"model":"alias", "max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"bodhi:gemini:SIG"}, {"type":"text","text":"b"}]},{"role":"user","content":"c"}]}`,
			`{"model":"alias", "max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"}]},{"role":"user","content":"c"}]}`},
		{"anthropic, hidden thinking at the end, and its own before it", "anthropic", "", `{"model":"alias","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"OWN"},{"type":"text","text":"bodhi:"},{"type":"redacted_thinking","data":"bodhi:responses:X"}]},{"role":"user","content":"c"}]}`,
			`{"model":"alias","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"OWN"},{"type":"text","text":"bodhi:"}]},{"role":"user","content":"c"}]}`},
		{"anthropic, a message of nothing else", "anthropic", "", `{"model":"alias","max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"bodhi:responses:X"}]},{"role":"user","content":"c"}]}`,
			`{"model":"alias","max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"user","content":"c"}]}`},
		{"anthropic, a tool turn that must begin with thinking", "anthropic", "", `{"model":"alias","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"bodhi:gemini:SIG"},{"type":"tool_use","id":"u","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"u","content":"ok"}]}]}`,
			`{"model":"alias","max_tokens":9000,"thinking":{"type":"disabled"},"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"u","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"u","content":"ok"}]}]}`},
		{"anthropic, only its own", "anthropic", "", `{"model":"alias","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"OWN"}]},{"role":"user","content":"bodhi: what is it"}]}`, ""},
		{"bedrock", "bedrock", "", `{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"bodhi:gemini:SIG"}}},{"reasoningContent":{"redactedContent":"` + sealedByUs + `"}},{"text":"b"}]},{"role":"user","content":[{"text":"c"}]}]}`,
			`{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"}]},{"role":"user","content":[{"text":"c"}]}]}`},
		{"bedrock, hidden only", "bedrock", "", `{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"},{"reasoningContent":{"redactedContent":"` + sealedByUs + `"}}]},{"role":"user","content":[{"text":"c"}]}]}`,
			`{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"b"}]},{"role":"user","content":[{"text":"c"}]}]}`},
		{"responses", "responses", "", `{"model":"alias","input":[{"role":"user","content":"a"},{"type":"reasoning","summary":[],"encrypted_content":"bodhi:anthropic:SIG"},{"type":"reasoning","summary":[],"encrypted_content":"OWN"},{"role":"user","content":"c"}]}`,
			`{"model":"alias","input":[{"role":"user","content":"a"},{"type":"reasoning","summary":[],"encrypted_content":"OWN"},{"role":"user","content":"c"}]}`},
		{"gemini, thoughts and a call", "gemini", "gemini-3-pro", `{"contents":[{"role":"model","parts":[{"thought":true,"text":"","thoughtSignature":"` + sealedByUs + `"},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"` + sealedByUs + `"}]},{"role":"user","parts":[{"text":"c"}]}]}`,
			`{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"}]},{"role":"user","parts":[{"text":"c"}]}]}`},
		{"gemini, a text and an older model", "gemini", "gemini-2.5-pro", `{"contents":[{"role":"model","parts":[{"text":"b","thought_signature":"` + sealedByUs + `"}]},{"role":"user","parts":[{"text":"c"}]}]}`,
			`{"contents":[{"role":"model","parts":[{"text":"b","thought_signature":null}]},{"role":"user","parts":[{"text":"c"}]}]}`},
		{"openai", "openai", "", `{"model":"alias","messages":[{"role":"assistant","content":"b","reasoning_content":"t","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"SIG","format":"anthropic-claude-v1"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"S"}}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]}`,
			`{"model":"alias","messages":[{"role":"assistant","content":"b","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]}`},
		{"openai, a server's own", "openai", "", `{"model":"alias","messages":[{"role":"assistant","content":"b","reasoning_content":"t","reasoning_details":[{"type":"reasoning.text","text":"t"}]},{"role":"user","content":"c"}]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, in := range tongues {
				if in.name != c.dialect {
					continue
				}
				call := decoded(t, in, c.body)
				edit := llm.Edit{Model: c.model, Notes: &llm.Notes{}}
				got, err := llm.Body(in.wire, call, edit)
				if err != nil {
					t.Fatal(err)
				}
				want := c.want
				if want == "" {
					want = c.body
				}
				if string(got) != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
				if said := strings.Join(edit.Notes.Warnings(), "; "); (said != "") != (c.want != "") {
					t.Errorf("the client was told %q", said)
				}
				if in.name != "gemini" {
					decoded(t, in, string(got)) // what is left is a request
				}
			}
		})
	}
}
