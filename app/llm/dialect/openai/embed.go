package openai

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

var (
	_ llm.EmbeddingDialect = Dialect{}
	_ llm.EmbeddingWire    = Wire{}
)

// embedding is an embeddings request.
type embedding struct {
	Model      string          `json:"model"`
	Input      json.RawMessage `json:"input"`
	Dimensions int64           `json:"dimensions,omitempty"`
	Format     string          `json:"encoding_format,omitempty"`
	Purpose    string          `json:"input_type,omitempty"`
}

// embeddingFields are the ones that other dialects can say.
var embeddingFields = []string{"model", "input", "dimensions", "encoding_format", "input_type"}

// tasks are the words of servers beside OpenAI's for what vectors are for, in Google's.
var tasks = map[string]string{"search_document": "RETRIEVAL_DOCUMENT", "search_query": "RETRIEVAL_QUERY", "classification": "CLASSIFICATION", "clustering": "CLUSTERING"}

// wanted reads the request that Decode took.
func wanted(call *llm.Call) (q embedding, err error) {
	if err := json.Unmarshal(call.Body, &q); err != nil {
		return q, fault.Field("", "The request cannot be read: a value in it has a wrong type.").Because(err)
	}
	switch {
	case q.Dimensions < 0 || q.Dimensions > 1<<16:
		return q, fault.Field("dimensions", `"dimensions" must be a whole number from 1 to 65536.`)
	case q.Format != "" && q.Format != "float" && q.Format != "base64":
		return q, fault.Field("encoding_format", `"encoding_format" must be "float" or "base64".`)
	}
	return q, nil
}

// ParseTexts implements llm.EmbeddingDialect.
func (Dialect) ParseTexts(call *llm.Call) (*llm.Texts, error) {
	q, err := wanted(call)
	if err != nil {
		return nil, err
	}
	t := &llm.Texts{Dimensions: q.Dimensions}
	if t.Task = tasks[q.Purpose]; q.Purpose != "" && t.Task == "" {
		t.Unknown = append(t.Unknown, "input_type")
	}
	var all map[string]json.RawMessage
	_ = json.Unmarshal(call.Body, &all) // it was an object a moment ago
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(embeddingFields, name) && string(all[name]) != "null" {
			t.Unknown = append(t.Unknown, name)
		}
	}
	var one string
	if json.Unmarshal(q.Input, &one) == nil {
		t.Inputs = []string{one}
	} else if json.Unmarshal(q.Input, &t.Inputs) != nil {
		return nil, fault.Field("input", "\"input\" holds tokens, which mean something to one tokenizer only, and this model's provider has another one. Send texts, or ask for another model.")
	}
	return t, nil
}

// WriteVectors implements llm.EmbeddingDialect.
func (Dialect) WriteVectors(call *llm.Call, v *llm.Vectors) ([]byte, error) {
	type item struct {
		Object string `json:"object"`
		Index  int    `json:"index"`
		Vector any    `json:"embedding"`
	}
	type counts struct {
		Prompt int64 `json:"prompt_tokens"`
		Total  int64 `json:"total_tokens"`
	}
	q, err := wanted(call)
	if err != nil {
		return nil, err
	}
	out := struct {
		Object string `json:"object"`
		Data   []item `json:"data"`
		Model  string `json:"model"`
		Usage  counts `json:"usage"`
	}{Object: "list", Data: make([]item, len(v.List)), Model: cmp.Or(v.Model, call.Model)}
	for i, vector := range v.List {
		out.Data[i] = item{"embedding", i, vector}
		if q.Format == "base64" {
			if out.Data[i].Vector, err = llm.Packed(vector); err != nil {
				return nil, err
			}
		}
	}
	if v.Usage != nil {
		out.Usage = counts{v.Usage.Input, v.Usage.Input}
	}
	return dialect.Encode(out), nil
}

// RenderTexts implements llm.EmbeddingWire.
func (Wire) RenderTexts(call *llm.Call, t *llm.Texts, edit llm.Edit) []byte {
	if t.Task != "" {
		edit.Notes.Drop("taskType")
	}
	if t.Title != "" {
		edit.Notes.Drop("title")
	}
	return dialect.Encode(embedding{Model: cmp.Or(edit.Model, call.Model), Input: dialect.Encode(t.Inputs), Dimensions: t.Dimensions, Format: "float"})
}

var errVectors = errors.New("openai: the answer holds other vectors than were asked for")

// ReadVectors implements llm.EmbeddingWire.
func (Wire) ReadVectors(e llm.Event) (*llm.Vectors, error) {
	var a struct {
		Model string `json:"model"`
		Data  []struct {
			Index  int             `json:"index"`
			Vector json.RawMessage `json:"embedding"`
		} `json:"data"`
	}
	if err := json.Unmarshal(e.Raw, &a); err != nil {
		return nil, fmt.Errorf("openai: read vectors: %w", err)
	}
	slices.SortStableFunc(a.Data, func(x, y struct {
		Index  int             `json:"index"`
		Vector json.RawMessage `json:"embedding"`
	}) int {
		return x.Index - y.Index
	})
	v := &llm.Vectors{Model: a.Model}
	for _, d := range a.Data {
		if len(d.Vector) == 0 || d.Vector[0] != '[' {
			return nil, errVectors
		}
		v.List = append(v.List, d.Vector)
	}
	return v, nil
}
