package gemini

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// asked is a request that we write ourselves, for a call of another dialect.
type asked struct {
	Model    string         `json:"model,omitempty"` // only inside AI Studio's wrapper
	System   *shownContent  `json:"systemInstruction,omitempty"`
	Contents []shownContent `json:"contents"`
	Tools    []toolSet      `json:"tools,omitempty"`
	Choice   *toolConfig    `json:"toolConfig,omitempty"`
	Config   *generation    `json:"generationConfig,omitempty"`
}

type toolSet struct {
	Functions []function `json:"functionDeclarations"`
}

type function struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parametersJsonSchema,omitempty"`
}

type toolConfig struct {
	Calling calling `json:"functionCallingConfig"`
}

type calling struct {
	Mode    string   `json:"mode"`
	Allowed []string `json:"allowedFunctionNames,omitempty"`
}

type generation struct {
	MaxOutput        int64           `json:"maxOutputTokens,omitempty"`
	Candidates       int64           `json:"candidateCount,omitempty"`
	Temperature      json.RawMessage `json:"temperature,omitempty"`
	TopP             json.RawMessage `json:"topP,omitempty"`
	TopK             json.RawMessage `json:"topK,omitempty"`
	PresencePenalty  json.RawMessage `json:"presencePenalty,omitempty"`
	FrequencyPenalty json.RawMessage `json:"frequencyPenalty,omitempty"`
	Seed             json.RawMessage `json:"seed,omitempty"`
	Stop             []string        `json:"stopSequences,omitempty"`
	Type             string          `json:"responseMimeType,omitempty"`
	Schema           json.RawMessage `json:"responseJsonSchema,omitempty"`
	Thinking         *thinkingAsked  `json:"thinkingConfig,omitempty"`
}

// maxStops is how many stop sequences Google takes.
const maxStops = 5

// Render implements llm.Wire.
func (w Wire) Render(call *llm.Call, c *llm.Conversation, edit llm.Edit) ([]byte, error) {
	name := cmp.Or(edit.Model, call.Model)
	at := placed(name)
	r := renderer{notes: edit.Notes, names: toolNames(c), signs: at.generation >= 3, early: at.generation == 1 || at.generation == 2, vertex: w.Vertex}
	q := asked{Contents: r.contents(c)}
	if s := r.system(c); len(s) > 0 {
		q.System = &shownContent{Parts: s}
	}
	if len(q.Contents) == 0 && q.System != nil { // Google answers nothing but contents
		r.notes.Change("messages", "system became user, as there is nothing else")
		q.Contents, q.System = []shownContent{{Parts: q.System.Parts, Role: "user"}}, nil
	}
	r.tools(c, &q)
	if call.Operation == llm.CountTokens {
		if w.Vertex {
			return dialect.Encode(&q), nil
		}
		q.Model = w.resource(name)
		return dialect.Encode(map[string]*asked{"generateContentRequest": &q}), nil
	}
	q.Config = r.config(call, c, edit)
	r.format(&c.Format, &q)
	q.Config.Thinking = think(c.Reasoning, at)
	return dialect.Encode(&q), nil
}

func (r *renderer) config(call *llm.Call, c *llm.Conversation, edit llm.Edit) *generation {
	s := &c.Sampling
	g := &generation{MaxOutput: call.MaxOutput, Temperature: number(s.Temperature), TopP: number(s.TopP), TopK: number(s.TopK),
		Seed: number(s.Seed), Stop: s.Stop}
	r.penalize(s, g, cmp.Or(edit.Model, call.Model))
	if s.Logprobs { // answers in other dialects have no place for them
		r.notes.Drop("logprobs")
	}
	if nonzero(s.TopLogprobs) {
		r.notes.Drop("top_logprobs")
	}
	if edit.MaxOutput > 0 && (g.MaxOutput == 0 || edit.MaxOutput < g.MaxOutput) {
		g.MaxOutput = edit.MaxOutput
	}
	if call.Choices > 1 {
		g.Candidates = call.Choices
	}
	if len(s.Stop) > maxStops {
		r.notes.Refuse("stop", "may hold at most 5 stop sequences at this provider. Send fewer, or ask for a model whose provider speaks your client's dialect")
	}
	if len(s.LogitBias) > 2 {
		r.notes.Drop("logit_bias")
	}
	if c.Metadata != nil {
		r.notes.Drop("metadata")
	}
	return g
}

// format writes what the answer's text must be.
func (r *renderer) format(f *llm.Format, q *asked) {
	switch {
	case f.Kind == llm.FormatText:
	case r.early && len(q.Tools) > 0:
		r.notes.Change("response_format", "said in words, as the model takes none beside tools")
		if q.System == nil {
			q.System = &shownContent{}
		}
		q.System.Parts = append(q.System.Parts, textPart(dialect.InWords(f.Schema)))
	case f.Kind == llm.FormatJSON:
		q.Config.Type = "application/json"
	default:
		q.Config.Type, q.Config.Schema = "application/json", f.Schema
	}
}

// penalize writes penalties for the models that take some: those from 2.5 on answer 400 to any but 0.
func (r *renderer) penalize(s *llm.Sampling, g *generation, model string) {
	refused := placed(model).generation >= 3 || strings.Contains(model, "2.5")
	for _, x := range [...]struct {
		name string
		v    llm.Number
		into *json.RawMessage
	}{{"presence_penalty", s.PresencePenalty, &g.PresencePenalty}, {"frequency_penalty", s.FrequencyPenalty, &g.FrequencyPenalty}} {
		if !refused {
			*x.into = number(x.v)
		} else if nonzero(x.v) {
			r.notes.Drop(x.name + " (the model takes none)")
		}
	}
}

func nonzero(n llm.Number) bool {
	v, err := strconv.ParseFloat(string(n), 64)
	return n != "" && (err != nil || v != 0)
}

func number(n llm.Number) json.RawMessage {
	if n == "" {
		return nil
	}
	return json.RawMessage(n)
}

// toolNames are the names that Google takes: letters, digits, _, ., : and -, up to 64.
func toolNames(c *llm.Conversation) llm.Names {
	return llm.NewNames(c, 64, func(b byte) bool {
		return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '.' || b == ':'
	})
}

// tools writes the tools and how they may be used.
func (r *renderer) tools(c *llm.Conversation, q *asked) {
	var list []function
	for i := range c.Tools {
		t := &c.Tools[i]
		if t.Native != nil {
			r.notes.Drop("tools." + t.Name)
			continue
		}
		list = append(list, function{r.names.Out(t.Name), t.Description, t.Schema})
	}
	if len(list) == 0 {
		return
	}
	q.Tools = []toolSet{{list}}
	if c.Choose.Single {
		r.notes.Drop("parallel_tool_calls")
	}
	m := calling{}
	switch c.Choose.Mode {
	case llm.ChooseAuto:
		return
	case llm.ChooseNone:
		m.Mode = "NONE"
	case llm.ChooseAny:
		m.Mode = "ANY"
	case llm.ChooseNamed:
		m.Mode, m.Allowed = "ANY", []string{r.names.Out(c.Choose.Name)}
	}
	q.Choice = &toolConfig{m}
}
