package bedrock

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
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
	q     asked
	marks int
	docs  int
}

// Render implements llm.Wire.
func (Wire) Render(call *llm.Call, c *llm.Conversation, edit llm.Edit) ([]byte, error) {
	r := renderer{notes: edit.Notes, names: toolNames(c), q: asked{Extra: map[string]any{}}}
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
	r.format(c)
	r.think(c, Model(call, edit))
	r.sample(&c.Sampling)
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
		if m := r.cached(t.Cache); m != nil {
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

// others are vendors on Bedrock whose models take no thinking in Claude's words.
var others = []string{"amazon.", "meta.", "mistral.", "deepseek.", "cohere.", "ai21.", "qwen.", "writer.", "google.", "nvidia.", "minimax.", "moonshot", "zai."}

// think writes how much the model should think, in the words of the model's maker: Converse has none.
func (r *renderer) think(c *llm.Conversation, model string) {
	if !c.Reasoning.On() {
		return
	}
	if strings.Contains(model, "openai.") {
		r.q.Extra["reasoning_effort"] = c.Reasoning.Level()
		return
	}
	for _, vendor := range others {
		if strings.Contains(model, vendor) {
			r.notes.Drop("reasoning")
			return
		}
	}
	switch t := r.q.Tools; {
	case t != nil && t.Choice != nil && (t.Choice.Any != nil || t.Choice.Tool != nil):
		r.notes.Drop("reasoning (a tool is demanded)")
		return
	case unsigned(r.q.Messages):
		r.notes.Drop("reasoning (the earlier thinking was not sent back)")
		return
	}
	if anthropic.Adaptive(model) {
		r.q.Extra["thinking"] = map[string]string{"type": "adaptive"}
		if level := c.Reasoning.Level(); level != "" {
			r.q.Extra["output_config"] = map[string]string{"effort": level}
		}
		return
	}
	budget := max(c.Reasoning.Tokens(), leastThinking)
	if most := r.q.Config.MaxTokens; budget >= most {
		if budget = most - 1; budget < leastThinking {
			r.notes.Drop("reasoning (the output cap leaves no room for it)")
			return
		}
		r.notes.Change("reasoning", "cut to "+strconv.FormatInt(budget, 10)+" tokens by the output cap")
	}
	r.q.Extra["thinking"] = map[string]any{"type": "enabled", "budget_tokens": budget}
}

// unsigned reports whether the last assistant turn calls tools without the thinking that must stand before.
func unsigned(list []message) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Role != "assistant" {
			continue
		}
		for _, b := range list[i].Content {
			if b.Use != nil {
				return list[i].Content[0].Reasoning == nil
			}
		}
		return false
	}
	return false
}

// sample writes what decides the next token. With thinking on, Claude takes hardly any of it.
func (r *renderer) sample(s *llm.Sampling) {
	_, on := r.q.Extra["thinking"]
	for _, x := range [...]struct {
		name string
		v    llm.Number
	}{{"temperature", s.Temperature}, {"top_p", s.TopP}, {"top_k", s.TopK}} {
		switch {
		case x.v == "":
		case on:
			r.notes.Drop(x.name + " (thinking is on)")
		case x.name == "top_k":
			r.q.Extra["top_k"] = json.RawMessage(x.v)
		case x.name == "top_p" && r.q.Config.Temperature != nil:
			r.notes.Drop("top_p (temperature is set)")
		case x.name == "top_p":
			r.q.Config.TopP = json.RawMessage(x.v)
		case above(x.v, 1):
			r.notes.Change("temperature", "lowered to 1")
			r.q.Config.Temperature = json.RawMessage("1")
		default:
			r.q.Config.Temperature = json.RawMessage(x.v)
		}
	}
	for _, stop := range s.Stop {
		if strings.TrimSpace(stop) == "" {
			r.notes.Drop("stop (a sequence of white space)")
			continue
		}
		r.q.Config.Stop = append(r.q.Config.Stop, stop)
	}
	for _, x := range [...]struct {
		name string
		set  bool
	}{{"presence_penalty", nonzero(s.PresencePenalty)}, {"frequency_penalty", nonzero(s.FrequencyPenalty)}, {"seed", s.Seed != ""},
		{"logit_bias", len(s.LogitBias) > 2}, {"logprobs", s.Logprobs}, {"top_logprobs", nonzero(s.TopLogprobs)}} {
		if x.set {
			r.notes.Drop(x.name)
		}
	}
}

// above compares a number without ever printing it again.
func above(n llm.Number, limit float64) bool {
	v, err := strconv.ParseFloat(string(n), 64)
	return err == nil && v > limit
}

func nonzero(n llm.Number) bool {
	v, err := strconv.ParseFloat(string(n), 64)
	return n != "" && (err != nil || v != 0)
}
