package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// flash and embedder are real models' names and list prices, served in Google's dialect only: so that a connection of
// Google's own kind can be tried, priced by the real catalogue and checked against this bill.
const (
	flash    = "gemini-2.5-flash"
	embedder = "gemini-embedding-001"
)

// contentRequest is what the sandbox reads of a generateContent request.
type contentRequest struct {
	Contents []contentAsked `json:"contents"`
	System   *contentAsked  `json:"systemInstruction"`
	Tools    []struct {
		Functions []struct {
			Name       string          `json:"name"`
			Parameters json.RawMessage `json:"parameters"`
			Standard   json.RawMessage `json:"parametersJsonSchema"`
		} `json:"functionDeclarations"`
	} `json:"tools"`
	Choice struct {
		Calling struct {
			Mode    string   `json:"mode"`
			Allowed []string `json:"allowedFunctionNames"`
		} `json:"functionCallingConfig"`
	} `json:"toolConfig"`
	Config struct {
		MaxOutput  *int64          `json:"maxOutputTokens"`
		Candidates *int            `json:"candidateCount"`
		Stop       []string        `json:"stopSequences"`
		Type       string          `json:"responseMimeType"`
		Schema     json.RawMessage `json:"responseSchema"`
		Standard   json.RawMessage `json:"responseJsonSchema"`
		Thinking   struct {
			Shown  bool   `json:"includeThoughts"`
			Budget *int64 `json:"thinkingBudget"`
			Level  string `json:"thinkingLevel"`
		} `json:"thinkingConfig"`
	} `json:"generationConfig"`
	Wrapped *contentRequest `json:"generateContentRequest"`
}

type contentAsked struct {
	Role  string      `json:"role"`
	Parts []partAsked `json:"parts"`
}

type partAsked struct {
	Text      *string `json:"text"`
	Thought   bool    `json:"thought"`
	Signature string  `json:"thoughtSignature"`
	Inline    *struct {
		Type string `json:"mimeType"`
		Data string `json:"data"`
	} `json:"inlineData"`
	File *struct {
		URI string `json:"fileUri"`
	} `json:"fileData"`
	Call *struct {
		Name string          `json:"name"`
		Args json.RawMessage `json:"args"`
	} `json:"functionCall"`
	Response *struct {
		Name     string          `json:"name"`
		Response json.RawMessage `json:"response"`
	} `json:"functionResponse"`
}

// skipsValidation stands in for the signature of a call that another model made, by Google's documentation.
const skipsValidation = "skip_thought_signature_validator"

// understandGemini validates the request as Google does and makes the sandbox's own question of it.
func (s *Sandbox) understandGemini(r *http.Request, model string, counting bool) (*question, *failure) {
	var raw any
	var c contentRequest
	f := decode(r, &raw)
	if f == nil && json.Unmarshal(encode(camel(raw)), &c) != nil {
		f = badArgument("Unknown name or wrong type in the request.")
	}
	if f != nil {
		f.message = "Invalid JSON payload received. " + f.message
		return nil, f
	}
	if counting && c.Wrapped != nil {
		c = *c.Wrapped
	}
	q := &question{key: googleKey(r)}
	if f := q.adoptGemini(&c); f != nil {
		return nil, f
	}
	if q.base, q.script, f = s.enter(r, model, "sandbox-chat", "sandbox-reasoning", "sandbox-vision", flash); f != nil {
		if f.code == "model_not_found" {
			f.message = "models/" + model + " is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods."
		}
		return nil, f
	}
	texts, tokens, f := q.read()
	if f != nil || counting {
		return q, f
	}
	q.cached = s.seen.note(q.key+"\x00"+q.base, texts, tokens)
	if q.script.Cached >= 0 {
		q.cached = min(int64(q.script.Cached), q.prompt)
	}
	return q, nil
}

// camel is a request with all names in camelCase: Google takes snake_case as well. What belongs to the caller stays.
func camel(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = camel(v[i])
		}
	case map[string]any:
		for _, name := range sorted(v) {
			in := v[name]
			switch name {
			case "args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema":
				continue
			}
			delete(v, name)
			words := strings.Split(name, "_")
			for i, w := range words[1:] {
				if w != "" {
					words[i+1] = strings.ToUpper(w[:1]) + w[1:]
				}
			}
			v[strings.Join(words, "")] = camel(in)
		}
	}
	return v
}

func badArgument(message string) *failure { return &failure{status: 400, message: message} }

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

// signed checks that a signature is the one that this part was given.
func (p *partAsked) signed(at string) *failure {
	name := ""
	if p.Call != nil {
		name = p.Call.Name
	}
	if p.Signature == "" || p.Signature == skipsValidation || p.Signature == geminiSignature(name) {
		return nil
	}
	return badArgument(at + ": Corrupted thought signature.")
}

// geminiSignature is what the sandbox signs a call with, or, without a name, what it said after thinking.
func geminiSignature(name string) string { return signature("gemini\x00" + name) }
