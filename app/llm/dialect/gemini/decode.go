package gemini

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// toolFraming is what instructions around tools can add to the input.
const toolFraming = 1024

// request is one body being read: the walk, and what was found.
type request struct {
	dialect.Walk
	call   *llm.Call
	native *native
	media  int64 // bytes of inline pictures, sounds and files: not text
	level  [objects]dialect.Level
	seen   [objects]uint64 // the fields met in the open object of each kind
	room   [64]byte
}

// prefix stands before a model's name wherever it is a resource.
const prefix = "models/"

func (d Dialect) decode(a llm.Ask) (*llm.Call, error) {
	r := request{Walk: dialect.Start(a.Body, "contents", "parts"), native: &native{array: a.Stream && !wantsEvents(a.Query)}}
	r.call = &llm.Call{Family: llm.Gemini, Dialect: d, Operation: a.Operation, Model: strings.TrimPrefix(a.Model, prefix), Stream: a.Stream,
		WantsUsage: true, Choices: 1, Body: a.Body, At: a.At, Native: r.native}
	if n := len(r.call.Model); n == 0 || n > dialect.MaxModel {
		return nil, fault.Field("model", fmt.Sprintf("The model in the path must be a name of 1 to %d bytes.", dialect.MaxModel))
	}
	if r.Kind() != scan.Object {
		return nil, fault.Field("", "The request's body must be a JSON object, {…}. Send it with Content-Type: application/json.")
	}
	r.fields(body)
	if err := r.Finish(); err != nil {
		return nil, err
	}
	if r.call.Bound.Messages == 0 {
		name := "contents"
		if a.Operation == llm.Embeddings {
			name = "content"
		}
		return nil, fault.Field(name, fmt.Sprintf("The request has no %q: send at least one.", name))
	}
	b := &r.call.Bound
	if b.TextBytes = int64(len(a.Body)) - r.media; a.Operation == llm.Embeddings {
		b.Characters = b.TextBytes
	}
	return r.call, nil
}

// fields reads the fields of a request, or of the one that countTokens wraps.
func (r *request) fields(o object) {
	from := r.Begin()
	r.enter(o)
	if o == body {
		r.call.Spots.Open = r.At()
	}
	for at, _, ok := r.key(o); ok; at, _, ok = r.key(o) {
		switch {
		case at == model:
			r.repeated()
		case r.call.Operation == llm.Embeddings:
			r.embed(at)
		case at == generateContentRequest && o == body && r.call.Operation == llm.CountTokens:
			if !r.Absent() && r.Is(scan.Object, "generateContentRequest", "an object") {
				r.fields(inner)
			}
		default:
			r.field(at)
		}
	}
	if o == inner {
		r.native.inner = llm.Spot{From: from, To: r.At()}
	}
}

// repeated notes where the body names the model again, so that it always names the one that is asked.
func (r *request) repeated() {
	from := r.Begin()
	if r.Absent() || !r.Is(scan.String, "model", "a string") {
		return
	}
	r.Skip()
	r.native.models = append(r.native.models, llm.Spot{From: from, To: r.At()})
}

func (r *request) field(at field) {
	c := r.call
	switch at {
	case contents:
		r.contents()
	case systemInstruction:
		if r.Kind() == scan.Object {
			r.turn()
		} else {
			r.Skip()
		}
	case tools:
		r.tools()
	case generationConfig:
		r.config()
	case cachedContent:
		c.Bound.Opaque = r.Present() || c.Bound.Opaque
	case serviceTier:
		if !r.Absent() {
			word, _ := r.Word("serviceTier")
			c.Tier = tierOf(string(dialect.Clip(word)))
		}
	default:
		r.Skip()
	}
}

// tierOf is a service tier in the words of the other dialects.
func tierOf(word string) string {
	word = strings.TrimPrefix(strings.ToLower(word), "service_tier_")
	if word == "standard" || word == "unspecified" {
		return ""
	}
	return word
}

func (r *request) tools() {
	if r.Absent() || !r.Is(scan.Array, "tools", "an array") {
		return
	}
	r.Array()
	for r.More() {
		if !r.Is(scan.Object, "tools", "an array of objects") {
			return
		}
		r.call.Needs.Tools, r.call.Bound.Framing = true, toolFraming
		r.enter(tool)
		for at, _, ok := r.key(tool); ok; at, _, ok = r.key(tool) {
			if !r.Present() {
				continue
			}
			switch at {
			case functionDeclarations:
			case codeExecution, urlContext, fileSearch, computerUse: // code and its output, addresses, files: whatever they hold comes into the input
				r.call.Bound.Opaque = true
			case googleSearch, googleSearchRetrieval, enterpriseWebSearch:
				r.call.Bound.Searches = mostSearches
				r.call.Bound.Opaque = true // what is found comes into the input
			default: // googleMaps, retrieval, servers: Google charges them apart from tokens, and no usage tells
				r.call.Bound.Opaque, r.call.Bound.Unpriced = true, true
			}
		}
	}
}

// mostSearches is how many searches a call with a search tool is priced for: the model decides, and seldom makes more.
const mostSearches = 20
