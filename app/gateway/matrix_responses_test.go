package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// responsesSpeaker asks and hears as clients of OpenAI's Responses API do.
func responsesSpeaker() speaker {
	ask := func(input, more string) posed {
		return posed{path: "/v1/responses", body: `{"model":"$MODEL","stream":$STREAM,"store":false,"include":["reasoning.encrypted_content"],"input":` + input + more + `}`}
	}
	const hi = `"hi"`
	const tools = `,"tools":[{"type":"function","name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},{"type":"function","name":"now","parameters":{"type":"object","properties":{}}}]`
	return speaker{family: llm.Responses, hear: responsesHear, refused: bodhiCode, ask: map[string]posed{
		"text":           ask(hi, ``),
		"system":         ask(`[{"role":"developer","content":"Be kind."},{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}]`, `,"instructions":"Be brief."`),
		"tools":          ask(hi, tools+`,"parallel_tool_calls":false,"tool_choice":"auto"`),
		"parallel tools": ask(hi, tools+`,"parallel_tool_calls":true,"tool_choice":"required"`),
		"tool results": ask(`[{"role":"user","content":"hi"},{"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\"city\":\"Rome\"}"},
			{"type":"function_call","call_id":"call_2","name":"now","arguments":"{}"},{"type":"function_call_output","call_id":"call_1","output":"sunny"},
			{"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"noon"}]}]`, tools),
		"image":          ask(`[{"role":"user","content":[{"type":"input_text","text":"see"},{"type":"input_image","image_url":"data:image/png;base64,`+pixel+`"}]}]`, ``),
		"PDF":            ask(`[{"role":"user","content":[{"type":"input_text","text":"read"},{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,`+paper+`"}]}]`, ``),
		"JSON schema":    ask(hi, `,"text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"type":"object","properties":{"total":{"type":"number"}},"required":["total"],"additionalProperties":false}}}`),
		"thinking":       ask(hi, `,"reasoning":{"effort":"low","summary":"auto"}`),
		"prompt caching": ask(`"a rather long text to be kept"`, ``),
		"output cap":     ask(hi, `,"max_output_tokens":2`),
		"usage":          ask(hi, ``),
	}}
}

type responsesAnswer struct {
	Status string
	Output []struct {
		Type, Name, Arguments string
		CallID                string `json:"call_id"`
		Encrypted             string `json:"encrypted_content"`
		Content, Summary      []struct{ Text string }
	}
	Usage *struct {
		Input  int64 `json:"input_tokens"`
		Output int64 `json:"output_tokens"`
		In     struct {
			Cached int64 `json:"cached_tokens"`
		} `json:"input_tokens_details"`
	}
}

// responsesHear reads a response, or a stream of events, whose pieces must add up to the response at its end.
func responsesHear(t *testing.T, body string, streamed bool) (h heard) {
	t.Helper()
	if !streamed {
		return responseHeard(t, body)
	}
	var text, thinking, args string
	number := 0
	for line := range strings.SplitSeq(body, "\n") {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var e struct {
			Type     string
			Number   int `json:"sequence_number"`
			Delta    string
			Response json.RawMessage
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		switch e.Type {
		case "error", "response.failed":
			return h
		case "response.output_text.delta":
			text += e.Delta
		case "response.reasoning_summary_text.delta":
			thinking += e.Delta
		case "response.function_call_arguments.delta":
			args += e.Delta
		case "response.completed", "response.incomplete":
			h = responseHeard(t, string(e.Response))
		}
		if e.Number != number {
			t.Errorf("event %s has number %d, want %d", e.Type, e.Number, number)
		}
		number++
	}
	var all string
	for _, c := range h.calls {
		all += c.args
	}
	if h.complete && (h.text != text || h.thinking != thinking || strings.ReplaceAll(all, "{}", "") != strings.ReplaceAll(args, "{}", "")) {
		t.Errorf("pieces %q %q %q, at the end %+v", text, thinking, args, h)
	}
	return h
}

func responseHeard(t *testing.T, body string) (h heard) {
	t.Helper()
	var a responsesAnswer
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for _, it := range a.Output {
		for _, p := range it.Content {
			h.text += p.Text
		}
		for _, p := range it.Summary {
			h.thinking += p.Text
		}
		h.signature += it.Encrypted
		if it.Type == "function_call" {
			h.calls, h.reason = append(h.calls, called{it.CallID, it.Name, it.Arguments}), llm.Calls
		}
	}
	if a.Status == "incomplete" {
		h.reason = llm.Length
	}
	h.complete = a.Status == "completed" || a.Status == "incomplete"
	if u := a.Usage; u != nil {
		h.input, h.output, h.cached = u.Input, u.Output, u.In.Cached
	}
	return h
}
