package sandbox

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
)

// Sizes of embeddings.
const (
	defaultDimensions = 256
	maxDimensions     = 1536
	maxInputs         = 2048
)

type embeddingRequest struct {
	Model          string          `json:"model"`
	Input          json.RawMessage `json:"input"`
	EncodingFormat string          `json:"encoding_format"`
	Dimensions     *int            `json:"dimensions"`
}

type embedding struct {
	Object    string `json:"object"`
	Index     int    `json:"index"`
	Embedding any    `json:"embedding"` // numbers, or their bytes in base64
}

// embeddings is the face of POST /v1/embeddings.
func (s *Sandbox) embeddings(w http.ResponseWriter, r *http.Request) {
	n := s.number()
	s.identify(w, n)
	var q embeddingRequest
	if f := decode(r, &q); f != nil {
		refuse(w, f)
		return
	}
	model, sc, f := s.enter(r, deployed(r, q.Model), "sandbox-embed")
	if f != nil {
		refuse(w, f)
		return
	}
	texts, tokens, f := inputs(q.Input)
	if f != nil {
		refuse(w, f)
		return
	}
	size, f := q.size()
	if f != nil {
		refuse(w, f)
		return
	}
	if sc.CutNow {
		panic(http.ErrAbortHandler)
	}
	list := make([]embedding, len(texts))
	for i, t := range texts {
		list[i] = embedding{Object: "embedding", Index: i, Embedding: s.vector(t, size)}
		if q.EncodingFormat == "base64" {
			list[i].Embedding = packed(list[i].Embedding.([]float32))
		}
	}
	out := map[string]any{"object": "list", "data": list, "model": model,
		"usage": map[string]int64{"prompt_tokens": tokens, "total_tokens": tokens}}
	if sc.Usage == "none" {
		delete(out, "usage")
	}
	s.books.charge(Charge{ID: w.Header().Get("X-Request-Id"), Client: r.Header.Get("X-Client-Request-Id"), Model: model, Input: tokens, End: "complete"})
	answer(w, out)
}

func (q *embeddingRequest) size() (int, *failure) {
	if q.EncodingFormat != "" && q.EncodingFormat != "float" && q.EncodingFormat != "base64" {
		return 0, &failure{status: 400, param: "encoding_format", message: "encoding_format must be 'float' or 'base64'."}
	}
	if q.Dimensions == nil {
		return defaultDimensions, nil
	}
	if *q.Dimensions < 1 || *q.Dimensions > maxDimensions {
		return 0, &failure{status: 400, param: "dimensions", message: fmt.Sprintf("dimensions must be between 1 and %d.", maxDimensions)}
	}
	return *q.Dimensions, nil
}

// inputs reads the four forms of input: a text, texts, a token array, token arrays.
func inputs(raw json.RawMessage) (texts []string, tokens int64, f *failure) {
	var one string
	var ids []int
	var many [][]int
	switch {
	case json.Unmarshal(raw, &one) == nil && string(raw) != "null":
		texts = []string{one}
	case json.Unmarshal(raw, &texts) == nil:
	case json.Unmarshal(raw, &ids) == nil:
		many = [][]int{ids}
	case json.Unmarshal(raw, &many) == nil:
	}
	longest := int64(0)
	for _, t := range texts {
		tokens, longest = tokens+textTokens(t), max(longest, textTokens(t))
	}
	for _, ids := range many {
		texts, tokens, longest = append(texts, fmt.Sprint(ids)), tokens+int64(len(ids)), max(longest, int64(len(ids)))
	}
	if longest > embedWindow {
		return nil, 0, tooLong(embedWindow, longest, "input")
	}
	if len(texts) == 0 || len(texts) > maxInputs || tokens == 0 {
		return nil, 0, &failure{status: 400, param: "input", message: fmt.Sprintf("input must be a text, a token array or a list of up to %d of them, and must not be empty.", maxInputs)}
	}
	return texts, tokens, nil
}

// vector hashes a text's words into a unit vector: equal texts are equal, texts that share words are near.
func (s *Sandbox) vector(text string, size int) []float32 {
	sums := make([]float64, size)
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t\r\n.,;:!?\"'()[]{}", r) }) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(word))
		d := dice(h.Sum64() ^ s.seed)
		for range 4 { // a word lights four places, so two words seldom cancel out
			v := d.roll()
			sums[v%uint64(size)] += float64(int64(v>>32&1)*2 - 1)
		}
	}
	var square float64
	for _, x := range sums {
		square += x * x
	}
	if square == 0 { // no words, or they cancelled out
		sums[0], square = 1, 1
	}
	out := make([]float32, size)
	for i, x := range sums {
		out[i] = float32(x / math.Sqrt(square))
	}
	return out
}

func packed(v []float32) string {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(b)
}
