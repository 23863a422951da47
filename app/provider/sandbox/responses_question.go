package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
)

// responsesRequest is what the sandbox reads of a request to /v1/responses; it ignores fields that it does not know.
type responsesRequest struct {
	Model        string            `json:"model"`
	Input        json.RawMessage   `json:"input"`
	Instructions string            `json:"instructions"`
	Previous     string            `json:"previous_response_id"`
	Stream       bool              `json:"stream"`
	Store        *bool             `json:"store"`
	Background   bool              `json:"background"`
	MaxOutput    *int64            `json:"max_output_tokens"`
	Include      []string          `json:"include"`
	Tools        []responsesTool   `json:"tools"`
	ToolChoice   json.RawMessage   `json:"tool_choice"`
	Parallel     *bool             `json:"parallel_tool_calls"`
	Metadata     map[string]string `json:"metadata"`
	Reasoning    struct {
		Effort  string `json:"effort"`
		Summary string `json:"summary"`
	} `json:"reasoning"`
	Text struct {
		Format struct {
			Type   string          `json:"type"`
			Schema json.RawMessage `json:"schema"`
		} `json:"format"`
	} `json:"text"`
}

type responsesTool struct {
	Type       string          `json:"type"`
	Name       string          `json:"name"`
	Parameters json.RawMessage `json:"parameters"`
}

// inputItem is one item of input.
type inputItem struct {
	Type      string          `json:"type"`
	Role      string          `json:"role"`
	Content   json.RawMessage `json:"content"`
	CallID    string          `json:"call_id"`
	Name      string          `json:"name"`
	Arguments string          `json:"arguments"`
	Input     string          `json:"input"`
	Output    json.RawMessage `json:"output"`
	Encrypted string          `json:"encrypted_content"`
}

// understandResponses validates the request as OpenAI does and makes the sandbox's own question of it.
func (s *Sandbox) understandResponses(r *http.Request) (*question, *responsesRequest, *failure) {
	var m responsesRequest
	if f := decode(r, &m); f != nil {
		return nil, nil, f
	}
	q := &question{key: bearer(r)}
	var f *failure
	if q.base, q.script, f = s.enter(r, m.Model, "sandbox-chat", "sandbox-reasoning", "sandbox-vision"); f != nil {
		return nil, nil, f
	}
	switch {
	case m.Background:
		f = &failure{status: 400, param: "background", message: "The sandbox answers no requests in the background."}
	case m.MaxOutput != nil && *m.MaxOutput < 1:
		f = &failure{status: 400, param: "max_output_tokens", code: "integer_below_min_value", message: "Invalid 'max_output_tokens': integer below minimum value."}
	case len(m.Input) == 0 && m.Previous == "":
		f = &failure{status: 400, message: "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided."}
	default:
		f = s.takeItems(q, &m)
	}
	if f != nil {
		return nil, nil, f
	}
	q.Model, q.Stream, q.MaxTokens, q.ReasoningEffort = m.Model, m.Stream, m.MaxOutput, m.Reasoning.Effort
	q.equipResponses(&m)
	texts, tokens, f := q.read()
	if f != nil {
		return nil, nil, f
	}
	q.cached = s.seen.note(q.key+"\x00"+q.base, texts, tokens)
	if q.script.Cached >= 0 {
		q.cached = min(int64(q.script.Cached), q.prompt)
	}
	return q, &m, nil
}

// takeItems makes messages of what was said before, of the instructions and of the input.
func (s *Sandbox) takeItems(q *question, m *responsesRequest) *failure {
	if m.Previous != "" {
		old, ok := s.kept.get(m.Previous, q.key)
		if !ok {
			return &failure{status: 400, param: "previous_response_id", code: "previous_response_not_found",
				message: "Previous response with id '" + m.Previous + "' not found."}
		}
		q.Messages = append(q.Messages, old.messages...)
	}
	if m.Instructions != "" {
		q.Messages = append([]message{{Role: "system", Content: encode(m.Instructions)}}, q.Messages...)
	}
	if len(m.Input) == 0 {
		return nil
	}
	if m.Input[0] == '"' {
		q.Messages = append(q.Messages, message{Role: "user", Content: m.Input})
		return nil
	}
	var list []inputItem
	if json.Unmarshal(m.Input, &list) != nil {
		return &failure{status: 400, param: "input", code: "invalid_type", message: "Invalid type for 'input': expected one of a string or array of input items."}
	}
	for i := range list {
		if f := q.take(&list[i], fmt.Sprintf("input[%d]", i)); f != nil {
			return f
		}
	}
	return nil
}

// take makes the sandbox's own message of an item.
func (q *question) take(in *inputItem, at string) *failure {
	switch in.Type {
	case "", "message":
		content, ok := ownContent(in.Content)
		if !ok || !slices.Contains([]string{"user", "assistant", "system", "developer"}, in.Role) {
			return &failure{status: 400, param: at, code: "invalid_value", message: "Invalid value for '" + at + "'."}
		}
		q.Messages = append(q.Messages, message{Role: in.Role, Content: content})
	case "function_call", "custom_tool_call":
		q.Messages = append(q.Messages, message{Role: "assistant", ToolCalls: encode([]string{in.CallID, in.Name, in.Arguments + in.Input})})
	case "function_call_output", "custom_tool_call_output":
		content, ok := ownContent(in.Output)
		if !ok {
			return &failure{status: 400, param: at + ".output", code: "invalid_value", message: "Invalid value for '" + at + ".output'."}
		}
		q.Messages = append(q.Messages, message{Role: "tool", ToolCallID: in.CallID, Content: content})
	case "reasoning":
		if in.Encrypted != "" && !genuine(in.Encrypted) {
			return &failure{status: 400, code: "invalid_encrypted_content", message: "The encrypted content could not be verified. Reason: Encrypted content could not be decrypted or parsed."}
		}
	default:
		return &failure{status: 400, param: at + ".type", code: "invalid_value", message: "Invalid value: '" + in.Type + "'."}
	}
	return nil
}

// ownContent turns parts of this dialect into those of chat, which the sandbox reads.
func ownContent(raw json.RawMessage) (json.RawMessage, bool) {
	var parts []struct {
		Type, Text, Refusal string
		ImageURL            string `json:"image_url"`
		FileData            string `json:"file_data"`
	}
	if len(raw) == 0 || raw[0] != '[' {
		return raw, true
	}
	if json.Unmarshal(raw, &parts) != nil {
		return nil, false
	}
	own := []map[string]any{}
	for _, p := range parts {
		switch p.Type {
		case "input_text", "output_text":
			own = append(own, map[string]any{"type": "text", "text": p.Text})
		case "refusal":
			own = append(own, map[string]any{"type": "refusal", "refusal": p.Refusal})
		case "input_image":
			own = append(own, map[string]any{"type": "image_url", "image_url": map[string]string{"url": p.ImageURL}})
		case "input_file":
			own = append(own, map[string]any{"type": "file", "file": map[string]string{"file_data": p.FileData}})
		default:
			return nil, false
		}
	}
	return encode(own), true
}

// equipResponses reads the tools and the format. The sandbox runs no tools of its own.
func (q *question) equipResponses(m *responsesRequest) {
	for _, t := range m.Tools {
		if t.Type != "function" {
			continue
		}
		var own tool
		own.Type, own.Function.Name, own.Function.Parameters = "function", t.Name, t.Parameters
		q.Tools = append(q.Tools, own)
	}
	var named struct{ Name string }
	if q.ToolChoice = m.ToolChoice; json.Unmarshal(m.ToolChoice, &named) == nil && named.Name != "" {
		q.ToolChoice = encode(map[string]any{"function": named})
	}
	if q.ParallelToolCalls = m.Parallel; m.Parallel != nil && *m.Parallel && string(m.ToolChoice) != `"required"` {
		q.ParallelToolCalls = nil // clients set it always; a model calls several tools only where that makes sense
	}
	switch f := m.Text.Format; f.Type {
	case "json_schema":
		q.ResponseFormat = &responseFormat{Type: f.Type}
		q.ResponseFormat.JSONSchema = &struct {
			Name   string          `json:"name"`
			Schema json.RawMessage `json:"schema"`
		}{"answer", f.Schema}
	case "json_object":
		q.ResponseFormat = &responseFormat{Type: f.Type}
	}
}

const sealMark = "gAAAAA"

// sealed is encrypted thinking: nobody can read it, and the sandbox knows it again to the byte.
func sealed(id string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte("sealed\x00" + id))
	return sealMark + base64.RawURLEncoding.EncodeToString(append([]byte(id), h.Sum(nil)...))
}

func genuine(s string) bool {
	body, ok := strings.CutPrefix(s, sealMark)
	raw, err := base64.RawURLEncoding.DecodeString(body)
	return ok && err == nil && len(raw) > 8 && sealed(string(raw[:len(raw)-8])) == s
}
