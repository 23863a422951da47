package anthropic

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// toolFraming is what instructions around tools can add to the input: the longest known are 735 tokens.
const toolFraming = 1024

// mostSearches is how many searches a call is priced for, and may make, that sets no limit of its own.
const (
	mostSearches = 20
	searchLimit  = "20"
)

// levels are the kinds of objects whose keys are watched.
const (
	atBody = iota
	atMessage
	atBlock
	atInner // a block inside a tool's result
	atSource
	atTool
	atMark
	levels
)

// request is one body being read: the walk, and what was found.
type request struct {
	dialect.Walk
	call  *llm.Call
	media int64 // bytes of inline pictures and documents: not text
	level [levels]dialect.Level
	// compacts says that the conversation may be read once more, to be summed up.
	compacts bool
}

func decode(a llm.Ask) (*llm.Call, error) {
	r := request{Walk: dialect.Start(a.Body, "messages", "content")}
	r.call = &llm.Call{Family: llm.Anthropic, Dialect: Dialect{}, Operation: a.Operation, Choices: 1, WantsUsage: true, Body: a.Body, At: a.At,
		Model: a.Model, Stream: a.Stream}
	if strings.Contains(a.Query, "beta=true") {
		r.call.Native = Beta(true)
	}
	if r.Kind() != scan.Object {
		return nil, fault.Field("", "The request's body must be a JSON object, {…}. Send it with Content-Type: application/json.")
	}
	r.Object()
	r.call.Spots.Open = r.At()
	for name, spot, ok := r.Name(&r.level[atBody]); ok; name, spot, ok = r.Name(&r.level[atBody]) {
		if !r.body(name, spot) {
			r.unknown(name, inBody)
		}
	}
	if err := r.Finish(); err != nil {
		return nil, err
	}
	return r.done()
}

func (r *request) done() (*llm.Call, error) {
	c := r.call
	switch {
	case c.Model == "":
		return nil, fault.Field("model", "The request names no model. Send \"model\" as a string: an alias of yours or a model's name; GET /v1/models lists them.")
	case c.Bound.Messages == 0:
		return nil, fault.Field("messages", "The request has no messages: send at least one.")
	case c.MaxOutput == 0 && c.Operation == llm.Chat:
		return nil, fault.Field("max_tokens", "The request has no \"max_tokens\". Send the most tokens that the answer may have, such as 4096.")
	}
	c.Bound.TextBytes = int64(len(c.Body)) - r.media
	if r.compacts && c.Operation == llm.Chat {
		c.Bound.TextBytes, c.Bound.Images, c.Bound.Windows = 2*c.Bound.TextBytes, 2*c.Bound.Images, 2
	}
	return c, nil
}

// inBody reports whether a key of the body is one that policy reads, as body does.
func inBody(name []byte) bool {
	switch string(name) {
	case "model", "max_tokens", "stream", "messages", "system", "tools", "thinking", "output_config", "output_format", "service_tier",
		"speed", "inference_geo", "cache_control", "mcp_servers", "container", "metadata", "context_management", "fallbacks":
		return true
	}
	return false
}

// unknown skips a key that policy does not read, unless a lenient reader would take it for one.
func (r *request) unknown(name []byte, known func([]byte) bool) {
	if folded := r.Folded(name); folded != nil && known(folded) {
		r.Misspelt(name, folded)
		return
	}
	r.Skip()
}

// body reads one field of the request; false if policy does not read it.
func (r *request) body(name []byte, key llm.Spot) bool {
	c := r.call
	switch string(name) {
	case "model":
		c.Model, c.Spots.Model = r.Model()
	case "max_tokens":
		from := r.Begin()
		c.MaxOutput = r.Count("max_tokens", dialect.MaxTokens)
		c.Spots.MaxTokens = llm.Member{Name: key, Value: llm.Spot{From: from, To: r.At()}}
	case "stream":
		c.Stream = r.Flag("stream")
	case "messages":
		r.messages()
	case "system":
		r.content(atBlock, "system")
	case "tools":
		r.tools()
	case "thinking":
		c.Needs.Reasoning = r.thinks()
	case "output_config", "output_format":
		r.output()
	case "service_tier":
		if word := r.word("service_tier"); word != "" && word != "standard_only" {
			c.Tier = word
		}
	case "speed":
		if word := r.word("speed"); word != "" && word != "standard" {
			c.Tier = word
		}
	case "inference_geo":
		if word := r.word("inference_geo"); word != "" && word != "global" {
			c.Tier = "geo " + word
		}
	case "cache_control":
		r.mark()
	case "metadata":
		r.metadata()
	case "context_management":
		from := r.Begin()
		r.Skip()
		r.compacts = r.Err() == nil && bytes.Contains(r.Bytes(from, r.At()), []byte(`"compact_`))
	case "fallbacks":
		r.fallbacks()
	case "mcp_servers", "container":
		c.Bound.Opaque = r.Present() || c.Bound.Opaque
	default:
		return false
	}
	return true
}

// metadata finds Claude Code's session in the end user's id: a JSON object in a string, or, before 2.1, the end of a word.
func (r *request) metadata() {
	user := r.Member(&r.level[atSource], "metadata", "user_id")
	if user.To == 0 {
		return
	}
	id := r.Value(user, nil)
	var inside struct {
		Session string `json:"session_id"`
	}
	if len(id) > 0 && id[0] == '{' && json.Unmarshal(id, &inside) == nil {
		r.call.Thread = inside.Session
	} else if _, session, ok := strings.Cut(string(id), "_session_"); ok {
		r.call.Thread = session
	}
	r.call.Thread = r.call.Thread[:min(len(r.call.Thread), dialect.MaxModel)]
}

func (r *request) word(name string) string {
	if r.Absent() {
		return ""
	}
	w, _ := r.Word(name)
	return string(dialect.Clip(w))
}

// thinks reads {"type": "enabled", …}.
func (r *request) thinks() bool {
	if r.Absent() {
		return false
	}
	from := r.Begin()
	kind := r.Member(&r.level[atSource], "thinking", "type")
	r.budget(from)
	if kind.To == 0 {
		return false
	}
	return !bytes.Equal(r.Bytes(kind.From+1, kind.To-1), []byte("disabled"))
}

// budget refuses budgets that no answer could hold; Anthropic says the rest.
func (r *request) budget(from int) {
	if r.Err() != nil {
		return
	}
	in := scan.New(r.Bytes(from, r.At()))
	for key, ok := "", in.Object(); ok; {
		t, more := in.Key()
		if !more {
			return
		}
		if key = string(in.Value(t, nil)); key != "budget_tokens" {
			in.Skip()
			continue
		}
		if n, whole := in.Int(); !whole || n < 0 || n > dialect.MaxTokens {
			r.Refuse("thinking.budget_tokens", "\"thinking.budget_tokens\" must be a whole number from 1024 to %d.", dialect.MaxTokens)
			return
		}
	}
}

// output looks for a schema.
func (r *request) output() {
	if r.Absent() || !r.Is(scan.Object, "output_config", "an object") {
		return
	}
	from := r.At()
	r.Skip()
	if bytes.Contains(r.Bytes(from, r.At()), []byte(`"json_schema"`)) {
		r.call.Needs.Schema = true
	}
}

// mark reads a cache_control; one-hour writes are the dearest.
func (r *request) mark() {
	if ttl := r.Member(&r.level[atMark], "cache_control", "ttl"); ttl.To > 0 && string(r.Bytes(ttl.From+1, ttl.To-1)) != "5m" {
		r.call.Bound.LongCache = true
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
