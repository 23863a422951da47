package responses

import (
	"cmp"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

const (
	// toolFraming is what instructions around tools can add to the input, as in package openai.
	toolFraming = 1024
	// mostSearches is how many web searches a call is priced for, and may make, that sets no limit of its own. OpenAI counts its
	// other tools' calls, too.
	mostSearches = 20
	searchLimit  = "20"
)

// request is one body being read: the walk, and what was found.
type request struct {
	dialect.Walk
	call     *llm.Call
	media    int64 // bytes of inline pictures, sounds and files: not text
	level    [objects]dialect.Level
	searches bool
	most     int64    // max_tool_calls
	limit    llm.Spot // its value
	stored   bool     // the conversation goes on from something that the provider keeps
}

func decode(a llm.Ask) (*llm.Call, error) {
	r := request{Walk: dialect.Start(a.Body, "input", "content")}
	r.call = &llm.Call{Family: llm.Responses, Dialect: Dialect{}, Operation: a.Operation, Choices: 1, Body: a.Body, At: a.At,
		Keeps: true, WantsUsage: true}
	if k := r.Kind(); k != scan.Object {
		return nil, fault.Field("", "The request's body must be a JSON object, {…}. Send it with Content-Type: application/json.")
	}
	r.Object()
	r.call.Spots.Open = r.At()
	for at, name, ok := r.key(body); ok; at, name, ok = r.key(body) {
		r.field(at, name)
	}
	if a.Model != "" { // Azure names it in the path
		r.call.Model = a.Model
	}
	return r.done()
}

// done checks what must be there, and the bytes after the object.
func (r *request) done() (*llm.Call, error) {
	if err := r.Finish(); err != nil {
		return nil, err
	}
	c := r.call
	if c.Model == "" {
		return nil, fault.Field("model", "The request names no model. Send \"model\" as a string: an alias of yours or a model's name; GET /v1/models lists them.")
	}
	if c.Bound.Messages == 0 && !r.stored {
		return nil, fault.Field("input", "The request has no input: send \"input\" as a text or a list of items.")
	}
	if r.searches {
		c.Bound.Searches = cmp.Or(r.most, mostSearches)
		if r.most == 0 {
			c.Spots.Searches = []llm.Cut{r.limited()}
		}
	}
	c.Bound.TextBytes = int64(len(c.Body)) - r.media
	return c, nil
}

// limited writes max_tool_calls, which the client left out or set to null.
func (r *request) limited() llm.Cut {
	if r.limit.Has() {
		return r.limit.Replace(searchLimit)
	}
	return llm.Cut{From: r.call.Spots.Open, To: r.call.Spots.Open, With: `"max_tool_calls":` + searchLimit + `,`}
}

// key reads the next key of a watched object and finds its place in what policy reads.
func (r *request) key(o object) (field, llm.Spot, bool) {
	name, spot, ok := r.Name(&r.level[o])
	if !ok {
		return 0, llm.Spot{}, false
	}
	at := places[o][string(name)]
	if at == other {
		if folded := r.Folded(name); folded != nil && places[o][string(folded)] != other {
			r.Misspelt(name, folded)
			return 0, llm.Spot{}, false
		}
	}
	return at, spot, true
}

// field reads one field of the request.
func (r *request) field(at field, name llm.Spot) {
	c := r.call
	switch at {
	case model:
		c.Model, c.Spots.Model = r.Model()
	case input:
		r.input()
	case stream:
		c.Stream = r.Flag("stream")
	case maxOutput:
		from := r.Begin()
		c.MaxOutput = r.Count(capName, dialect.MaxTokens)
		c.Spots.MaxTokens = llm.Member{Name: name, Value: llm.Spot{From: from, To: r.At()}}
	case tools:
		r.tools()
	case maxToolCalls:
		r.limit.From = r.Begin()
		r.most = r.Count("max_tool_calls", dialect.MaxMessages)
		r.limit.To = r.At()
	case text:
		r.text()
	case reasoning:
		r.reasoning()
	case tier:
		if !r.Absent() {
			word, _ := r.Word("service_tier")
			c.Tier = string(dialect.Clip(word))
		}
	case store:
		if !r.Absent() {
			c.Keeps = r.Flag("store")
		}
	case previous:
		if !r.Absent() {
			id, _ := r.Word("previous_response_id")
			c.Follows, c.Bound.Opaque, r.stored = string(id), true, true
		}
	case background:
		if r.Flag("background") {
			r.Refuse("background", "\"background\" is not served here: nobody would be there to book what the answer costs. Leave it out and stream the answer instead.")
		}
	case conversation:
		if r.Present() {
			r.Refuse("conversation", "\"conversation\" is not served here: conversations that a provider keeps cannot be told apart by key. Send the items in \"input\", or continue with \"previous_response_id\".")
		}
	case cacheKey:
		c.Thread = r.Label()
	case prompt: // a prompt that the provider keeps; its length is not shown
		if r.Present() {
			c.Bound.Opaque, r.stored = true, true
		}
	default:
		r.Skip()
	}
}

func (r *request) text() {
	if r.Absent() || !r.Is(scan.Object, "text", "an object") {
		return
	}
	r.Object()
	r.level[options].Open()
	for at, _, ok := r.key(options); ok; at, _, ok = r.key(options) {
		if at != format || r.Kind() != scan.Object {
			r.Skip()
			continue
		}
		r.Object()
		r.level[formats].Open()
		for at, _, ok := r.key(formats); ok; at, _, ok = r.key(formats) {
			if at != kind {
				r.Skip()
			} else if word, ok := r.Word("text.format.type"); ok && string(word) == "json_schema" {
				r.call.Needs.Schema = true
			}
		}
	}
}

func (r *request) reasoning() {
	if r.Absent() || !r.Is(scan.Object, "reasoning", "an object") {
		return
	}
	r.Object()
	r.level[options].Open()
	for at, _, ok := r.key(options); ok; at, _, ok = r.key(options) {
		if at != effort || r.Kind() != scan.String {
			r.Skip()
			continue
		}
		word, _ := r.Word("reasoning.effort")
		r.call.Needs.Reasoning = string(word) != "none"
	}
}

// tools finds those that the provider runs itself, which cost more than the tokens that a request shows.
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
		r.Object()
		r.level[tool].Open()
		for at, _, ok := r.key(tool); ok; at, _, ok = r.key(tool) {
			if at != kind {
				r.Skip()
			} else if word, ok := r.Word("tools.type"); ok {
				r.tool(string(word))
			}
		}
	}
}

func (r *request) tool(kind string) {
	b := &r.call.Bound
	switch kind {
	case "function", "custom", "namespace", "tool_search", "local_shell", "apply_patch", "computer_use_preview", "computer":
	case "web_search", "web_search_preview", "web_search_2025_08_26", "web_search_preview_2025_03_11":
		r.searches, b.Opaque = true, true // what it finds is read, too
	case "mcp":
		b.Opaque = true
	default: // containers, vector stores, pictures: charged apart from the usage that an answer tells
		b.Opaque, b.Unpriced = true, true
	}
}
