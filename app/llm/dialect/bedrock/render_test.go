package bedrock

import (
	"bytes"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// TestNewerModelsAreAskedAsTheyTakeIt: what a chat completion says to every model, Claude's newer ones refuse.
func TestNewerModelsAreAskedAsTheyTakeIt(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		model             string
		samples, prefills bool
	}{
		{"eu.anthropic.claude-sonnet-4-5-20250929-v1:0", true, true},
		{"us.anthropic.claude-opus-4-6-v1", true, false},
		{"global.anthropic.claude-opus-4-7", false, false},
		{"anthropic.claude-sonnet-5", false, false},
		{"amazon.nova-pro-v1:0", true, true},
	} {
		render := func(c *llm.Conversation) []byte {
			c.Add(llm.User, llm.Part{Text: "hi"})
			c.Add(llm.Assistant, llm.Part{Text: "The answer is "})
			out, err := Wire{}.Render(&llm.Call{Choices: 1}, c, llm.Edit{Model: x.model})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		for name, s := range map[string]llm.Sampling{"temperature": {Temperature: "0.2"}, "topP": {TopP: "0.9"}, "top_k": {TopK: "40"}} {
			if name == "top_k" && x.model == "amazon.nova-pro-v1:0" {
				name = "topK" // TestTopKIsSaidAsEachMakerTakesIt
			}
			out := render(&llm.Conversation{Sampling: s})
			if bytes.Contains(out, []byte(`"`+name+`"`)) != x.samples || bytes.Contains(out, []byte(`"Continue."`)) == x.prefills {
				t.Errorf("%s: %s", x.model, out)
			}
		}
		if out := render(&llm.Conversation{Reasoning: llm.Reasoning{Effort: "minimal"}}); bytes.Contains(out, []byte(`"effort":"minimal"`)) {
			t.Errorf("%s: %s", x.model, out)
		}
	}
}

// TestTopKIsSaidAsEachMakerTakesIt: Bedrock refuses a request with an extraneous member.
func TestTopKIsSaidAsEachMakerTakesIt(t *testing.T) {
	t.Parallel()
	for model, want := range map[string]string{
		"eu.anthropic.claude-sonnet-4-5-20250929-v1:0":                  `"additionalModelRequestFields":{"top_k":40}`,
		"mistral.mistral-7b-instruct-v0:2":                              `"additionalModelRequestFields":{"top_k":40}`,
		"arn:aws:bedrock:eu-west-1:1:application-inference-profile/abc": `"additionalModelRequestFields":{"top_k":40}`,
		"us.amazon.nova-2-lite-v1:0":                                    `"additionalModelRequestFields":{"inferenceConfig":{"topK":40}}`,
		"us.meta.llama3-3-70b-instruct-v1:0":                            "",
		"openai.gpt-oss-120b-1:0":                                       "",
	} {
		c := &llm.Conversation{Sampling: llm.Sampling{TopK: "40"}}
		c.Add(llm.User, llm.Part{Text: "hi"})
		notes := &llm.Notes{}
		out, err := Wire{}.Render(&llm.Call{Choices: 1}, c, llm.Edit{Model: model, Notes: notes})
		if err != nil || !bytes.Contains(out, []byte(want)) || want == "" && bytes.Contains(out, []byte("additional")) || (want == "") != (len(notes.Warnings()) > 0) {
			t.Errorf("%s: %s, %v, %v", model, out, notes.Warnings(), err)
		}
	}
}

// TestAnHourOfCacheIsWrittenOnlyWhereTheHoldPaysForIt: it costs twice the input, and five minutes a quarter more.
func TestAnHourOfCacheIsWrittenOnlyWhereTheHoldPaysForIt(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{true, false} {
		c := &llm.Conversation{Tools: []llm.Tool{{Name: "f", Cache: &llm.Cache{TTL: "1h"}}}}
		c.Add(llm.User, llm.Part{Text: "hi", Cache: &llm.Cache{TTL: "5m"}})
		out, err := Wire{}.Render(&llm.Call{Choices: 1, Bound: llm.Bound{LongCache: paid}}, c, llm.Edit{Model: "anthropic.claude-sonnet-4-5-20250929-v1:0"})
		if err != nil || bytes.Contains(out, []byte(`"ttl":"1h"`)) != paid || !bytes.Contains(out, []byte(`"ttl":"5m"`)) || bytes.Count(out, []byte(`"cache`)) != 2 {
			t.Errorf("paid %v: %s, %v", paid, out, err)
		}
	}
}

// TestCacheMarksGoToModelsThatTakeThem: Bedrock answers 403 for the others, and Claude Code marks every request.
func TestCacheMarksGoToModelsThatTakeThem(t *testing.T) {
	t.Parallel()
	for model, want := range map[string][2]int{ // marks, and those of an hour
		"eu.anthropic.claude-sonnet-4-5-20250929-v1:0":                      {2, 2},
		"anthropic.claude-opus-5":                                           {2, 2},
		"us.anthropic.claude-sonnet-4-20250514-v1:0":                        {2, 0},
		"us.amazon.nova-2-lite-v1:0":                                        {1, 0}, // none among tools
		"arn:aws:bedrock:eu-west-1:1:application-inference-profile/abc":     {2, 2},
		"openai.gpt-oss-120b-1:0":                                           {0, 0},
		"qwen.qwen3-coder-480b-a35b-v1:0":                                   {0, 0},
		"arn:aws:bedrock:us-east-1:1:inference-profile/us.meta.llama4-v1:0": {0, 0},
	} {
		c := &llm.Conversation{Tools: []llm.Tool{{Name: "f", Cache: &llm.Cache{TTL: "1h"}}}}
		c.Add(llm.User, llm.Part{Text: "hi", Cache: &llm.Cache{TTL: "1h"}})
		notes := &llm.Notes{}
		out, err := Wire{}.Render(&llm.Call{Choices: 1, Bound: llm.Bound{LongCache: true}}, c, llm.Edit{Model: model, Notes: notes})
		got := [2]int{bytes.Count(out, []byte(`"cachePoint"`)), bytes.Count(out, []byte(`"ttl":"1h"`))}
		if err != nil || got != want || len(notes.Warnings()) > 0 != (want != [2]int{2, 2}) {
			t.Errorf("%s: %v of %s, %v, %v", model, got, out, notes.Warnings(), err)
		}
	}
}

// TestThinkingThatWasNotKeptEndsABudgetOnly: models that think as they see fit take calls without the thinking before them.
func TestThinkingThatWasNotKeptEndsABudgetOnly(t *testing.T) {
	t.Parallel()
	for model, thinks := range map[string]bool{"anthropic.claude-sonnet-4-5-20250929-v1:0": false, "global.anthropic.claude-opus-4-7": true, "anthropic.claude-sonnet-5": true} {
		c := &llm.Conversation{Reasoning: llm.Reasoning{Effort: "high"}}
		c.Add(llm.User, llm.Part{Text: "hi"})
		c.Add(llm.Assistant, llm.Part{Kind: llm.ToolCall, ID: "a", Name: "f", Data: []byte("{}")})
		c.Add(llm.User, llm.Part{Kind: llm.ToolResult, ID: "a", Parts: []llm.Part{{Text: "ok"}}})
		notes := &llm.Notes{}
		out, err := Wire{}.Render(&llm.Call{Choices: 1}, c, llm.Edit{Model: model, DefaultOutput: 64_000, Notes: notes})
		if err != nil || bytes.Contains(out, []byte(`"thinking"`)) != thinks || len(notes.Warnings()) > 0 == thinks {
			t.Errorf("%s: %s, %v, %v", model, out, notes.Warnings(), err)
		}
	}
}

// TestOpenAIsOpenModelsAreAskedInTheirThreeWords: they refuse every other effort, and an empty one.
func TestOpenAIsOpenModelsAreAskedInTheirThreeWords(t *testing.T) {
	t.Parallel()
	for want, wants := range map[string][]llm.Reasoning{
		"":       {{Adaptive: true}, {Effort: "none"}},
		"low":    {{Budget: 1024}, {Effort: "minimal"}, {Effort: "low"}},
		"medium": {{Effort: "medium"}},
		"high":   {{Effort: "high"}, {Effort: "xhigh"}, {Effort: "max"}},
	} {
		for _, r := range wants {
			c := &llm.Conversation{Reasoning: r}
			c.Add(llm.User, llm.Part{Text: "hi"})
			out, err := Wire{}.Render(&llm.Call{Choices: 1}, c, llm.Edit{Model: "openai.gpt-oss-120b-1:0"})
			if err != nil || bytes.Contains(out, []byte("reasoning_effort")) != (want != "") || want != "" && !bytes.Contains(out, []byte(`"reasoning_effort":"`+want+`"`)) {
				t.Errorf("%v: %s, %v", r, out, err)
			}
		}
	}
}
