package openai

import (
	"fmt"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// request is one body being read: the walk, and what was found.
type request struct {
	dialect.Walk
	call  *llm.Call
	media int64 // bytes of inline pictures, sounds and files: not text
	level [objects]dialect.Level
}

// decode runs over the top-level object.
func decode(a llm.Ask) (*llm.Call, error) {
	r := request{Walk: dialect.Start(a.Body, "messages", "content")}
	r.call = &llm.Call{Family: llm.OpenAI, Dialect: Dialect{}, Operation: a.Operation, Choices: 1, Body: a.Body, At: a.At}
	if k := r.Kind(); k != scan.Object {
		return nil, fault.Field("", "The request's body must be a JSON object, {…}. Send it with Content-Type: application/json.")
	}
	r.Object()
	r.call.Spots.Open = r.At()
	switch a.Operation {
	case llm.Completions:
		for at, name, ok := r.key(completionsBody); ok; at, name, ok = r.key(completionsBody) {
			if at == input {
				r.inputs("prompt")
			} else {
				r.chat(at, name)
			}
		}
		r.completed()
	case llm.Embeddings:
		for at, _, ok := r.key(embeddingsBody); ok; at, _, ok = r.key(embeddingsBody) {
			r.embeddings(at)
		}
	default:
		for at, name, ok := r.key(chatBody); ok; at, name, ok = r.key(chatBody) {
			r.chat(at, name)
		}
	}
	if a.Model != "" { // Azure names it in the path, and reads it nowhere else
		if r.call.Model = a.Model; len(a.Model) > dialect.MaxModel {
			return nil, fault.Field("model", fmt.Sprintf("The deployment in the path must be a name of 1 to %d bytes.", dialect.MaxModel))
		}
		r.call.Native = version(a.Query)
	}
	return r.done()
}

// APIVersion is Call.Native of a request under Azure's paths: the version that the client's body was written for.
type APIVersion string

func version(query string) APIVersion {
	q, _ := url.ParseQuery(query)
	return APIVersion(q.Get("api-version"))
}

// done checks what must be there, and the bytes after the object.
func (r *request) done() (*llm.Call, error) {
	if err := r.Finish(); err != nil {
		return nil, err
	}
	if r.call.Model == "" {
		return nil, fault.Field("model", "The request names no model. Send \"model\" as a string: an alias of yours or a model's name; GET /v1/models lists them.")
	}
	if r.call.Bound.Messages == 0 {
		name := map[llm.Operation]string{llm.Chat: "messages", llm.Embeddings: "input", llm.Completions: "prompt"}[r.call.Operation]
		return nil, fault.Field(name, fmt.Sprintf("The request has no %s: send at least one.", name))
	}
	b := &r.call.Bound
	if b.TextBytes = int64(len(r.call.Body)) - r.media; r.call.Operation == llm.Embeddings {
		b.Characters = b.TextBytes
	}
	return r.call, nil
}

// key reads the next key of a watched object and finds its place in what policy reads.
func (r *request) key(o object) (field, llm.Spot, bool) {
	name, spot, ok := r.Name(&r.level[o])
	if !ok {
		return 0, llm.Spot{}, false
	}
	at := o.place(name)
	if at == other {
		if folded := r.Folded(name); folded != nil && o.place(folded) != other {
			r.Misspelt(name, folded)
			return 0, llm.Spot{}, false
		}
	}
	return at, spot, true
}
