package openai

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// What a request may hold at most. No provider takes more, and each bounds what one request can cost.
const (
	maxMessages = 4096
	maxChoices  = 128
	maxTokens   = 1 << 31
	maxModel    = 256 // bytes of a model's name
)

// request is one body being read: the cursor, what was found, and the first refusal.
type request struct {
	scan.Cursor
	call    *llm.Call
	refusal *fault.Error

	media         int64 // bytes of inline pictures, sounds and files: not text
	message, part int   // where in messages the cursor is, for refusals; -1 outside

	// Per watched object: the keys seen, and room for an unescaped key, which is needed again after its value.
	seen [objects]scan.Seen
	room [objects][48]byte
	fold [48]byte
	word [48]byte
}

// decode runs over the top-level object.
func decode(op llm.Operation, body []byte) (*llm.Call, error) {
	r := request{Cursor: scan.New(body), message: -1, part: -1}
	r.call = &llm.Call{Family: llm.OpenAI, Operation: op, Choices: 1, Body: body}
	if k := r.Kind(); k != scan.Object {
		return nil, fault.Field("", "The request's body must be a JSON object, {…}. Send it with Content-Type: application/json.")
	}
	r.Object()
	r.call.Spots.Open = r.At()
	if op == llm.Embeddings {
		for at, _, ok := r.key(embeddingsBody); ok; at, _, ok = r.key(embeddingsBody) {
			r.embeddings(at)
		}
	} else {
		for at, name, ok := r.key(chatBody); ok; at, name, ok = r.key(chatBody) {
			r.chat(at, name)
		}
	}
	return r.done()
}

// done checks what must be there, and the bytes after the object.
func (r *request) done() (*llm.Call, error) {
	if r.refusal != nil {
		return nil, r.refusal
	}
	if !r.End() {
		e := r.Err()
		return nil, fault.Field("", fmt.Sprintf("The request's body is not valid JSON: at byte %d, %s.", e.At, e.Why))
	}
	if r.call.Model == "" {
		return nil, fault.Field("model", "The request names no model. Send \"model\" as a string: an alias of yours or a model's name; GET /v1/models lists them.")
	}
	if r.call.Bound.Messages == 0 {
		name := "messages"
		if r.call.Operation == llm.Embeddings {
			name = "input"
		}
		return nil, fault.Field(name, fmt.Sprintf("The request has no %s: send at least one.", name))
	}
	r.call.Bound.TextBytes = int64(len(r.call.Body)) - r.media
	return r.call, nil
}

// key reads the next key of a watched object and finds its place in what policy reads. It refuses keys that repeat and
// keys that a lenient reader would take for another one: the provider must not read a different request than we did.
func (r *request) key(o object) (field, llm.Spot, bool) {
	key, ok := r.Key()
	if !ok {
		return 0, llm.Spot{}, false
	}
	name := r.Value(key, r.room[o][:])
	if !r.seen[o].First(&r.Cursor, key) {
		r.refuse(string(clip(name)), "The key %q stands twice in one object. Readers differ in which one they take; send it once.", string(clip(name)))
		return 0, llm.Spot{}, false
	}
	at := o.place(name)
	if at == other && !scan.Folded(name) {
		if folded := scan.Fold(name, r.fold[:]); o.place(folded) != other {
			r.refuse(string(clip(name)), "The key %q must be written %q: some servers would read it as that, others would ignore it.", string(clip(name)), string(folded))
			return 0, llm.Spot{}, false
		}
	}
	return at, llm.Spot{From: key.From, To: key.To}, true
}

// refuse records the first refusal and ends the walk.
func (r *request) refuse(name, format string, args ...any) {
	if r.refusal == nil && r.Err() == nil {
		r.refusal = fault.Field(r.path(name), fmt.Sprintf(format, args...))
	}
	r.Stop()
}

// path is where a field stands: "messages[3].content[0].image_url".
func (r *request) path(name string) string {
	switch {
	case r.message < 0:
		return name
	case r.part < 0:
		return fmt.Sprintf("messages[%d].%s", r.message, name)
	}
	return fmt.Sprintf("messages[%d].content[%d].%s", r.message, r.part, name)
}

// null reads over a null, which means the same as an absent field.
func (r *request) null() bool { return r.Kind() == scan.Null && r.Null() }

// is checks the next value's type. A byte that begins no value is left to the cursor, which reports it better.
func (r *request) is(kind scan.Kind, name, want string) bool {
	k := r.Kind()
	if k == kind {
		return true
	}
	if k == scan.Bad {
		r.Skip()
	}
	r.refuse(name, "%q must be %s.", r.path(name), want)
	return false
}

// text reads a short string by value; room for it is shared, so use it before the next one.
func (r *request) text(name string) ([]byte, bool) {
	if !r.is(scan.String, name, "a string") {
		return nil, false
	}
	t, ok := r.String()
	if !ok {
		return nil, false
	}
	return r.Value(t, r.word[:]), true
}

// flag reads true, false or null.
func (r *request) flag(name string) bool {
	if r.null() || !r.is(scan.Bool, name, "true or false") {
		return false
	}
	v, _ := r.Bool()
	return v
}

// count reads a whole number from 1 to most, or null, which gives 0.
func (r *request) count(name string, most int64) int64 {
	if r.null() || !r.is(scan.Number, name, "a whole number") {
		return 0
	}
	v, ok := r.Int()
	if !ok || v < 1 || v > most {
		r.refuse(name, "%q must be a whole number from 1 to %d.", r.path(name), most)
		return 0
	}
	return v
}

func (r *request) modelName() {
	name, ok := r.text("model")
	if !ok {
		return
	}
	if len(name) == 0 || len(name) > maxModel {
		r.refuse("model", "\"model\" must be a name of 1 to %d bytes.", maxModel)
		return
	}
	r.call.Model = string(name)
}

func clip(b []byte) []byte { return b[:min(len(b), 64)] }
