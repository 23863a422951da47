package bedrock

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// asked is a request that we write ourselves, for a call of another dialect.
type asked struct {
	Messages []message      `json:"messages"`
	System   []block        `json:"system,omitempty"`
	Config   config         `json:"inferenceConfig"`
	Tools    *toolConfig    `json:"toolConfig,omitempty"`
	Extra    map[string]any `json:"additionalModelRequestFields,omitempty"`
}

type config struct {
	MaxTokens   int64           `json:"maxTokens,omitempty"`
	Temperature json.RawMessage `json:"temperature,omitempty"`
	TopP        json.RawMessage `json:"topP,omitempty"`
	Stop        []string        `json:"stopSequences,omitempty"`
}

const (
	leastThinking = 1024 // tokens: the smallest budget that Claude takes
	defaultOutput = 4096 // tokens, where neither the client nor the catalogue knows a cap
	mostMarks     = 4    // cache marks that a request may have
	// answerTool stands in for a schema of the answer, for which Converse has a field that few models take: the model is
	// made to call it, and its arguments are the answer.
	answerTool = "json_answer"
)

// renderer writes one request.
type renderer struct {
	notes *llm.Notes
	names llm.Names
	model string
	q     asked
	marks int
	long  bool // whether the hold pays for an hour of cache
	docs  int
}

// Render implements llm.Wire.
func (Wire) Render(call *llm.Call, c *llm.Conversation, edit llm.Edit) ([]byte, error) {
	model := Model(call, edit)
	r := renderer{notes: edit.Notes, names: toolNames(c), model: model, long: call.Bound.LongCache, q: asked{Extra: map[string]any{}}}
	r.q.Config.MaxTokens = cmp.Or(call.MaxOutput, edit.DefaultOutput, defaultOutput)
	if edit.MaxOutput > 0 {
		r.q.Config.MaxTokens = min(r.q.Config.MaxTokens, edit.MaxOutput)
	}
	if call.Choices > 1 {
		r.notes.Refuse("n", "may only be 1 here: this provider gives one answer to a request. Send the request several times, or ask for a model of a provider with OpenAI's dialect")
	}
	r.tools(c)
	for i := range c.System {
		r.q.System = r.show(r.q.System, &c.System[i])
	}
	r.messages(c)
	r.begin()
	r.turn(model)
	r.format(c)
	r.think(c, model)
	r.sample(&c.Sampling, model)
	if c.User != "" {
		r.notes.Drop("user")
	}
	if c.Metadata != nil {
		r.notes.Drop("metadata")
	}
	return dialect.Encode(&r.q), nil
}

// toolNames are the names that Bedrock takes: letters, digits, _ and -, up to 64.
func toolNames(c *llm.Conversation) llm.Names { return llm.NewNames(c, 64, plainByte) }

func plainByte(b byte) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-'
}

// plainID is a call's id in the letters that Bedrock takes. The same id always becomes the same.
func plainID(id string) string {
	out := []byte(id)
	for i, b := range out {
		if !plainByte(b) {
			out[i] = '_'
		}
	}
	return string(out[:min(len(out), 64)])
}

func spec(name, about string, schema []byte) toolEntry {
	t := toolSpec{Name: name, Description: about}
	if t.Schema.JSON = schema; len(schema) == 0 {
		t.Schema.JSON = json.RawMessage(`{"type":"object"}`)
	}
	return toolEntry{Spec: &t}
}

// tools writes the tools and how they may be used. Bedrock wants the tools of every call in the conversation, and has no
// way to say that none may be called.
func (r *renderer) tools(c *llm.Conversation) {
	called := callsIn(c)
	if c.Choose.Mode == llm.ChooseNone {
		if len(called) == 0 {
			return
		}
		r.notes.Drop("tool_choice none (the conversation holds calls)")
	}
	var list []toolEntry
	known := map[string]bool{}
	for i := range c.Tools {
		t := &c.Tools[i]
		if t.Native != nil {
			r.notes.Drop("tools." + t.Name)
			continue
		}
		if t.Strict {
			r.notes.Drop("tools.strict") // it exists, but not on every model
		}
		known[t.Name] = true
		list = append(list, spec(r.names.Out(t.Name), t.Description, t.Schema))
		if t.Cache != nil && strings.Contains(r.model, nova) {
			r.notes.Drop("tools.cache_control (the model takes none there)")
		} else if m := r.cached(t.Cache); m != nil {
			list = append(list, toolEntry{Cache: m})
		}
	}
	for _, name := range called {
		if !known[name] {
			known[name] = true
			list = append(list, spec(r.names.Out(name), "", nil))
		}
	}
	if len(list) == 0 {
		return
	}
	if c.Choose.Single {
		r.notes.Drop("parallel_tool_calls")
	}
	r.q.Tools = &toolConfig{Tools: list}
	switch c.Choose.Mode {
	case llm.ChooseAny:
		r.q.Tools.Choice = &choice{Any: &struct{}{}}
	case llm.ChooseNamed:
		r.q.Tools.Choice = &choice{Tool: &chosen{r.names.Out(c.Choose.Name)}}
	}
}

func callsIn(c *llm.Conversation) (names []string) {
	for i := range c.Turns {
		for j := range c.Turns[i].Parts {
			if p := &c.Turns[i].Parts[j]; p.Kind == llm.ToolCall {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// format writes what the answer's text must be.
func (r *renderer) format(c *llm.Conversation) {
	switch c.Format.Kind {
	case llm.FormatSchema:
		if r.q.Tools == nil {
			r.q.Tools = &toolConfig{Choice: &choice{Tool: &chosen{answerTool}}}
		} else {
			r.q.Tools.Choice = &choice{Any: &struct{}{}}
		}
		r.q.Tools.Tools = append(r.q.Tools.Tools, spec(answerTool, cmp.Or(c.Format.About, "Gives the final answer."), c.Format.Schema))
	case llm.FormatJSON:
		r.notes.Change("response_format", "said in words")
		text := "Answer with one JSON object and nothing else: no text before or after it, no code fence."
		r.q.System = append(r.q.System, block{Text: &text})
	}
}
