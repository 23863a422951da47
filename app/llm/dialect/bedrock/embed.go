package bedrock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Maker is the wire of models on Bedrock that have no part in Converse: InvokeModel asks them in their makers' own words.
// Errors are Bedrock's.
type Maker struct {
	Wire
	// Tokens is the count in the answer's header, for makers whose bodies tell none. nil without.
	Tokens *int64
}

var _ llm.EmbeddingWire = Maker{}

// maker is who made a model, as far as that decides how it is asked.
type maker uint8

const (
	nobody  maker = iota // that we know how to ask
	titan1               // Titan Text Embeddings G1
	titan2               // Titan Text Embeddings V2
	cohere3              // Embed 3, English and multilingual
	cohere4              // Embed 4
)

// makers are told by what model ids, and those of inference profiles, hold.
var makers = []struct {
	part string
	is   maker
}{
	{"amazon.titan-embed-text-v2", titan2}, {"amazon.titan-embed-text-v1", titan1}, {"amazon.titan-embed-g1-text", titan1},
	{"cohere.embed-v4", cohere4}, {"cohere.embed-english-v3", cohere3}, {"cohere.embed-multilingual-v3", cohere3},
}

func makerOf(model string) maker {
	for _, m := range makers {
		if strings.Contains(model, m.part) {
			return m.is
		}
	}
	return nobody
}

// Embeds reports whether a model is one of those whose vectors can be asked for.
func Embeds(model string) bool { return makerOf(model) != nobody }

// RenderTexts implements llm.EmbeddingWire. Titan takes one text in a call, Cohere up to 96; lengths of vectors are each
// maker's own.
func (Maker) RenderTexts(call *llm.Call, t *llm.Texts, edit llm.Edit) []byte {
	model, notes := Model(call, edit), edit.Notes
	made := makerOf(model)
	if made == cohere3 || made == cohere4 {
		return cohereTexts(call, t, model, notes)
	}
	if t.Task != "" {
		notes.Drop("taskType")
	}
	if t.Title != "" {
		notes.Drop("title")
	}
	if t.Alone(call, model, notes); len(t.Inputs) != 1 {
		return nil
	}
	q := struct {
		Text       string `json:"inputText"`
		Dimensions int64  `json:"dimensions,omitempty"`
	}{Text: t.Inputs[0]}
	if made == titan1 {
		t.Sized(call, model, notes, 1536)
	} else {
		t.Sized(call, model, notes, 256, 512, 1024)
		q.Dimensions = t.Dimensions
	}
	return dialect.Encode(&q)
}

// inputTypes are Google's words for what vectors are for, as Cohere says them.
var inputTypes = map[string]string{"RETRIEVAL_DOCUMENT": "search_document", "RETRIEVAL_QUERY": "search_query", "QUESTION_ANSWERING": "search_query",
	"FACT_VERIFICATION": "search_query", "CODE_RETRIEVAL_QUERY": "search_query", "CLASSIFICATION": "classification", "CLUSTERING": "clustering"}

func cohereTexts(call *llm.Call, t *llm.Texts, model string, notes *llm.Notes) []byte {
	q := struct {
		Texts      []string `json:"texts"`
		Type       string   `json:"input_type"`
		Forms      []string `json:"embedding_types"`
		Dimensions int64    `json:"output_dimension,omitempty"`
	}{Texts: t.Inputs, Type: inputTypes[t.Task], Forms: []string{"float"}}
	if q.Type == "" { // Cohere must be told
		q.Type = "search_document"
		notes.Change("input_type", "set to search_document")
		if t.Task != "" {
			notes.Drop("taskType")
		}
	}
	if t.Title != "" {
		notes.Drop("title")
	}
	if makerOf(model) == cohere3 {
		t.Sized(call, model, notes, 1024)
	} else {
		t.Sized(call, model, notes, 256, 512, 1024, 1536)
		q.Dimensions = t.Dimensions
	}
	return dialect.Encode(&q)
}

// vectors is an answer of either maker.
type vectors struct {
	One    json.RawMessage `json:"embedding"`           // Titan
	Tokens *int64          `json:"inputTextTokenCount"` // Titan
	Many   json.RawMessage `json:"embeddings"`          // Cohere: a list, or one for each form
}

// list takes the vectors out of an answer.
func (v *vectors) list() (out []json.RawMessage, err error) {
	if v.One != nil {
		out = []json.RawMessage{v.One}
	} else if bytes.HasPrefix(v.Many, []byte{'{'}) {
		var forms struct {
			Float []json.RawMessage `json:"float"`
		}
		err = json.Unmarshal(v.Many, &forms)
		out = forms.Float
	} else if v.Many != nil {
		err = json.Unmarshal(v.Many, &out)
	}
	for _, vector := range out {
		if err == nil && !bytes.HasPrefix(vector, []byte{'['}) {
			err = errVectors
		}
	}
	return out, err
}

var errVectors = errors.New("bedrock: the answer holds other vectors than were asked for")

// Document implements llm.Wire.
func (m Maker) Document(call *llm.Call, body []byte) (llm.Event, error) {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return llm.Event{}, errEmpty
	case call.Operation.Media():
		return drawn(body)
	}
	var v vectors
	if err := json.Unmarshal(body, &v); err != nil {
		return llm.Event{}, errors.Join(errJSON, err)
	}
	if list, err := v.list(); err != nil || len(list) == 0 {
		return llm.Event{}, errors.Join(errShape, err)
	}
	e := llm.Event{Kind: llm.Terminal, Raw: body}
	if v.Tokens == nil {
		v.Tokens = m.Tokens
	}
	if n := v.Tokens; n != nil && *n >= 0 && *n <= scan.MaxCount {
		e.Usage = &llm.Usage{Input: *n}
	}
	return e, nil
}

// ReadVectors implements llm.EmbeddingWire.
func (Maker) ReadVectors(e llm.Event) (*llm.Vectors, error) {
	var v vectors
	err := json.Unmarshal(e.Raw, &v)
	if err != nil {
		return nil, fmt.Errorf("bedrock: read vectors: %w", err)
	}
	out := &llm.Vectors{}
	out.List, err = v.list()
	return out, err
}
