package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// geminiSpeaker asks and hears as Google's clients do.
func geminiSpeaker() speaker {
	chat := func(contents, more string) posed {
		const model = "/v1beta/models/smart:"
		return posed{path: model + "generateContent", streams: model + "streamGenerateContent?alt=sse", body: `{"contents":[` + contents + `]` + more + `}`}
	}
	const hi = `{"role":"user","parts":[{"text":"hi"}]}`
	const tools = `,"tools":[{"functionDeclarations":[{"name":"weather","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}},"required":["city"]}},{"name":"now","parametersJsonSchema":{"type":"object","properties":{}}}]}]`
	return speaker{family: llm.Gemini, headers: []string{"X-Goog-Api-Key", "good"}, hear: geminiHear, refused: bodhiCode, ask: map[string]posed{
		"text":           chat(hi, ``),
		"system":         chat(hi, `,"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be kind."}]}`),
		"tools":          chat(hi, tools),
		"parallel tools": chat(hi, tools+`,"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}`),
		"tool results": chat(hi+`,{"role":"model","parts":[{"functionCall":{"name":"weather","args":{"city":"Rome"}}},{"functionCall":{"name":"now","args":{}}}]},
			{"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"output":"sunny"}}},{"functionResponse":{"name":"now","response":{"hour":12}}}]}`, tools),
		"image":          chat(`{"role":"user","parts":[{"text":"see"},{"inlineData":{"mimeType":"image/png","data":"`+pixel+`"}}]}`, ``),
		"PDF":            chat(`{"role":"user","parts":[{"text":"read"},{"inline_data":{"mime_type":"application/pdf","data":"`+paper+`"}}]}`, ``),
		"JSON schema":    chat(hi, `,"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"total":{"type":"NUMBER"}},"required":["total"]}}`),
		"thinking":       chat(hi, `,"generationConfig":{"thinkingConfig":{"thinkingBudget":1024,"includeThoughts":true}}`),
		"prompt caching": chat(`{"role":"user","parts":[{"text":"a rather long text to be kept"}]}`, ``),
		"output cap":     chat(hi, `,"generationConfig":{"maxOutputTokens":2}`),
		"usage":          chat(hi, ``),
	}}
}

// geminiHear reads an answer, or adds up its chunks, in either framing.
func geminiHear(t *testing.T, body string, streamed bool) (h heard) {
	t.Helper()
	if !streamed {
		h.content(t, body)
		return h
	}
	if strings.HasPrefix(strings.TrimSpace(body), "[") {
		var list []json.RawMessage
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		for _, raw := range list {
			h.content(t, string(raw))
		}
		return h
	}
	for event := range strings.SplitSeq(body, "\r\n\r\n") {
		data, ok := strings.CutPrefix(event, "data: ")
		if !ok && strings.TrimSpace(event) != "" {
			t.Errorf("Google's SDKs do not take %q", event)
		}
		if ok {
			h.content(t, data)
		}
	}
	return h
}

func (h *heard) content(t *testing.T, raw string) {
	t.Helper()
	var v struct {
		Candidates []struct {
			Content struct {
				Parts []struct {
					Text      string
					Thought   bool
					Signature string `json:"thoughtSignature"`
					Call      *struct {
						ID, Name string
						Args     json.RawMessage
					} `json:"functionCall"`
				}
			}
			Finish string `json:"finishReason"`
		}
		Usage *struct {
			Prompt     int64 `json:"promptTokenCount"`
			Cached     int64 `json:"cachedContentTokenCount"`
			Candidates int64 `json:"candidatesTokenCount"`
			Thoughts   int64 `json:"thoughtsTokenCount"`
		} `json:"usageMetadata"`
	}
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	for _, c := range v.Candidates {
		for _, p := range c.Content.Parts {
			h.signature += p.Signature
			switch {
			case p.Call != nil:
				if p.Call.ID == "" {
					p.Call.ID = "none" // Google gives none either
				}
				h.calls = append(h.calls, called{p.Call.ID, p.Call.Name, string(p.Call.Args)})
			case p.Thought:
				h.thinking += p.Text
			default:
				h.text += p.Text
			}
		}
		h.complete = h.complete || c.Finish != ""
		if c.Finish == "MAX_TOKENS" {
			h.reason = llm.Length
		} else if c.Finish == "STOP" && len(h.calls) > 0 {
			h.reason = llm.Calls
		}
	}
	if u := v.Usage; u != nil {
		h.input, h.cached, h.output = u.Prompt, u.Cached, u.Candidates+u.Thoughts
	}
}
