package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

const (
	pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	paper = "JVBERi0xLjQKJcOkw7zDtsOfCg=="
)

// openaiSpeaker asks and hears as OpenAI's clients do.
func openaiSpeaker() speaker {
	chat := func(messages, more string) posed {
		return posed{path: "/v1/chat/completions", body: `{"model":"$MODEL","stream":$STREAM,"stream_options":$OPTIONS,"messages":[` + messages + `]` + more + `}`}
	}
	const hi = `{"role":"user","content":"hi"}`
	const tools = `,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}},{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]`
	return speaker{family: llm.OpenAI, hear: openaiHear, refused: bodhiCode, ask: map[string]posed{
		"text":           chat(hi, ``),
		"system":         chat(`{"role":"system","content":"Be brief."},{"role":"developer","content":"Be kind."},`+hi, ``),
		"tools":          chat(hi, tools+`,"parallel_tool_calls":false,"tool_choice":"auto"`),
		"parallel tools": chat(hi, tools+`,"parallel_tool_calls":true,"tool_choice":"required"`),
		"tool results": chat(hi+`,{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}},
			{"id":"call_2","type":"function","function":{"name":"now","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"sunny"},{"role":"tool","tool_call_id":"call_2","content":"noon"}`, tools),
		"image":          chat(`{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,`+pixel+`"}}]}`, ``),
		"PDF":            chat(`{"role":"user","content":[{"type":"text","text":"read"},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,`+paper+`"}}]}`, ``),
		"JSON schema":    chat(hi, `,"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","properties":{"total":{"type":"number"}},"required":["total"],"additionalProperties":false}}}`),
		"thinking":       chat(hi, `,"reasoning_effort":"low"`),
		"prompt caching": chat(`{"role":"user","content":[{"type":"text","text":"a rather long text to be kept","cache_control":{"type":"ephemeral"}}]}`, ``),
		"output cap":     chat(hi, `,"max_completion_tokens":2`),
		"usage":          chat(hi, ``),
	}}
}

func bodhiCode(body string) string {
	var v struct {
		Error struct{ Bodhi struct{ Code string } }
	}
	_ = json.Unmarshal([]byte(body), &v)
	return v.Error.Bodhi.Code
}

type openaiMessage struct {
	Content   string
	Thinking  string                       `json:"reasoning_content"`
	Thoughts  []struct{ Signature string } `json:"reasoning_details"`
	ToolCalls []struct {
		Index    int
		ID       string
		Function struct{ Name, Arguments string }
	} `json:"tool_calls"`
}

// openaiHear reads a completion, or adds up its chunks. Streams ask for their usage.
func openaiHear(t *testing.T, body string, streamed bool) (h heard) {
	t.Helper()
	read := func(raw string) {
		var v struct {
			Choices []struct {
				Message, Delta openaiMessage
				Finish         string `json:"finish_reason"`
			}
			Usage *struct {
				Prompt     int64 `json:"prompt_tokens"`
				Completion int64 `json:"completion_tokens"`
				Details    struct {
					Cached int64 `json:"cached_tokens"`
				} `json:"prompt_tokens_details"`
			}
		}
		if err := json.Unmarshal([]byte(raw), &v); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		for _, c := range v.Choices {
			m := c.Message
			if streamed {
				m = c.Delta
			}
			h.text, h.thinking = h.text+m.Content, h.thinking+m.Thinking
			for _, d := range m.Thoughts {
				h.signature += d.Signature
			}
			for i, d := range m.ToolCalls {
				if !streamed {
					d.Index = i
				}
				if d.Index < 0 {
					continue // no client could place it
				}
				for len(h.calls) <= d.Index {
					h.calls = append(h.calls, called{})
				}
				k := &h.calls[d.Index]
				k.id, k.name, k.args = k.id+d.ID, k.name+d.Function.Name, k.args+d.Function.Arguments
			}
			switch c.Finish {
			case "length":
				h.reason = llm.Length
			case "tool_calls":
				h.reason = llm.Calls
			}
			h.complete = h.complete || c.Finish != "" && !streamed
		}
		if u := v.Usage; u != nil {
			h.input, h.output, h.cached = u.Prompt, u.Completion, u.Details.Cached
		}
	}
	if !streamed {
		read(body)
		return h
	}
	for line := range strings.SplitSeq(body, "\n") {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			if data == "[DONE]" {
				h.complete = true
				continue
			}
			read(data)
		}
	}
	return h
}
