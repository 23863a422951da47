package openai_test

import (
	"bytes"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
)

// TestModelsThatThinkAreAskedAsTheyTakeIt: what clients of other dialects say to every model, those that think refuse.
func TestModelsThatThinkAreAskedAsTheyTakeIt(t *testing.T) {
	t.Parallel()
	least := llm.Reasoning{Budget: 1024} // the smallest that Anthropic's clients can ask for
	for _, x := range []struct {
		model   string
		wants   llm.Reasoning
		samples bool
		effort  string
	}{
		{"gpt-4.1-mini", llm.Reasoning{}, true, ""},
		{"gpt-5-chat-latest", least, true, ""},
		{"o4-mini", llm.Reasoning{}, false, ""},
		{"o3", least, false, "low"},
		{"o3", llm.Reasoning{Effort: "max"}, false, "high"},
		{"gpt-5-mini", least, false, "minimal"},
		{"openai/gpt-5", llm.Reasoning{Effort: "none"}, false, "low"},
		{"gpt-5.2", llm.Reasoning{}, true, ""},
		{"gpt-5.2", llm.Reasoning{Effort: "none"}, true, "none"},
		{"gpt-5.2", least, false, "low"},
		{"gpt-5.2-pro", llm.Reasoning{Effort: "max"}, false, "xhigh"},
		{"gpt-5.6-luna", llm.Reasoning{}, false, ""},
		{"gpt-5.6-luna", llm.Reasoning{Effort: "none"}, true, "none"},
		{"gpt-5.1", llm.Reasoning{Effort: "max"}, false, "high"},
		{"gpt-5.1", llm.Reasoning{Effort: "none"}, true, "none"},
		{"gpt-5-codex", least, false, "low"},
		{"codex-mini-latest", llm.Reasoning{}, false, ""},
		{"gpt-5.1-codex", llm.Reasoning{Effort: "xhigh"}, false, "high"},
		{"gpt-5.1-codex-max", llm.Reasoning{Effort: "xhigh"}, false, "xhigh"},
		{"gpt-5.1-codex-mini", llm.Reasoning{Effort: "none"}, false, "low"},
		{"openai/gpt-5.2-codex", llm.Reasoning{}, false, ""},
		{"gpt-5.3-codex", llm.Reasoning{Effort: "none"}, false, "low"},
		{"gpt-5.3-codex", llm.Reasoning{Effort: "max"}, false, "xhigh"},
		{"deepseek-chat", least, true, "minimal"},
	} {
		for _, w := range []llm.Wire{openai.Wire{}, responses.Wire{}} {
			for name, value := range map[string]llm.Number{"temperature": "0.2", "top_p": "0.9"} {
				c := &llm.Conversation{Reasoning: x.wants, Sampling: llm.Sampling{Temperature: value}}
				if name == "top_p" {
					c.Sampling = llm.Sampling{TopP: value}
				}
				c.Add(llm.User, llm.Part{Text: "hi"})
				notes := &llm.Notes{}
				out, err := w.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: x.model, Notes: notes})
				if err != nil || bytes.Contains(out, []byte(`"`+name+`"`)) != x.samples {
					t.Errorf("%s of %s: %s, %v, %v", x.model, w.Family(), out, notes.Warnings(), err)
				}
				said := []byte(`"reasoning_effort":"` + x.effort + `"`)
				if w.Family() == llm.Responses {
					said = []byte(`"effort":"` + x.effort + `"`)
				}
				if x.effort != "" && !bytes.Contains(out, said) || x.effort == "" && bytes.Contains(out, []byte(`effort"`)) {
					t.Errorf("%s of %s wants %v: %s", x.model, w.Family(), x.wants, out)
				}
			}
		}
	}
}

// TestLogprobsAreNotAskedForInVain: answers in other dialects have no place for them.
func TestLogprobsAreNotAskedForInVain(t *testing.T) {
	t.Parallel()
	c := &llm.Conversation{Sampling: llm.Sampling{Logprobs: true, TopLogprobs: "2"}}
	c.Add(llm.User, llm.Part{Text: "hi"})
	notes := &llm.Notes{}
	out, err := openai.Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: "gpt-4.1", Notes: notes})
	if err != nil || bytes.Contains(out, []byte("logprobs")) || len(notes.Warnings()) != 2 {
		t.Errorf("%s, %v, %v", out, notes.Warnings(), err)
	}
}
