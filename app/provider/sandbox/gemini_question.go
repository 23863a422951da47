package sandbox

import (
	"encoding/json"
	"net/http"
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
