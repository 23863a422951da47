package bedrock

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

// Kinds of objects whose keys are watched.
const (
	atBody = iota
	atConfig
	atExtra
	atMessage
	atBlock
	atInner // a block inside a tool's result
	atMedia
	atSource
	atResult
	atTools
	atTool
	atWord
	levels
)

// fields are the names that policy reads, by kind of object: a name beside them that differs by case is refused.
var fields = [levels]map[string]string{
	atBody:    lower("messages", "system", "inferenceConfig", "toolConfig", "additionalModelRequestFields", "serviceTier", "performanceConfig", "outputConfig"),
	atConfig:  lower("maxTokens"),
	atMessage: lower("role", "content"),
	atBlock:   lower("image", "document", "video", "audio", "toolResult", "cachePoint", "guardContent"),
	atInner:   lower("image", "document", "video", "audio", "toolResult", "cachePoint", "guardContent"),
	atMedia:   lower("source"),
	atSource:  lower("bytes", "s3Location"),
	atResult:  lower("content"),
	atTools:   lower("tools"),
	atTool:    lower("cachePoint", "systemTool"),
}

func lower(names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for _, n := range names {
		m[strings.ToLower(n)] = n
	}
	return m
}

// request is one body being read: the walk, and what was found.
type request struct {
	dialect.Walk
	call   *llm.Call
	native *native
	media  int64 // bytes of inline pictures and documents: not text
	level  [levels]dialect.Level
}

func decode(d llm.Dialect, a llm.Ask) (*llm.Call, error) {
	r := request{Walk: dialect.Start(a.Body, "messages", "content"), native: &native{}}
	r.call = &llm.Call{Family: llm.Bedrock, Dialect: d, Operation: a.Operation, Model: a.Model, Stream: a.Stream, WantsUsage: true, Choices: 1,
		Body: a.Body, At: a.At, Native: r.native}
	if n := len(a.Model); n == 0 || n > dialect.MaxModel {
		return nil, fault.Field("modelId", fmt.Sprintf("The model in the path must be a name of 1 to %d bytes.", dialect.MaxModel))
	}
	if r.Kind() != scan.Object {
		return nil, fault.Field("", "The request's body must be a JSON object, {…}. Send it with Content-Type: application/json.")
	}
	r.Object()
	r.call.Spots.Open = r.At()
	for name, ok := r.name(atBody); ok; name, ok = r.name(atBody) {
		r.body(name)
	}
	if err := r.Finish(); err != nil {
		return nil, err
	}
	if r.call.Bound.Messages == 0 {
		return nil, fault.Field("messages", "The request has no \"messages\": send at least one.")
	}
	r.call.Bound.TextBytes = int64(len(a.Body)) - r.media
	return r.call, nil
}

// name reads the next key of a watched object: one that policy reads, or "" for any other.
func (r *request) name(at int) (string, bool) {
	key, _, ok := r.Name(&r.level[at])
	if !ok {
		return "", false
	}
	folded := r.Folded(key)
	if folded == nil {
		folded = key
	}
	want, near := fields[at][string(folded)]
	if near && want != string(key) {
		r.Misspelt(key, []byte(want))
		return "", false
	}
	return want, true
}

func (r *request) body(name string) {
	c := r.call
	switch name {
	case "messages":
		r.messages()
	case "system":
		r.blocks(atBlock, "system")
	case "inferenceConfig":
		r.config()
	case "toolConfig":
		r.tools()
	case "additionalModelRequestFields":
		r.extra()
	case "serviceTier":
		if word := r.inner("serviceTier", "type"); word != "default" {
			c.Tier = word
		}
	case "performanceConfig":
		if word := r.inner("performanceConfig", "latency"); word != "standard" && word != "" {
			c.Tier = word
		}
	case "outputConfig":
		from := r.Begin()
		r.Skip()
		c.Needs.Schema = strings.Contains(string(r.Bytes(from, r.At())), "json_schema")
	default:
		r.Skip()
	}
}

func (r *request) inner(name, want string) string {
	t := r.Member(&r.level[atWord], name, want)
	if t.To == 0 {
		return ""
	}
	return string(dialect.Clip(r.Value(t, nil)))
}

func (r *request) config() {
	from := r.Begin()
	defer func() { r.native.config = llm.Spot{From: from, To: r.At()} }()
	if r.Absent() || !r.Is(scan.Object, "inferenceConfig", "an object") {
		return
	}
	r.Object()
	r.level[atConfig].Open()
	for name, ok := r.name(atConfig); ok; name, ok = r.name(atConfig) {
		if name == "" {
			r.Skip()
			continue
		}
		at := r.Begin()
		r.call.MaxOutput = r.Count("inferenceConfig.maxTokens", dialect.MaxTokens)
		r.native.most = llm.Spot{From: at, To: r.At()}
	}
}

// extra are a model's own parameters. A cap among them would be another one than the one that was priced.
func (r *request) extra() {
	if r.Absent() || !r.Is(scan.Object, "additionalModelRequestFields", "an object") {
		return
	}
	r.Object()
	r.level[atExtra].Open()
	for key, _, ok := r.Name(&r.level[atExtra]); ok; key, _, ok = r.Name(&r.level[atExtra]) {
		switch strings.ToLower(strings.ReplaceAll(string(key), "_", "")) {
		case "maxtokens", "maxtokenstosample", "maxgenlen", "maxnewtokens", "maxcompletiontokens", "maxtokencount", "inferenceconfig", "numpredict":
			r.Refuse("additionalModelRequestFields."+string(dialect.Clip(key)), "An output cap belongs into \"inferenceConfig.maxTokens\", not into %q: it is what the price is bounded by.", "additionalModelRequestFields."+string(dialect.Clip(key)))
			return
		case "thinking", "reasoningconfig", "reasoningeffort":
			r.call.Needs.Reasoning = true
		case "tools", "mcpservers", "container":
			r.call.Bound.Opaque = true
		}
		r.Skip()
	}
}
