package gemini_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
)

func ask(op llm.Operation, body string) llm.Ask {
	return llm.Ask{Operation: op, Model: "smart", Query: "alt=sse", Body: []byte(body), At: 1}
}

func TestARequestIsReadByWhatPolicyNeeds(t *testing.T) {
	t.Parallel()
	const hi = `"contents":[{"parts":[{"text":"hi"}]}]`
	for _, x := range []struct {
		name, body string
		op         llm.Operation
		check      func(c *llm.Call) bool
	}{
		{"a plain question", `{` + hi + `}`, llm.Chat, func(c *llm.Call) bool {
			return c.Model == "smart" && c.Choices == 1 && c.MaxOutput == 0 && c.Bound.Messages == 1 && c.Needs == llm.Needs{} && c.Bound.TextBytes == int64(len(c.Body))
		}},
		{"the cap and the number of answers", `{` + hi + `,"generationConfig":{"maxOutputTokens":50,"candidateCount":3}}`, llm.Chat, func(c *llm.Call) bool { return c.MaxOutput == 50 && c.Choices == 3 }},
		{"the same in snake_case", `{` + hi + `,"generation_config":{"max_output_tokens":50,"candidate_count":3}}`, llm.Chat, func(c *llm.Call) bool { return c.MaxOutput == 50 && c.Choices == 3 }},
		{"functions", `{` + hi + `,"tools":[{"functionDeclarations":[{"name":"f"}]}]}`, llm.Chat, func(c *llm.Call) bool {
			return c.Needs.Tools && c.Bound.Framing > 0 && !c.Bound.Opaque && c.Bound.Searches == 0
		}},
		{"a search, whose findings come into the input", `{` + hi + `,"tools":[{"google_search":{}}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Searches > 0 && c.Bound.Opaque && !c.Bound.Unpriced }},
		{"addresses to read", `{` + hi + `,"tools":[{"urlContext":{}}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Opaque && c.Bound.Searches == 0 && !c.Bound.Unpriced }},
		{"code that is run, whose output comes into the input", `{` + hi + `,"tools":[{"codeExecution":{}}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Opaque && !c.Bound.Unpriced }},
		{"files to search", `{` + hi + `,"tools":[{"file_search":{}}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Opaque && !c.Bound.Unpriced }},
		{"maps, which cost apart", `{` + hi + `,"tools":[{"googleMaps":{}}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Opaque && c.Bound.Unpriced && c.Bound.Searches == 0 }},
		{"Vertex' retrieval, which costs apart", `{` + hi + `,"tools":[{"retrieval":{"vertexAiSearch":{}}}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Opaque && c.Bound.Unpriced }},
		{"a tool that is null", `{` + hi + `,"tools":[{"googleMaps":null}]}`, llm.Chat, func(c *llm.Call) bool { return !c.Bound.Opaque && !c.Bound.Unpriced }},
		{"a picture is no text", `{"contents":[{"parts":[{"inlineData":{"data":"` + strings.Repeat("A", 4000) + `","mimeType":"image/png"}}]}]}`, llm.Chat, func(c *llm.Call) bool {
			return c.Needs.Vision && c.Bound.Images == 1 && c.Bound.TextBytes < 200 && !c.Bound.Opaque
		}},
		{"a sound has a length", `{"contents":[{"parts":[{"inline_data":{"mime_type":"audio/wav","data":"` + strings.Repeat("A", 8000) + `"}}]}]}`, llm.Chat, func(c *llm.Call) bool {
			return c.Needs.Audio && c.Bound.AudioSecs == 7 && c.Bound.TextBytes < 200
		}},
		{"a PDF may hold anything", `{"contents":[{"parts":[{"inlineData":{"mimeType":"application/pdf","data":"AAAA"}}]}]}`, llm.Chat, func(c *llm.Call) bool { return c.Needs.Files && c.Bound.Opaque }},
		{"an inline text is text", `{"contents":[{"parts":[{"inlineData":{"mimeType":"text/plain","data":"AAAA"}}]}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.TextBytes == int64(len(c.Body)) }},
		{"a file elsewhere may hold anything", `{"contents":[{"parts":[{"fileData":{"mimeType":"image/png","fileUri":"https://x/y"}}]}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Opaque }},
		{"a picture in a tool's result", `{"contents":[{"parts":[{"functionResponse":{"name":"f","response":{},"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}]}]}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Images == 1 }},
		{"kept contents", `{` + hi + `,"cachedContent":"cachedContents/1"}`, llm.Chat, func(c *llm.Call) bool { return c.Bound.Opaque }},
		{"thinking", `{` + hi + `,"generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}}`, llm.Chat, func(c *llm.Call) bool { return c.Needs.Reasoning }},
		{"no thinking", `{` + hi + `,"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}`, llm.Chat, func(c *llm.Call) bool { return !c.Needs.Reasoning }},
		{"a schema", `{` + hi + `,"generationConfig":{"responseSchema":{"type":"OBJECT"}}}`, llm.Chat, func(c *llm.Call) bool { return c.Needs.Schema }},
		{"a spoken answer", `{` + hi + `,"generationConfig":{"responseModalities":["AUDIO"]}}`, llm.Chat, func(c *llm.Call) bool { return c.Needs.Audio }},
		{"a tier", `{` + hi + `,"serviceTier":"SERVICE_TIER_PRIORITY"}`, llm.Chat, func(c *llm.Call) bool { return c.Tier == "priority" }},
		{"the usual tier", `{` + hi + `,"serviceTier":"standard"}`, llm.Chat, func(c *llm.Call) bool { return c.Tier == "" }},
		{"a count, wrapped", `{"generateContentRequest":{"model":"models/smart",` + hi + `}}`, llm.CountTokens, func(c *llm.Call) bool { return c.Bound.Messages == 1 }},
		{"an embedding", `{"content":{"parts":[{"text":"a"}]},"outputDimensionality":64}`, llm.Embeddings, func(c *llm.Call) bool { return c.Bound.Messages == 1 && c.Bound.Windows == 1 }},
		{"a batch of them", `{"requests":[{"model":"models/smart","content":{"parts":[{"text":"a"}]}},{"model":"models/smart","content":{"parts":[{"text":"b"}]}}]}`, llm.Embeddings, func(c *llm.Call) bool { return c.Bound.Messages == 2 && c.Bound.Windows == 2 }},
		{"names in the client's own schema", `{` + hi + `,"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"MODEL":{"type":"STRING"},"model":{"type":"STRING"}}}}]}]}`, llm.Chat, func(c *llm.Call) bool { return c.Needs.Tools }},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c, err := gemini.Dialect{}.Decode(ask(x.op, x.body))
			if err != nil || !x.check(c) {
				t.Errorf("%v: %+v", err, c)
			}
		})
	}
}

func TestWhatProvidersMightReadOtherwiseIsRefused(t *testing.T) {
	t.Parallel()
	const hi = `"contents":[{"parts":[{"text":"hi"}]}]`
	for _, x := range []struct{ name, body, field string }{
		{"no object", `[]`, ""},
		{"no JSON", `{` + hi, ""},
		{"nothing asked", `{}`, "contents"},
		{"nobody asked", `{"contents":[]}`, "contents"},
		{"contents that are no list", `{"contents":{"parts":[]}}`, "contents"},
		{"a content that is a text", `{"contents":["hi"]}`, "contents[0].parts"},
		{"a part that is a text", `{"contents":[{"parts":["hi"]}]}`, "contents[0].parts[0].text"},
		{"a key twice", `{` + hi + `,"generationConfig":{"maxOutputTokens":5,"maxOutputTokens":9}}`, "maxOutputTokens"},
		{"a key in both spellings", `{` + hi + `,"generationConfig":{"maxOutputTokens":5,"max_output_tokens":9}}`, "maxOutputTokens"},
		{"contents once more in capitals", `{` + hi + `,"Contents":[]}`, "Contents"},
		{"a cap in another case", `{` + hi + `,"generationConfig":{"MaxOutputTokens":9}}`, "MaxOutputTokens"},
		{"a cap in a mixed spelling", `{` + hi + `,"generationConfig":{"max_outputTokens":9}}`, "max_outputTokens"},
		{"generationConfig in both spellings", `{` + hi + `,"generationConfig":{},"generation_config":{"maxOutputTokens":9}}`, "generationConfig"},
		{"a cap of nothing", `{` + hi + `,"generationConfig":{"maxOutputTokens":0}}`, "maxOutputTokens"},
		{"a cap in quotes", `{` + hi + `,"generationConfig":{"maxOutputTokens":"9"}}`, "maxOutputTokens"},
		{"a cap beyond belief", `{` + hi + `,"generationConfig":{"maxOutputTokens":99999999999}}`, "maxOutputTokens"},
		{"too many answers", `{` + hi + `,"generationConfig":{"candidateCount":1000}}`, "candidateCount"},
		{"a budget beyond belief", `{` + hi + `,"generationConfig":{"thinkingConfig":{"thinkingBudget":-2}}}`, "thinkingBudget"},
		{"tools that are no list", `{` + hi + `,"tools":{}}`, "tools"},
		{"a model that is no name", `{` + hi + `,"model":7}`, "model"},
		{"too many contents", `{"contents":[` + strings.TrimSuffix(strings.Repeat(`{"parts":[]},`, 4097), ",") + `]}`, "contents"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			_, err := gemini.Dialect{}.Decode(ask(llm.Chat, x.body))
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != x.field || f.Public == "" {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := (gemini.Dialect{}).Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{` + hi + `}`)}); err == nil {
		t.Error("a path without a model passes")
	}
}

func TestOnlyWhatIsEditedChanges(t *testing.T) {
	t.Parallel()
	const hi = `"contents" : [ {"parts":[{"text":"hi"}]} ]`
	for _, x := range []struct {
		name, body, want string
		op               llm.Operation
		edit             llm.Edit
	}{
		{"nothing", `{` + hi + `, "x": 1.50}`, `{` + hi + `, "x": 1.50}`, llm.Chat, llm.Edit{Model: "up"}},
		{"a lower cap", `{` + hi + `,"generationConfig":{"a":1,"maxOutputTokens": 90}}`, `{` + hi + `,"generationConfig":{"a":1,"maxOutputTokens": 7}}`, llm.Chat, llm.Edit{MaxOutput: 7}},
		{"a cap that is low enough", `{` + hi + `,"generationConfig":{"maxOutputTokens": 5}}`, `{` + hi + `,"generationConfig":{"maxOutputTokens": 5}}`, llm.Chat, llm.Edit{MaxOutput: 7}},
		{"a cap in snake_case", `{` + hi + `,"generation_config":{"max_output_tokens":90}}`, `{` + hi + `,"generation_config":{"max_output_tokens":7}}`, llm.Chat, llm.Edit{MaxOutput: 7}},
		{"a first cap", `{` + hi + `,"generation_config":{"temperature":1}}`, `{` + hi + `,"generation_config":{"maxOutputTokens":7,"temperature":1}}`, llm.Chat, llm.Edit{MaxOutput: 7}},
		{"a first setting", `{` + hi + `,"generationConfig":{ }}`, `{` + hi + `,"generationConfig":{"maxOutputTokens":7}}`, llm.Chat, llm.Edit{MaxOutput: 7}},
		{"settings that are null", `{` + hi + `,"generationConfig":null}`, `{` + hi + `,"generationConfig":{"maxOutputTokens":7}}`, llm.Chat, llm.Edit{MaxOutput: 7}},
		{"no settings", `{` + hi + `}`, `{"generationConfig":{"maxOutputTokens":7},` + hi + `}`, llm.Chat, llm.Edit{MaxOutput: 7}},
		{"the model's name wherever it stands", `{"requests":[{"model":"models/smart","content":{"parts":[]}},{"content":{"parts":[]},"model":"models/smart"}]}`,
			`{"requests":[{"model":"models/up","content":{"parts":[]}},{"content":{"parts":[]},"model":"models/up"}]}`, llm.Embeddings, llm.Edit{Model: "up"}},
		{"the model in a count", `{"generateContentRequest":{"model":"models/smart",` + hi + `}}`, `{"generateContentRequest":{"model":"models/up",` + hi + `}}`, llm.CountTokens, llm.Edit{Model: "up"}},
	} {
		c, err := gemini.Dialect{}.Decode(ask(x.op, x.body))
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if got := string(gemini.Wire{}.Edited(c, x.edit)); got != x.want || !json.Valid([]byte(got)) {
			t.Errorf("%s: %s", x.name, got)
		}
	}
}
