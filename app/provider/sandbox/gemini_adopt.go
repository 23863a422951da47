package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
)

// adoptGemini checks what Google checks, in its words, and fills the question.
func (q *question) adoptGemini(c *contentRequest) *failure {
	g := &c.Config
	switch {
	case len(c.Contents) == 0:
		return badArgument("* GenerateContentRequest.contents: contents is not specified\n")
	case g.MaxOutput != nil && *g.MaxOutput < 1:
		return badArgument("* GenerateContentRequest.generation_config.max_output_tokens: must be positive\n")
	case g.Candidates != nil && (*g.Candidates < 1 || *g.Candidates > 8):
		return badArgument("* GenerateContentRequest.generation_config.candidate_count: must be between 1 and 8\n")
	case len(g.Stop) > 5:
		return badArgument("* GenerateContentRequest.generation_config.stop_sequences: at most 5 are supported\n")
	case g.Thinking.Budget != nil && g.Thinking.Level != "":
		return badArgument("You can only set only one of thinking budget and thinking level.")
	}
	q.MaxTokens, q.N, q.stop = g.MaxOutput, g.Candidates, g.Stop
	q.shows = g.Thinking.Shown
	q.ReasoningEffort = strings.ToLower(g.Thinking.Level)
	if b := g.Thinking.Budget; b != nil && *b == 0 {
		q.ReasoningEffort = "none"
	}
	if c.System != nil {
		if f := q.hearGemini("system", "system_instruction", c.System.Parts); f != nil {
			return f
		}
	}
	for i, in := range c.Contents {
		role := map[string]string{"": "user", "user": "user", "function": "user", "model": "assistant"}[in.Role]
		if role == "" {
			return badArgument("Please use a valid role: user, model.")
		}
		if f := q.hearGemini(role, "contents["+strconv.Itoa(i)+"]", in.Parts); f != nil {
			return f
		}
	}
	return q.equipGemini(c)
}

func (q *question) equipGemini(c *contentRequest) *failure {
	for _, set := range c.Tools {
		for _, f := range set.Functions {
			if f.Name == "" || strings.ContainsAny(f.Name, " /") {
				return badArgument("* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must start with a letter or an underscore.\n")
			}
			var own tool
			own.Type, own.Function.Name = "function", f.Name
			if own.Function.Parameters = f.Standard; len(f.Standard) == 0 {
				own.Function.Parameters = lowered(f.Parameters)
			}
			q.Tools = append(q.Tools, own)
		}
	}
	several := false
	switch c.Choice.Calling.Mode {
	case "", "AUTO", "VALIDATED":
	case "NONE":
		q.ToolChoice = json.RawMessage(`"none"`)
	case "ANY":
		q.ToolChoice = json.RawMessage(`"required"`)
		if a := c.Choice.Calling.Allowed; len(a) == 1 {
			q.ToolChoice = encode(map[string]any{"function": map[string]string{"name": a[0]}})
		}
	default:
		return badArgument("Invalid value at 'tool_config.function_calling_config.mode' (type.googleapis.com/google.ai.generativelanguage.v1beta.FunctionCallingConfig.Mode), \"" + c.Choice.Calling.Mode + "\"")
	}
	q.ParallelToolCalls = &several
	own := c.Config.Standard
	if len(own) == 0 {
		own = lowered(c.Config.Schema)
	}
	switch {
	case len(own) > 0 && c.Config.Type != "application/json":
		return badArgument("* GenerateContentRequest.generation_config.response_mime_type: response_schema requires application/json\n")
	case len(own) > 0:
		q.ResponseFormat = &responseFormat{Type: "json_schema"}
		q.ResponseFormat.JSONSchema = &struct {
			Name   string          `json:"name"`
			Schema json.RawMessage `json:"schema"`
		}{"answer", own}
	case c.Config.Type == "application/json":
		q.ResponseFormat = &responseFormat{Type: "json_object"}
	}
	return nil
}

// lowered is Google's own schema with the types of JSON Schema; every length but the types' stays.
func lowered(raw json.RawMessage) json.RawMessage {
	s := string(raw)
	for _, word := range []string{"OBJECT", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY"} {
		s = strings.ReplaceAll(s, `"`+word+`"`, `"`+strings.ToLower(word)+`"`)
	}
	return json.RawMessage(s)
}

// hearGemini makes the sandbox's messages of one of Google's contents: a response is one of its own.
func (q *question) hearGemini(role, at string, list []partAsked) *failure {
	if len(list) == 0 {
		return badArgument("* GenerateContentRequest." + at + ".parts: contents.parts must not be empty.\n")
	}
	var said []map[string]any
	var calls []map[string]any
	for i := range list {
		p := &list[i]
		if f := p.signed(at + ".parts[" + strconv.Itoa(i) + "]"); f != nil {
			return f
		}
		switch {
		case p.Call != nil:
			calls = append(calls, map[string]any{"name": p.Call.Name, "args": p.Call.Args})
		case p.Response != nil:
			q.Messages = append(q.Messages, message{Role: "tool", ToolCallID: p.Response.Name, Content: encode(string(p.Response.Response))})
		case p.Inline != nil:
			said = append(said, map[string]any{"type": "image_url", "image_url": map[string]string{"url": "data:" + p.Inline.Type + ";base64," + p.Inline.Data}})
		case p.File != nil:
			said = append(said, map[string]any{"type": "image_url", "image_url": map[string]string{"url": p.File.URI}})
		case p.Text != nil:
			if !p.Thought {
				said = append(said, map[string]any{"type": "text", "text": *p.Text})
			}
		default:
			return badArgument("* GenerateContentRequest." + at + ".parts[" + strconv.Itoa(i) + "].data: required oneof field 'data' must have one initialized field\n")
		}
	}
	if len(said) > 0 || len(calls) > 0 {
		own := message{Role: role, Content: encode(said)}
		if len(calls) > 0 {
			own.ToolCalls = encode(calls)
		}
		q.Messages = append(q.Messages, own)
	}
	return nil
}
