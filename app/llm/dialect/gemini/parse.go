package gemini

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// members are an object's fields, under either spelling.
type members map[string]json.RawMessage

// take removes a field and gives its value; nil for an absent one and for null.
func (m members) take(camel string) json.RawMessage {
	raw, there := m[camel]
	if !there {
		raw = m[snaked(camel)]
	}
	delete(m, camel)
	delete(m, snaked(camel))
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// into reads a field, if it is there.
func (m members) into(camel string, v any) error {
	raw := m.take(camel)
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fault.Field(camel, fmt.Sprintf("%q has a wrong type.", camel)).Because(err)
	}
	return nil
}

// object reads a field that is an object; nil if it is absent.
func (m members) object(camel string) (in members, err error) {
	err = m.into(camel, &in)
	return in, err
}

// rest are the names that are left, for Conversation.Unknown.
func (m members) rest(at string) (names []string) {
	for name, raw := range m {
		if string(raw) != "null" {
			names = append(names, at+name)
		}
	}
	return names
}

// Parse implements llm.Dialect. Decode has found the body sound, so only the types of what it skipped can be wrong.
func (Dialect) Parse(call *llm.Call) (*llm.Conversation, error) {
	text := call.Body
	if in := nativeOf(call).inner; in.Has() {
		text = text[in.From:in.To]
	}
	var m members
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fault.Field("", "The request's body must be a JSON object.").Because(err)
	}
	for _, read := range []string{"model", "serviceTier", "store", "generateContentRequest"} {
		m.take(read) // read by Decode, or means nothing elsewhere
	}
	if m.take("cachedContent") != nil {
		return nil, fault.Field("cachedContent", "\"cachedContent\" can only be read by the Google account that made it. Send the contents themselves, or ask for a model of that account.")
	}
	c := &llm.Conversation{Metadata: m.take("labels")}
	p := parser{conversation: c}
	steps := []func(members) error{p.system, p.contents, p.tools, p.choice, p.config}
	for _, step := range steps {
		if err := step(m); err != nil {
			if f := (*fault.Error)(nil); errors.As(err, &f) {
				return nil, f
			}
			return nil, fault.Field("", "The request cannot be read: a value in it has a wrong type.").Because(err)
		}
	}
	c.Unknown = append(c.Unknown, m.rest("")...)
	slices.Sort(c.Unknown)
	return c, nil
}

// parser reads one request into the canonical form.
type parser struct {
	conversation *llm.Conversation
	waiting      []waiting // calls without a result so far
}

type waiting struct{ id, name string }

// config reads generationConfig.
func (p *parser) config(m members) error {
	g, err := m.object("generationConfig")
	if err != nil {
		return err
	}
	c := p.conversation
	s := &c.Sampling
	for name, at := range map[string]*llm.Number{"temperature": &s.Temperature, "topP": &s.TopP, "topK": &s.TopK, "presencePenalty": &s.PresencePenalty,
		"frequencyPenalty": &s.FrequencyPenalty, "seed": &s.Seed, "logprobs": &s.TopLogprobs} {
		if raw := g.take(name); raw != nil {
			var n json.Number
			if raw[0] == '"' || json.Unmarshal(raw, &n) != nil {
				return fault.Field("generationConfig."+name, fmt.Sprintf("%q must be a number.", "generationConfig."+name))
			}
			*at = llm.Number(n)
		}
	}
	if err := errors.Join(g.into("stopSequences", &s.Stop), g.into("responseLogprobs", &s.Logprobs), p.thinking(g), p.format(g), p.modalities(g)); err != nil {
		return err
	}
	g.take("maxOutputTokens")
	g.take("candidateCount")
	c.Unknown = append(c.Unknown, g.rest("generationConfig.")...)
	return nil
}

func (p *parser) thinking(g members) error {
	t, err := g.object("thinkingConfig")
	if err != nil || t == nil {
		return err
	}
	var v struct {
		shown  bool
		budget *int64
		level  string
	}
	if err := errors.Join(t.into("includeThoughts", &v.shown), t.into("thinkingBudget", &v.budget), t.into("thinkingLevel", &v.level)); err != nil {
		return err
	}
	r := &p.conversation.Reasoning
	r.Hidden = !v.shown
	switch {
	case v.level != "" && !strings.HasSuffix(strings.ToLower(v.level), "unspecified"):
		r.Effort = strings.TrimPrefix(strings.ToLower(v.level), "thinking_level_")
	case v.budget != nil && *v.budget == 0:
		r.Effort = "none"
	case v.budget != nil && *v.budget > 0:
		r.Budget = *v.budget
	case v.budget != nil || v.shown:
		r.Adaptive = true
	default:
		r.Hidden = false // nothing was said at all
	}
	return nil
}

func (p *parser) format(g members) error {
	var kind string
	if err := g.into("responseMimeType", &kind); err != nil {
		return err
	}
	f := &p.conversation.Format
	own, standard := g.take("responseSchema"), g.take("responseJsonSchema")
	switch {
	case standard != nil:
		*f = llm.Format{Kind: llm.FormatSchema, Schema: standard}
	case own != nil:
		*f = llm.Format{Kind: llm.FormatSchema, Schema: jsonSchema(own)}
	case kind == "application/json":
		f.Kind = llm.FormatJSON
	case kind != "" && kind != "text/plain":
		return fault.Field("generationConfig.responseMimeType", fmt.Sprintf("The response type %q is only served by Google's own models. Send text/plain or application/json, or ask for one of those.", kind))
	}
	return nil
}

func (p *parser) modalities(g members) error {
	var list []string
	if err := g.into("responseModalities", &list); err != nil {
		return err
	}
	for _, m := range list {
		if !strings.EqualFold(m, "text") {
			return fault.Field("generationConfig.responseModalities", fmt.Sprintf("An answer of the modality %q is only served by Google's own models. Ask for TEXT, or for one of those.", m))
		}
	}
	return nil
}
