package llm

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Texts is an embeddings call in canonical form: what EmbeddingDialect reads and EmbeddingWire writes, where client and
// provider speak different dialects.
type Texts struct {
	Inputs []string
	// Dimensions is how long the vectors are to be; 0 leaves it to the model.
	Dimensions int64
	// Task and Title are what the vectors are for, in Google's words (RETRIEVAL_QUERY); "" without.
	Task, Title string
	// Unknown are fields for which this form has no place.
	Unknown []string
}

// Vectors is the answer, a vector for each input in its order. Each is a JSON array of numbers as the provider wrote them.
type Vectors struct {
	Model string
	List  []json.RawMessage
	// Usage is nil where the provider reports none.
	Usage *Usage
}

// EmbeddingDialect is a Dialect whose clients' embeddings calls other dialects can say. Errors are as Parse's and Write's.
type EmbeddingDialect interface {
	ParseTexts(call *Call) (*Texts, error)
	WriteVectors(call *Call, v *Vectors) ([]byte, error)
}

// EmbeddingWire is a Wire whose provider makes vectors of such calls. What gets lost is told to edit.Notes.
type EmbeddingWire interface {
	RenderTexts(call *Call, t *Texts, edit Edit) []byte
	// ReadVectors reads an answer that Document took.
	ReadVectors(e Event) (*Vectors, error)
}

// Alone refuses more than one text for a model that takes one in a call. Told of the client's own field.
func (t *Texts) Alone(call *Call, model string, n *Notes) {
	if len(t.Inputs) == 1 {
		return
	}
	field := "input"
	if call.Family == Gemini {
		field = "requests"
	}
	n.Refuse(field, fmt.Sprintf("holds %d texts, and %q takes one in a call. Send them one by one, or ask for a model that takes several", len(t.Inputs), model))
}

// Sized refuses vectors of another length than a model makes.
func (t *Texts) Sized(call *Call, model string, n *Notes, lengths ...int64) {
	if t.Dimensions == 0 || slices.Contains(lengths, t.Dimensions) {
		return
	}
	field := "dimensions"
	if call.Family == Gemini {
		field = "outputDimensionality"
	}
	n.Refuse(field, fmt.Sprintf("is %d, and %q makes vectors of %s numbers. Ask for one of those, or for a model that makes yours", t.Dimensions, model, either(lengths)))
}

// either lists numbers as a sentence does.
func either(list []int64) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.FormatInt(n, 10)
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return words[0]
}

// embeddingBody is Body of an embeddings call that is translated.
func embeddingBody(w Wire, call *Call, edit Edit) ([]byte, error) {
	client, reads := call.Dialect.(EmbeddingDialect)
	provider, writes := w.(EmbeddingWire)
	if !reads || !writes {
		return nil, untold(call)
	}
	t, err := client.ParseTexts(call)
	if err != nil {
		return nil, err
	}
	if edit.Notes == nil {
		edit.Notes = &Notes{}
	}
	for _, name := range t.Unknown {
		edit.Notes.Drop(name)
	}
	b := provider.RenderTexts(call, t, edit)
	if err := edit.Notes.Err(); err != nil {
		return nil, err
	}
	return b, nil
}

func untold(call *Call) error {
	return fault.Newf(fault.Invalid, "unsupported_operation", "The model %q cannot be asked for %s in this dialect: its provider speaks another one. Use the endpoint of the provider's own dialect, or another model.", call.Model, call.Operation)
}

// embedded is the answer to an embeddings call in another dialect.
type embedded struct {
	Stream
	wire EmbeddingWire
	call *Call
}

// Next implements Stream.
func (s *embedded) Next() (Event, error) {
	e, err := s.Stream.Next()
	if err != nil || e.Kind != Terminal {
		return e, err
	}
	v, err := s.wire.ReadVectors(e)
	if err == nil {
		if v.Usage == nil {
			v.Usage = e.Usage
		}
		e.Raw, err = s.call.Dialect.(EmbeddingDialect).WriteVectors(s.call, v)
	}
	if err != nil {
		return Event{Kind: Failed, Usage: e.Usage, Err: untranslatable(err)}, nil
	}
	return e, nil
}

// Packed is a vector as base64 of little-endian 32-bit floats, which OpenAI's SDKs ask for.
func Packed(vector json.RawMessage) (string, error) {
	var numbers []float64
	if err := json.Unmarshal(vector, &numbers); err != nil {
		return "", fmt.Errorf("llm: a vector that is none: %w", err)
	}
	b := make([]byte, 0, 4*len(numbers))
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(n)))
	}
	return base64.StdEncoding.EncodeToString(b), nil
}
