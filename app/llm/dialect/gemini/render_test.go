package gemini_test

import (
	"bytes"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
)

// TestPenaltiesGoToModelsThatTakeThem: those from 2.5 on answer 400 to any but 0.
func TestPenaltiesGoToModelsThatTakeThem(t *testing.T) {
	t.Parallel()
	for model, takes := range map[string]bool{"gemini-2.0-flash": true, "gemma-3-27b-it": true, "gemini-2.5-flash": false, "models/gemini-2.5-pro": false, "gemini-3-pro-preview": false, "gemini-3.8-flash": false,
		"gemini-flash-latest": false, "gemini-2.0-flash-latest": true} {
		for _, value := range []llm.Number{"0.5", "0"} {
			c := &llm.Conversation{Sampling: llm.Sampling{PresencePenalty: value, FrequencyPenalty: value}}
			c.Add(llm.User, llm.Part{Text: "hi"})
			notes := &llm.Notes{}
			out, err := gemini.Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: model, Notes: notes})
			if err != nil || bytes.Contains(out, []byte("presencePenalty")) != takes || bytes.Contains(out, []byte("frequencyPenalty")) != takes || (len(notes.Warnings()) == 2) != (!takes && value != "0") {
				t.Errorf("%s, %s: %s, %v, %v", model, value, out, notes.Warnings(), err)
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
	out, err := gemini.Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: "gemini-2.0-flash", Notes: notes})
	if err != nil || bytes.Contains(bytes.ToLower(out), []byte("logprobs")) || len(notes.Warnings()) != 2 {
		t.Errorf("%s, %v, %v", out, notes.Warnings(), err)
	}
}

// TestThinkingIsAskedForInWordsThatTheModelTakes: what cannot think so little answers 400 to "minimal".
func TestThinkingIsAskedForInWordsThatTheModelTakes(t *testing.T) {
	t.Parallel()
	for model, want := range map[string]string{
		"gemini-3-flash-preview":              "minimal",
		"models/gemini-3.6-flash":             "minimal",
		"gemini-3.7-flash":                    "low",
		"gemini-3.8-flash":                    "low",
		"gemini-3.10-flash":                   "low",
		"gemini-3.7-flash-lite":               "minimal",
		"gemini-3.1-flash-lite-image-preview": "minimal",
		"gemini-3.1-pro-preview":              "low",
		"gemini-4-flash":                      "low",
		"gemini-flash-latest":                 "low",
		"gemini-pro-latest":                   "low",
		"models/gemini-flash-lite-latest":     "minimal",
	} {
		for _, wants := range []llm.Reasoning{{Effort: "none"}, {Effort: "minimal"}, {Budget: 1024}} {
			c := &llm.Conversation{Reasoning: wants}
			c.Add(llm.User, llm.Part{Text: "hi"})
			out, err := gemini.Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: model})
			if err != nil || !bytes.Contains(out, []byte(`"thinkingLevel":"`+want+`"`)) {
				t.Errorf("%s wants %v: %s, %v", model, wants, out, err)
			}
		}
	}
}

// TestCallsOfOthersAreSignedForModelsThatDemandIt, which those behind names without a version are.
func TestCallsOfOthersAreSignedForModelsThatDemandIt(t *testing.T) {
	t.Parallel()
	for model, signed := range map[string]bool{"gemini-2.5-flash": false, "gemini-2.5-flash-latest": false, "gemini-3-pro-preview": true, "gemini-flash-latest": true, "gemini-flash-lite-latest": true, "gemini-pro-latest": true} {
		c := &llm.Conversation{Tools: []llm.Tool{{Name: "f"}}}
		c.Add(llm.User, llm.Part{Text: "hi"})
		c.Add(llm.Assistant, llm.Part{Kind: llm.ToolCall, ID: "call_1", Name: "f", Data: []byte("{}")})
		c.Add(llm.User, llm.Part{Kind: llm.ToolResult, ID: "call_1", Text: "ok"})
		out, err := gemini.Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: model})
		if err != nil || bytes.Contains(out, []byte("thoughtSignature")) != signed {
			t.Errorf("%s: %s, %v", model, out, err)
		}
	}
}

// TestMediaInResultsStandWhereTheModelTakesThem: up to 2.5 nowhere in them, later not by address at AI Studio, and texts are no media.
func TestMediaInResultsStandWhereTheModelTakesThem(t *testing.T) {
	t.Parallel()
	const png, behind = `{"inlineData":{"mimeType":"image/png","data":"aGk="}}`, `,"role":"user"},{"parts":[{"text":"[image 1]"},`
	picture := &llm.Media{Type: "image/png", Base64: "aGk="}
	address := &llm.Media{Type: "image/png", URL: "https://example.com/a.png"}
	for name, x := range map[string]struct {
		model  string
		vertex bool
		gave   llm.Part
		want   string
	}{
		"picture, 3":           {"gemini-3-pro", false, llm.Part{Kind: llm.Image, Media: picture}, `"response":{"output":"seen"},"parts":[` + png + `]`},
		"picture, 2.5":         {"gemini-2.5-flash", true, llm.Part{Kind: llm.Image, Media: picture}, `"response":{"output":"seen\n\n[image 1: shown below]"}}}]` + behind + png + `,{"text":"go on"}]`},
		"address, Vertex":      {"gemini-3-pro", true, llm.Part{Kind: llm.Image, Media: address}, `"parts":[{"fileData":{"mimeType":"image/png","fileUri":"https://example.com/a.png"}}]`},
		"address, AI Studio":   {"gemini-3-pro", false, llm.Part{Kind: llm.Image, Media: address}, `[image 1: shown below]"}}}]` + behind + `{"fileData":`},
		"text, 3":              {"gemini-3-pro", false, llm.Part{Kind: llm.Document, Media: &llm.Media{Text: "read"}}, `"response":{"output":"seen\n\nread"}}},{"text":"go on"}]`},
		"text, 2.5":            {"gemini-2.5-flash", false, llm.Part{Kind: llm.Document, Media: &llm.Media{Text: "read"}}, `"response":{"output":"seen\n\nread"}}},{"text":"go on"}]`},
		"picture, tuned model": {"projects/1/locations/x/endpoints/2", true, llm.Part{Kind: llm.Image, Media: picture}, `"parts":[` + png + `]`},
	} {
		c := &llm.Conversation{Tools: []llm.Tool{{Name: "f"}}}
		c.Add(llm.User, llm.Part{Text: "hi"})
		c.Add(llm.Assistant, llm.Part{Kind: llm.ToolCall, ID: "call_1", Name: "f", Data: []byte("{}")})
		c.Add(llm.User, llm.Part{Kind: llm.ToolResult, ID: "call_1", Parts: []llm.Part{{Text: "seen"}, x.gave}}, llm.Part{Text: "go on"})
		notes := &llm.Notes{}
		out, err := gemini.Wire{Vertex: x.vertex}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: x.model, Notes: notes})
		if err != nil || !bytes.Contains(out, []byte(x.want)) || len(notes.Warnings()) > 0 != bytes.Contains(out, []byte("below")) {
			t.Errorf("%s: %s, %v, %v", name, out, notes.Warnings(), err)
		}
	}
}

// TestAFormatBesideToolsIsSaidInWordsToModelsThatTakeNone: those up to 2.5 answer 400.
func TestAFormatBesideToolsIsSaidInWordsToModelsThatTakeNone(t *testing.T) {
	t.Parallel()
	schema := []byte(`{"type":"object"}`)
	for _, x := range []struct {
		model         string
		tools, spoken bool
	}{{"gemini-2.5-pro", true, true}, {"gemini-2.5-pro", false, false}, {"gemini-2.0-flash", true, true}, {"gemini-3-pro-preview", true, false}, {"gemini-flash-latest", true, false}} {
		for _, kind := range []llm.FormatKind{llm.FormatJSON, llm.FormatSchema} {
			c := &llm.Conversation{Format: llm.Format{Kind: kind}}
			said := "Answer with one JSON object"
			if kind == llm.FormatSchema {
				c.Format.Schema, said = schema, `under the following JSON Schema`
			}
			if x.tools {
				c.Tools = []llm.Tool{{Name: "f"}}
			}
			c.Add(llm.System, llm.Part{Text: "be good"})
			c.Add(llm.User, llm.Part{Text: "hi"})
			notes := &llm.Notes{}
			out, err := gemini.Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: x.model, Notes: notes})
			if err != nil || bytes.Contains(out, []byte(`"systemInstruction":{"parts":[{"text":"be good"},{"text":"Answer with`)) != x.spoken || bytes.Contains(out, []byte(said)) != x.spoken ||
				bytes.Contains(out, []byte("responseMimeType")) == x.spoken || bytes.Contains(out, []byte("responseJsonSchema")) != (kind == llm.FormatSchema && !x.spoken) || len(notes.Warnings()) > 0 != x.spoken {
				t.Errorf("%s, tools %v, %v: %s, %v, %v", x.model, x.tools, kind, out, notes.Warnings(), err)
			}
		}
	}
}
