package gemini

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

var (
	_ llm.EmbeddingDialect = Dialect{}
	_ llm.EmbeddingWire    = Wire{}
)

// ParseTexts implements llm.EmbeddingDialect. The requests of a batch must agree in what is not their text: elsewhere one
// request says it for all.
func (Dialect) ParseTexts(call *llm.Call) (*llm.Texts, error) {
	var m members
	if err := json.Unmarshal(call.Body, &m); err != nil {
		return nil, fault.Field("", "The request's body must be a JSON object.").Because(err)
	}
	list := []members{m}
	if nativeOf(call).batch {
		list = nil
		if err := m.into("requests", &list); err != nil {
			return nil, err
		}
	}
	t := &llm.Texts{}
	for i, one := range list {
		var next llm.Texts
		text, err := one.embedded(&next)
		if err != nil {
			return nil, err
		}
		if i > 0 && (next.Dimensions != t.Dimensions || next.Task != t.Task || next.Title != t.Title) {
			return nil, fault.Field("requests", fmt.Sprintf("requests[%d] asks for other dimensions, another task or title than the first, and this model's provider takes one for all. Send it on its own.", i))
		}
		next.Inputs = append(t.Inputs, text)
		*t = next
	}
	return t, nil
}

// embedded reads one text and what is asked about it.
func (m members) embedded(t *llm.Texts) (string, error) {
	m.take("model")
	err := errors.Join(m.into("outputDimensionality", &t.Dimensions), m.into("taskType", &t.Task), m.into("title", &t.Title))
	var content struct {
		Parts []members `json:"parts"`
	}
	if err = errors.Join(err, m.into("content", &content)); err != nil {
		var f *fault.Error
		errors.As(err, &f)
		return "", f
	}
	if t.Dimensions < 0 || t.Dimensions > 1<<16 {
		return "", fault.Field("outputDimensionality", `"outputDimensionality" must be a whole number from 1 to 65536.`)
	}
	var text strings.Builder
	for _, p := range content.Parts {
		var s *string
		if err := p.into("text", &s); err != nil {
			return "", err
		}
		if s == nil || len(p.rest("")) > 0 {
			return "", fault.Field("content.parts", "\"content.parts\" holds something else than text, and this model's provider embeds nothing else. Send text, or ask for another model.")
		}
		text.WriteString(*s)
	}
	t.Unknown = m.rest("")
	slices.Sort(t.Unknown)
	return text.String(), nil
}

// WriteVectors implements llm.EmbeddingDialect.
func (Dialect) WriteVectors(call *llm.Call, v *llm.Vectors) ([]byte, error) {
	type values struct {
		Values json.RawMessage `json:"values"`
	}
	type counts struct {
		Prompt int64 `json:"promptTokenCount"`
	}
	var out struct {
		One  *values  `json:"embedding,omitempty"`
		Many []values `json:"embeddings,omitempty"`
		Uses *counts  `json:"usageMetadata,omitempty"`
	}
	for _, vector := range v.List {
		out.Many = append(out.Many, values{vector})
	}
	if !nativeOf(call).batch {
		if len(out.Many) != 1 {
			return nil, errVectors
		}
		out.One, out.Many = &out.Many[0], nil
	}
	if v.Usage != nil {
		out.Uses = &counts{v.Usage.Input}
	}
	return dialect.Encode(out), nil
}

var errVectors = errors.New("gemini: the answer holds other vectors than were asked for")

// RenderTexts implements llm.EmbeddingWire: always a batch, as one text is a batch of one.
func (w Wire) RenderTexts(call *llm.Call, t *llm.Texts, edit llm.Edit) []byte {
	type part struct {
		Text string `json:"text"`
	}
	type content struct {
		Parts []part `json:"parts"`
	}
	type request struct {
		Model      string  `json:"model"`
		Content    content `json:"content"`
		Task       string  `json:"taskType,omitempty"`
		Title      string  `json:"title,omitempty"`
		Dimensions int64   `json:"outputDimensionality,omitempty"`
	}
	list := make([]request, len(t.Inputs))
	for i, text := range t.Inputs {
		list[i] = request{w.resource(cmp.Or(edit.Model, call.Model)), content{[]part{{text}}}, t.Task, t.Title, t.Dimensions}
	}
	return dialect.Encode(map[string]any{"requests": list})
}

// ReadVectors implements llm.EmbeddingWire.
func (Wire) ReadVectors(e llm.Event) (*llm.Vectors, error) {
	type values struct {
		Values json.RawMessage `json:"values"`
	}
	var a struct {
		One  *values  `json:"embedding"`
		Many []values `json:"embeddings"`
	}
	if err := json.Unmarshal(e.Raw, &a); err != nil {
		return nil, fmt.Errorf("gemini: read vectors: %w", err)
	}
	if a.One != nil {
		a.Many = append(a.Many, *a.One)
	}
	v := &llm.Vectors{}
	for _, one := range a.Many {
		if len(one.Values) == 0 || one.Values[0] != '[' {
			return nil, errVectors
		}
		v.List = append(v.List, one.Values)
	}
	return v, nil
}
