package gateway

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// bedrockSpeaker asks and hears as AWS's clients do.
func bedrockSpeaker() speaker {
	chat := func(messages, more string) posed {
		return posed{path: "/model/smart/converse", streams: "/model/smart/converse-stream", body: `{"messages":[` + messages + `]` + more + `}`}
	}
	const hi = `{"role":"user","content":[{"text":"hi"}]}`
	const tools = `{"toolSpec":{"name":"weather","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}},{"toolSpec":{"name":"now","inputSchema":{"json":{"type":"object","properties":{}}}}}]`
	return speaker{family: llm.Bedrock, hear: bedrockHear, refused: bodhiCode, ask: map[string]posed{
		"text":           chat(hi, ``),
		"system":         chat(hi, `,"system":[{"text":"Be brief."},{"text":"Be kind."}]`),
		"tools":          chat(hi, `,"toolConfig":{"tools":[`+tools+`}`),
		"parallel tools": chat(hi, `,"toolConfig":{"toolChoice":{"any":{}},"tools":[`+tools+`}`),
		"tool results": chat(hi+`,{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"weather","input":{"city":"Rome"}}},{"toolUse":{"toolUseId":"t2","name":"now","input":{}}}]},
			{"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"sunny"}]}},{"toolResult":{"toolUseId":"t2","content":[{"json":{"hour":12}}],"status":"success"}}]}`, `,"toolConfig":{"tools":[`+tools+`}`),
		"image":          chat(`{"role":"user","content":[{"text":"see"},{"image":{"format":"png","source":{"bytes":"`+pixel+`"}}}]}`, ``),
		"PDF":            chat(`{"role":"user","content":[{"text":"read"},{"document":{"format":"pdf","name":"paper","source":{"bytes":"`+paper+`"}}}]}`, ``),
		"JSON schema":    chat(hi, `,"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"total","schema":"{\"type\":\"object\",\"properties\":{\"total\":{\"type\":\"number\"}},\"required\":[\"total\"]}"}}}}`),
		"thinking":       chat(hi, `,"inferenceConfig":{"maxTokens":2000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}`),
		"prompt caching": chat(`{"role":"user","content":[{"text":"a rather long text to be kept"},{"cachePoint":{"type":"default"}}]}`, ``),
		"output cap":     chat(hi, `,"inferenceConfig":{"maxTokens":2}`),
		"usage":          chat(hi, ``),
	}}
}

// bedrockHear reads an answer, or adds up its frames with AWS's own reader.
func bedrockHear(t *testing.T, body string, streamed bool) (h heard) {
	t.Helper()
	type counts struct{ InputTokens, OutputTokens, CacheReadInputTokens, CacheWriteInputTokens int64 }
	use := func(u *counts) {
		h.input, h.cached, h.output = u.InputTokens+u.CacheReadInputTokens+u.CacheWriteInputTokens, u.CacheReadInputTokens, u.OutputTokens
		h.complete = true
	}
	reason := map[string]llm.Reason{"tool_use": llm.Calls, "max_tokens": llm.Length}
	if !streamed {
		var v struct {
			Output struct {
				Message struct {
					Content []struct {
						Text    string
						ToolUse *struct {
							ToolUseID, Name string
							Input           json.RawMessage
						}
						ReasoningContent struct {
							ReasoningText struct{ Text, Signature string }
						}
					}
				}
			}
			StopReason string
			Usage      counts
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		for _, c := range v.Output.Message.Content {
			h.text += c.Text
			h.thinking += c.ReasoningContent.ReasoningText.Text
			h.signature += c.ReasoningContent.ReasoningText.Signature
			if c.ToolUse != nil {
				h.calls = append(h.calls, called{c.ToolUse.ToolUseID, c.ToolUse.Name, string(c.ToolUse.Input)})
			}
		}
		h.reason = reason[v.StopReason]
		use(&v.Usage)
		return h
	}
	d := eventstream.NewDecoder()
	for in := strings.NewReader(body); ; {
		m, err := d.Decode(in, nil)
		if errors.Is(err, io.EOF) {
			return h
		}
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			Start struct {
				ToolUse struct{ ToolUseID, Name string }
			}
			Delta struct {
				Text             string
				ToolUse          struct{ Input string }
				ReasoningContent struct{ Text, Signature string }
			}
			StopReason string
			Usage      *counts
		}
		if err := json.Unmarshal(m.Payload, &v); err != nil {
			t.Fatalf("%v: %s", err, m.Payload)
		}
		if v.Start.ToolUse.Name != "" {
			h.calls = append(h.calls, called{v.Start.ToolUse.ToolUseID, v.Start.ToolUse.Name, ""})
		}
		if n := len(h.calls); n > 0 {
			h.calls[n-1].args += v.Delta.ToolUse.Input
		}
		h.text += v.Delta.Text
		h.thinking += v.Delta.ReasoningContent.Text
		h.signature += v.Delta.ReasoningContent.Signature
		if v.StopReason != "" {
			h.reason = reason[v.StopReason]
		}
		if v.Usage != nil {
			use(v.Usage)
		}
		if name := m.Headers.Get(":event-type"); name != nil && name.String() == "metadata" {
			h.complete = true
		}
	}
}
