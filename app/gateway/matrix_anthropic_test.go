package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// anthropicSpeaker asks and hears as Anthropic's clients do.
func anthropicSpeaker() speaker {
	chat := func(messages, more string) posed {
		if !strings.Contains(more, "max_tokens") {
			more += `,"max_tokens":2000`
		}
		return posed{path: "/v1/messages?beta=true", body: `{"model":"$MODEL","stream":$STREAM,"messages":[` + messages + `]` + more + `}`}
	}
	const hi = `{"role":"user","content":"hi"}`
	const tools = `,"tools":[{"name":"weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},{"name":"now","input_schema":{"type":"object","properties":{}}}]`
	return speaker{family: llm.Anthropic, headers: []string{"Anthropic-Version", "2023-06-01"}, hear: anthropicHear, refused: bodhiCode, ask: map[string]posed{
		"text":           chat(hi, ``),
		"system":         chat(hi, `,"system":[{"type":"text","text":"x-anthropic-billing-header: cch=0;"},{"type":"text","text":"Be brief."}]`),
		"tools":          chat(hi, tools+`,"tool_choice":{"type":"auto","disable_parallel_tool_use":true}`),
		"parallel tools": chat(hi, tools+`,"tool_choice":{"type":"any"}`),
		"tool results": chat(hi+`,{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Rome"}},{"type":"tool_use","id":"toolu_2","name":"now","input":{}}]},
			{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"sunny"},{"type":"tool_result","tool_use_id":"toolu_2","content":[{"type":"text","text":"noon"}]}]}`, tools),
		"image":          chat(`{"role":"user","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"`+pixel+`"}}]}`, ``),
		"PDF":            chat(`{"role":"user","content":[{"type":"text","text":"read"},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"`+paper+`"}}]}`, ``),
		"JSON schema":    chat(hi, `,"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"total":{"type":"number"}},"required":["total"],"additionalProperties":false}}}`),
		"thinking":       chat(hi, `,"thinking":{"type":"enabled","budget_tokens":1024}`),
		"prompt caching": chat(`{"role":"user","content":[{"type":"text","text":"a rather long text to be kept","cache_control":{"type":"ephemeral"}}]}`, ``),
		"output cap":     chat(hi, `,"max_tokens":2`),
		"usage":          chat(hi, ``),
	}}
}

type anthropicBlock struct {
	Type, Text, Thinking, Signature, ID, Name string
	Input                                     json.RawMessage
}

type anthropicCounts struct {
	Input  *int64 `json:"input_tokens"`
	Output *int64 `json:"output_tokens"`
	Reads  *int64 `json:"cache_read_input_tokens"`
	Writes int64  `json:"cache_creation_input_tokens"`
}

var anthropicReasons = map[string]llm.Reason{"max_tokens": llm.Length, "tool_use": llm.Calls, "end_turn": llm.Stopped}

// anthropicHear reads a message, or adds up its events, strictly: blocks begin and end one after the other.
func anthropicHear(t *testing.T, body string, streamed bool) (h heard) {
	t.Helper()
	var in, out, reads int64
	count := func(u anthropicCounts) {
		for _, x := range []struct{ from, into *int64 }{{u.Input, &in}, {u.Output, &out}, {u.Reads, &reads}} {
			if x.from != nil {
				*x.into = *x.from
			}
		}
		h.input, h.output, h.cached = in+reads+u.Writes, out, reads
	}
	add := func(b anthropicBlock) {
		h.text, h.thinking, h.signature = h.text+b.Text, h.thinking+b.Thinking, h.signature+b.Signature
		if b.Type == "tool_use" {
			h.calls = append(h.calls, called{b.ID, b.Name, string(b.Input)})
		}
	}
	if !streamed {
		var m struct {
			Type       string
			Content    []anthropicBlock
			StopReason string `json:"stop_reason"`
			Usage      anthropicCounts
		}
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		for _, b := range m.Content {
			add(b)
		}
		count(m.Usage)
		h.reason, h.complete = anthropicReasons[m.StopReason], m.Type == "message"
		return h
	}
	open, next := -1, 0
	for part := range strings.SplitSeq(body, "\n\n") {
		name, data := "", ""
		for line := range strings.SplitSeq(part, "\n") {
			if v, ok := strings.CutPrefix(line, "event: "); ok {
				name = v
			}
			if v, ok := strings.CutPrefix(line, "data: "); ok {
				data = v
			}
		}
		if data == "" || name == "surprise" { // clients pass over events that they do not know
			continue
		}
		var e struct {
			Type    string
			Index   int
			Message struct{ Usage anthropicCounts }
			Block   anthropicBlock `json:"content_block"`
			Delta   struct {
				Text, Thinking, Signature string
				Partial                   string `json:"partial_json"`
				StopReason                string `json:"stop_reason"`
			}
			Usage anthropicCounts
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil || e.Type != name {
			t.Fatalf("%v: event %q: %s", err, name, data)
		}
		switch name {
		case "message_start":
			count(e.Message.Usage)
		case "content_block_start":
			if open != -1 || e.Index != next {
				t.Errorf("block %d begins while %d is open, %d was to come", e.Index, open, next)
			}
			open, next = e.Index, next+1
			e.Block.Input = nil
			add(e.Block)
		case "content_block_delta":
			if e.Index != open {
				t.Errorf("a delta of block %d while %d is open", e.Index, open)
			}
			h.text, h.thinking, h.signature = h.text+e.Delta.Text, h.thinking+e.Delta.Thinking, h.signature+e.Delta.Signature
			if n := len(h.calls); n > 0 {
				h.calls[n-1].args += e.Delta.Partial
			}
		case "content_block_stop":
			open = -1
		case "message_delta":
			h.reason = anthropicReasons[e.Delta.StopReason]
			count(e.Usage)
		case "message_stop":
			h.complete = open == -1
		}
	}
	return h
}
