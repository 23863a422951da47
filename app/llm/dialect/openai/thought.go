package openai

import (
	"encoding/json"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Chat completions have no place for thinking. Two spellings are in use beside OpenAI's: a text in reasoning_content
// (DeepSeek and many after it), and a list in reasoning_details (OpenRouter), which also holds providers' signatures. We
// write both and read both, so that a client that sends messages back as they came keeps a provider's opaque state.

// thought is one entry of reasoning_details.
type thought struct {
	Type      string          `json:"type"`
	Text      string          `json:"text,omitempty"`
	Summary   string          `json:"summary,omitempty"`
	Data      string          `json:"data,omitempty"`
	Signature string          `json:"signature,omitempty"`
	Format    string          `json:"format,omitempty"`
	ID        json.RawMessage `json:"id,omitempty"`
	Index     int             `json:"index"`
}

const (
	readable  = "reasoning.text"
	summary   = "reasoning.summary"
	encrypted = "reasoning.encrypted"
)

// formats are the families' names in reasoning_details.
var formats = map[llm.Family]string{
	llm.Anthropic: "anthropic-claude-v1", llm.Gemini: "google-gemini-v1", llm.Responses: "openai-responses-v1", llm.Bedrock: "bedrock-converse-v1",
}

func familyOf(format string) llm.Family {
	for f, name := range formats {
		if name == format {
			return f
		}
	}
	return llm.OpenAI
}

// thinking reads an assistant's thinking.
func (m *said) thinking() (parts []llm.Part) {
	for _, t := range m.Reasoning {
		p := llm.Part{Kind: llm.Thinking, Text: t.Text}
		switch {
		case t.Type == encrypted:
			p.Opaque = &llm.Opaque{Of: familyOf(t.Format), Data: t.Data, Redacted: true}
		case t.Type == summary:
			p.Text = t.Summary
		case t.Signature != "":
			p.Opaque = &llm.Opaque{Of: familyOf(t.Format), Data: t.Signature}
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 && m.ReasoningContent != "" {
		parts = append(parts, llm.Part{Kind: llm.Thinking, Text: m.ReasoningContent})
	}
	return parts
}

// newThought is thinking that ended, with the text that was under the signature.
func newThought(text string, o *llm.Opaque, index int) thought {
	if t, ok := returned(text, o); ok {
		return t
	}
	if o.Redacted {
		return thought{Type: encrypted, Data: o.Data, Format: formats[o.Of], Index: index}
	}
	return thought{Type: readable, Text: text, Signature: o.Data, Format: formats[o.Of], Index: index}
}

// states are the entries of an answer's reasoning_details that hold a provider's state. They travel whole, with whose they are and
// what they belong to, and mean something to the server that sent them only.
func states(details json.RawMessage) (list []*llm.Opaque) {
	var all []thought
	if len(details) == 0 || json.Unmarshal(details, &all) != nil {
		return nil
	}
	for _, t := range all {
		if t.Data != "" || t.Signature != "" {
			list = append(list, &llm.Opaque{Of: llm.OpenAI, Data: string(encode(&t)), Redacted: t.Type == encrypted})
		}
	}
	return list
}

// returned is the entry that states found. In a stream its text came before it.
func returned(text string, o *llm.Opaque) (t thought, ok bool) {
	if o == nil || o.Of != llm.OpenAI || json.Unmarshal([]byte(o.Data), &t) != nil {
		return t, false
	}
	if t.Type == readable && t.Text == "" {
		t.Text = text
	}
	return t, true
}

// extra is where Google's own OpenAI-compatible server puts the signature of a tool call, and where clients that know it
// send it back.
type extra struct {
	Google struct {
		Signature string `json:"thought_signature"`
	} `json:"google"`
}

func (e *extra) opaque() *llm.Opaque {
	if e == nil || e.Google.Signature == "" {
		return nil
	}
	return &llm.Opaque{Of: llm.Gemini, Data: e.Google.Signature}
}

// newExtra is a call's signature; nil for none, and for those of other families, which sign no calls.
func newExtra(o *llm.Opaque) *extra {
	if o == nil || o.Of != llm.Gemini {
		return nil
	}
	e := &extra{}
	e.Google.Signature = o.Data
	return e
}

// foreign takes what another provider thought, and a client sends back as it came, out of a request that goes to a server
// that refuses members which OpenAI does not have. One that thinks aloud keeps the text: it demands one beside calls.
func foreign(call *llm.Call, aloud bool, notes *llm.Notes) []llm.Cut {
	cuts := dialect.Purge(call.Body, `"`+details+`"`, "messages", "", func(raw []byte) dialect.Verdict {
		var m struct {
			Details []thought `json:"reasoning_details"`
		}
		if json.Unmarshal(raw, &m) != nil || !slices.ContainsFunc(m.Details, func(t thought) bool { return familyOf(t.Format) != llm.OpenAI }) {
			return dialect.Verdict{}
		}
		cuts := dialect.Members(raw, func(name string) bool {
			return name == details || name == "reasoning_content" && !aloud || name == "reasoning"
		})
		calls, _ := dialect.Member(raw, "tool_calls")
		for _, cut := range dialect.Elements(raw[calls.From:calls.To], func(one []byte) dialect.Verdict {
			return dialect.Verdict{Cuts: dialect.Members(one, func(name string) bool { return name == "extra_content" })}
		}) {
			cuts = append(cuts, llm.Cut{From: cut.From + calls.From, To: cut.To + calls.From, With: cut.With})
		}
		return dialect.Verdict{Cuts: cuts}
	})
	if len(cuts) > 0 {
		notes.Change("messages."+details, "of another provider was left out")
	}
	return cuts
}

const details = "reasoning_details"
