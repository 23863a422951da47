package gemini

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Predict is the wire of Google's models that are asked by :predict, with a list of instances: most of Vertex's that make
// vectors of texts, and Imagen. No client speaks it, so its calls are always translated. Errors are those of Wire.
type Predict struct{ Wire }

var _ llm.EmbeddingWire = Predict{}

// Family implements llm.Wire.
func (Predict) Family() llm.Family { return llm.Predict }

// alone is the one model that Google asks by :predict and that takes one text in a call.
const alone = "gemini-embedding-001"

// Predicts reports whether Vertex makes a model's vectors by :predict. The newer ones have embedContent, as at AI Studio, for
// one content in a call; Google's own SDKs tell them apart by these names.
func Predicts(model string) bool {
	return model == alone || !strings.Contains(model, "gemini") && !strings.Contains(model, "maas")
}

// RenderTexts implements llm.EmbeddingWire.
func (Predict) RenderTexts(call *llm.Call, t *llm.Texts, edit llm.Edit) []byte {
	type instance struct {
		Content string `json:"content"`
		Task    string `json:"task_type,omitempty"`
		Title   string `json:"title,omitempty"`
	}
	type parameters struct {
		Dimensions int64 `json:"outputDimensionality,omitempty"`
	}
	if model := named(call, edit); model == alone {
		t.Alone(call, model, edit.Notes)
	}
	var q struct {
		Instances  []instance  `json:"instances"`
		Parameters *parameters `json:"parameters,omitempty"`
	}
	for _, text := range t.Inputs {
		q.Instances = append(q.Instances, instance{text, t.Task, t.Title})
	}
	if t.Dimensions > 0 {
		q.Parameters = &parameters{t.Dimensions}
	}
	return dialect.Encode(&q)
}

// Content is the wire of Vertex's newer models that make vectors: embedContent, for one content in a call, with what is asked
// about it in a member of its own. Calls of other dialects, and Google's own batches, are written in it.
type Content struct{ Wire }

var _ llm.EmbeddingWire = Content{}

// Family implements llm.Wire: Google's own batches are translated, too.
func (Content) Family() llm.Family { return llm.Predict }

// RenderTexts implements llm.EmbeddingWire.
func (Content) RenderTexts(call *llm.Call, t *llm.Texts, edit llm.Edit) []byte {
	type settings struct {
		Task       string `json:"taskType,omitempty"`
		Title      string `json:"title,omitempty"`
		Dimensions int64  `json:"outputDimensionality,omitempty"`
	}
	if t.Alone(call, named(call, edit), edit.Notes); len(t.Inputs) == 0 {
		return nil
	}
	q := struct {
		Content  shownContent `json:"content"`
		Settings *settings    `json:"embedContentConfig,omitempty"`
	}{Content: shownContent{Parts: []shownPart{textPart(t.Inputs[0])}}}
	if s := (settings{t.Task, t.Title, t.Dimensions}); s != (settings{}) {
		q.Settings = &s
	}
	return dialect.Encode(&q)
}

// VertexTexts is how Vertex is asked for vectors: the wire and the method.
func VertexTexts(call *llm.Call, model string) (w llm.Wire, method string) {
	if Predicts(model) {
		return Predict{}, predict
	}
	return VertexAnswer(call, ""), "embedContent"
}

const predict = "predict"

// VertexAnswer is the wire of an answer with vectors; path is where it was asked for.
func VertexAnswer(call *llm.Call, path string) llm.Wire {
	switch {
	case strings.HasSuffix(path, ":"+predict):
		return Predict{}
	case call.Family == llm.Gemini && !nativeOf(call).batch:
		return Wire{Vertex: true}
	}
	return Content{}
}

// named is the model that a call is sent to, without its collection.
func named(call *llm.Call, edit llm.Edit) string {
	model := cmp.Or(edit.Model, call.Model)
	return model[strings.LastIndexByte(model, '/')+1:]
}

// predicted is an answer of :predict with vectors.
type predicted struct {
	Predictions []struct {
		Embeddings struct {
			Values     json.RawMessage `json:"values"`
			Statistics struct {
				Tokens *float64 `json:"token_count"`
			} `json:"statistics"`
		} `json:"embeddings"`
	} `json:"predictions"`
	Metadata struct {
		Characters *float64 `json:"billableCharacterCount"`
	} `json:"metadata"`
	Error json.RawMessage `json:"error"`
}

// Document implements llm.Wire. Some of these models are billed by tokens and some by characters; the answer tells both.
func (Predict) Document(call *llm.Call, body []byte) (llm.Event, error) {
	if call.Operation.Media() {
		return drawnDocument(body)
	}
	var a predicted
	switch err := json.Unmarshal(body, &a); {
	case len(bytes.TrimSpace(body)) == 0:
		return llm.Event{}, errEmpty
	case err != nil:
		return llm.Event{}, errors.Join(errJSON, err)
	}
	if p, ok := readProblem(body); ok {
		return llm.Event{}, p
	}
	if len(a.Predictions) == 0 {
		return llm.Event{}, errShape
	}
	u := llm.Usage{Characters: call.Bound.Characters}
	told := true
	for i := range a.Predictions {
		n, ok := whole(a.Predictions[i].Embeddings.Statistics.Tokens)
		told = told && ok
		u.Input += n
	}
	if n, ok := whole(a.Metadata.Characters); ok {
		u.Characters = n
	}
	e := llm.Event{Kind: llm.Terminal, Raw: body}
	if told && u.Input <= scan.MaxCount {
		e.Usage = &u
	}
	return e, nil
}

// whole is a count that Google writes as a number of any kind.
func whole(n *float64) (int64, bool) {
	if n == nil || *n < 0 || *n > scan.MaxCount || *n != math.Trunc(*n) {
		return 0, false
	}
	return int64(*n), true
}

// ReadVectors implements llm.EmbeddingWire.
func (Predict) ReadVectors(e llm.Event) (*llm.Vectors, error) {
	var a predicted
	if err := json.Unmarshal(e.Raw, &a); err != nil {
		return nil, fmt.Errorf("gemini: read predictions: %w", err)
	}
	v := &llm.Vectors{}
	for i := range a.Predictions {
		vector := a.Predictions[i].Embeddings.Values
		if len(vector) == 0 || vector[0] != '[' {
			return nil, errVectors
		}
		v.List = append(v.List, vector)
	}
	return v, nil
}
