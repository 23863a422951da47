package anthropic

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
	Model       string          `json:"model"`
	MaxTokens   int64           `json:"max_tokens,omitempty"`
	System      []shown         `json:"system,omitempty"`
	Messages    []telling       `json:"messages"`
	Stream      bool            `json:"stream,omitempty"`
	Temperature json.RawMessage `json:"temperature,omitempty"`
	TopP        json.RawMessage `json:"top_p,omitempty"`
	TopK        json.RawMessage `json:"top_k,omitempty"`
	Stop        []string        `json:"stop_sequences,omitempty"`
	Tools       []tool          `json:"tools,omitempty"`
	ToolChoice  *choice         `json:"tool_choice,omitempty"`
	Thinking    *thinking       `json:"thinking,omitempty"`
	Output      *output         `json:"output_config,omitempty"`
	Metadata    *metadata       `json:"metadata,omitempty"`
}

type metadata struct {
	User string `json:"user_id"`
}

type tool struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Schema      json.RawMessage `json:"input_schema"`
	Cache       *mark           `json:"cache_control,omitempty"`
}

type choice struct {
	Type   string `json:"type"`
	Name   string `json:"name,omitempty"`
	Single bool   `json:"disable_parallel_tool_use,omitempty"`
}

type thinking struct {
	Type    string `json:"type"`
	Budget  int64  `json:"budget_tokens,omitempty"`
	Display string `json:"display,omitempty"`
}

type output struct {
	Effort string  `json:"effort,omitempty"`
	Format *format `json:"format,omitempty"`
}

type format struct {
	Type   string          `json:"type"`
	Schema json.RawMessage `json:"schema"`
}

const (
	leastThinking = 1024 // tokens: the smallest budget that Anthropic takes
	defaultOutput = 4096 // tokens, where neither the client nor the catalogue knows a cap
	mostMarks     = 4    // cache marks that Anthropic takes
)

// Render implements llm.Wire.
func (Wire) Render(call *llm.Call, c *llm.Conversation, edit llm.Edit) ([]byte, error) {
	r := renderer{notes: edit.Notes, names: toolNames(c), long: call.Bound.LongCache}
	q := asked{Model: cmp.Or(edit.Model, call.Model), Stream: call.Stream}
	if call.Operation == llm.Chat {
		q.MaxTokens = cmp.Or(call.MaxOutput, edit.DefaultOutput, defaultOutput)
		if edit.MaxOutput > 0 {
			q.MaxTokens = min(q.MaxTokens, edit.MaxOutput)
		}
	}
	if call.Choices > 1 {
		r.notes.Refuse("n", "may only be 1 here: this provider gives one answer to a request. Send the request several times, or ask for a model of a provider with OpenAI's dialect")
	}
	r.tools(c, &q) // in the order in which Anthropic reads and caches: tools, system, messages
	q.System = r.system(c)
	q.Messages = r.messages(c)
	r.begin(&q)
	r.turn(&q)
	r.think(c, &q)
	r.sample(&c.Sampling, &q)
	r.format(c, &q)
	if c.User != "" {
		q.Metadata = &metadata{c.User}
	}
	if c.Metadata != nil {
		r.notes.Drop("metadata")
	}
	return dialect.Encode(&q), nil
}

// sample writes what decides the next token. With thinking on, Anthropic takes hardly any of it, and newer models take none at all.
func (r *renderer) sample(s *llm.Sampling, q *asked) {
	on := q.Thinking != nil && q.Thinking.Type != "disabled"
	for _, x := range [...]struct {
		name string
		v    llm.Number
		into *json.RawMessage
	}{{"temperature", s.Temperature, &q.Temperature}, {"top_p", s.TopP, &q.TopP}, {"top_k", s.TopK, &q.TopK}} {
		switch {
		case x.v == "":
		case on:
			r.notes.Drop(x.name + " (thinking is on)")
		case Adaptive(q.Model):
			if x.name == "top_k" || above(x.v, 1) || !above(x.v, 0.999) { // 1 is what they do anyway
				r.notes.Drop(x.name + " (the model takes none)")
			}
		case x.name == "top_p" && q.Temperature != nil:
			r.notes.Drop("top_p (temperature is set)") // newer models take only one of them
		case x.name == "temperature" && above(x.v, 1):
			r.notes.Change("temperature", "lowered to 1")
			*x.into = json.RawMessage("1")
		default:
			*x.into = json.RawMessage(x.v)
		}
	}
	for _, stop := range s.Stop {
		if strings.TrimSpace(stop) == "" {
			r.notes.Drop("stop (a sequence of white space)")
			continue
		}
		q.Stop = append(q.Stop, stop)
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

// toolNames are the names that Anthropic takes: letters, digits, _ and -, up to 128.
func toolNames(c *llm.Conversation) llm.Names { return llm.NewNames(c, 128, plainByte) }

func plainByte(b byte) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-'
}

func cmp0(a, b []byte) []byte {
	if len(a) > 0 {
		return a
	}
	return b
}

// tools writes the tools and how they may be used.
func (r *renderer) tools(c *llm.Conversation, q *asked) {
	for i := range c.Tools {
		t := &c.Tools[i]
		if t.Native != nil {
			r.notes.Drop("tools." + t.Name)
			continue
		}
		if t.Strict {
			r.notes.Drop("tools.strict") // it exists, but not on every model, and takes fewer schemas
		}
		q.Tools = append(q.Tools, tool{r.names.Out(t.Name), t.Description, cmp0(t.Schema, []byte(`{"type":"object"}`)), r.cached(t.Cache)})
	}
	if len(q.Tools) == 0 {
		return
	}
	m := choice{Type: "auto", Single: c.Choose.Single}
	switch c.Choose.Mode {
	case llm.ChooseNone:
		m = choice{Type: "none"}
	case llm.ChooseAny:
		m.Type = "any"
	case llm.ChooseNamed:
		m.Type, m.Name = "tool", r.names.Out(c.Choose.Name)
	}
	if m != (choice{Type: "auto"}) {
		q.ToolChoice = &m
	}
}
