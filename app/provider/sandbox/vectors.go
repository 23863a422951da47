package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Vectors in the words of clouds: Vertex's :predict, and the makers' own behind Bedrock's InvokeModel. The models are real
// ones, with their list prices, served there only.
const (
	perChar   = "text-embedding-005"
	titan     = "amazon.titan-embed-text-v2:0"
	cohere    = "cohere.embed-english-v3"
	cohere4   = "cohere.embed-v4:0"
	embedder2 = "gemini-embedding-2"
)

// predict is the face of POST …/publishers/google/models/{model}:predict.
func (s *Sandbox) predict(w http.ResponseWriter, r *http.Request, model string) {
	var q struct {
		Instances []struct {
			Content *string `json:"content"`
			Task    string  `json:"task_type"`
			Title   string  `json:"title"`
		} `json:"instances"`
		Parameters embeddingParameters `json:"parameters"`
	}
	f := decode(r, &q)
	base, sc := "", Script{}
	if f == nil {
		base, sc, f = s.enter(r, model, perChar, embedder)
	}
	size, wrong := q.Parameters.size()
	switch {
	case f != nil:
	case wrong != nil:
		f = wrong
	case len(q.Instances) == 0 || len(q.Instances) > 250:
		f = badArgument("The number of instances must be from 1 to 250.")
	case base == embedder && len(q.Instances) > 1:
		f = badArgument("Batch size must be 1 for this model.")
	}
	charge := Charge{ID: s.name(s.number(), 22), Client: r.Header.Get("X-Client-Request-Id"), Model: base, End: "complete"}
	list := []map[string]any{}
	for _, in := range q.Instances {
		if f == nil && (in.Content == nil || *in.Content == "") {
			f = badArgument("The text content is empty.")
		}
		if f != nil {
			break
		}
		n := textTokens(*in.Content)
		charge.Input += n
		charge.Chars += inked(*in.Content)
		list = append(list, map[string]any{"embeddings": map[string]any{"values": s.vector(*in.Content, size), "statistics": map[string]any{"truncated": false, "token_count": n}}})
	}
	if f != nil {
		refuseGoogle(w, f)
		return
	}
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	s.books.charge(charge)
	_, _ = w.Write(lines(map[string]any{"predictions": list, "metadata": map[string]any{"billableCharacterCount": charge.Chars}}))
}

type embeddingParameters struct {
	Size *int `json:"outputDimensionality"`
}

func (p embeddingParameters) size() (int, *failure) {
	q := embeddingRequest{Dimensions: p.Size}
	return q.size()
}

// inked counts what Google bills: characters that are no white space.
func inked(s string) (n int64) {
	for _, c := range s {
		if !unicode.IsSpace(c) {
			n++
		}
	}
	return n
}

// invoke is the face of InvokeModel.
func (s *Sandbox) invoke(w http.ResponseWriter, r *http.Request) {
	if name := r.PathValue("model"); strings.HasPrefix(name, novaCanvas) || strings.HasPrefix(name, stableCore) {
		s.invokeCanvas(w, r, name)
		return
	}
	var q struct {
		Text       *string `json:"inputText"`
		Dimensions *int    `json:"dimensions"`

		Texts []string `json:"texts"`
		Type  string   `json:"input_type"`
		Forms []string `json:"embedding_types"`
		Size  *int     `json:"output_dimension"`
	}
	f := decode(r, &q)
	base, sc := "", Script{}
	if f == nil {
		base, sc, f = s.enter(r, r.PathValue("model"), titan, cohere, cohere4)
		if f != nil && f.code == "model_not_found" {
			f.status, f.message = 400, "The provided model identifier is invalid."
		}
	}
	size, sizes := 1024, map[int]bool{256: true, 512: true, 1024: true}
	if base == titan {
		q.Texts, q.Size = nil, q.Dimensions
		if q.Text != nil {
			q.Texts = []string{*q.Text}
		}
	}
	if base == cohere4 {
		size, sizes[1536] = 1536, true
	}
	if q.Size != nil {
		size = *q.Size
	}
	switch {
	case f != nil:
	case len(q.Texts) == 0 || len(q.Texts) > 96 || strings.Join(q.Texts, "") == "":
		f = &failure{status: 400, message: "Malformed input request: expected 1 to 96 texts, please reformat your input and try again."}
	case !sizes[size] || base == cohere && q.Size != nil:
		f = &failure{status: 400, message: "Malformed input request: #: extraneous or wrong number of dimensions, please reformat your input and try again."}
	case base != titan && !slices.Contains([]string{"search_document", "search_query", "classification", "clustering"}, q.Type):
		f = &failure{status: 400, message: "Malformed input request: #/input_type: is not a valid enum value, please reformat your input and try again."}
	}
	if f != nil {
		refuseAWS(w, f)
		return
	}
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	id := s.name(s.number(), 24)
	charge := Charge{ID: id, Client: r.Header.Get("X-Client-Request-Id"), Model: base, End: "complete"}
	list := make([][]float32, len(q.Texts))
	for i, t := range q.Texts {
		charge.Input += textTokens(t)
		list[i] = s.vector(t, size)
	}
	s.books.charge(charge)
	w.Header().Set("X-Amzn-Bedrock-Input-Token-Count", strconv.FormatInt(charge.Input, 10))
	switch {
	case base == titan:
		answer(w, map[string]any{"embedding": list[0], "embeddingsByType": map[string]any{"float": list[0]}, "inputTextTokenCount": charge.Input})
	case len(q.Forms) > 0:
		answer(w, map[string]any{"id": id, "texts": q.Texts, "embeddings": map[string]any{"float": list}, "response_type": "embeddings_by_type"})
	default:
		answer(w, map[string]any{"id": id, "texts": q.Texts, "embeddings": list, "response_type": "embeddings_floats"})
	}
}
