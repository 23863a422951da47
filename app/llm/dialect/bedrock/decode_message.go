package bedrock

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

func (r *request) messages() {
	if !r.Is(scan.Array, "messages", "an array of messages") {
		return
	}
	r.Array()
	for r.Item = 0; r.More(); r.Item++ {
		if r.Item == dialect.MaxMessages {
			r.Item = -1
			r.Refuse("messages", "\"messages\" may hold at most %d messages. Summarize or drop the oldest.", dialect.MaxMessages)
			return
		}
		if !r.Is(scan.Object, "role", "in an object with a \"role\" and a \"content\"") {
			return
		}
		r.Object()
		r.level[atMessage].Open()
		for name, ok := r.name(atMessage); ok; name, ok = r.name(atMessage) {
			switch name {
			case "role":
				r.Word("role")
			case "content":
				r.blocks(atBlock, "content")
			default:
				r.Skip()
			}
		}
	}
	r.call.Bound.Messages = int64(r.Item)
	r.Item = -1
}

// blocks reads a list of blocks, each an object with one member that says what it is.
func (r *request) blocks(at int, name string) {
	if r.Absent() || !r.Is(scan.Array, name, "an array of blocks") {
		return
	}
	r.Array()
	outer := r.Part
	for n := 0; r.More(); n++ {
		if at == atBlock && r.Item >= 0 {
			r.Part = n
		}
		if !r.Is(scan.Object, name, "an array of objects") {
			return
		}
		r.Object()
		r.level[at].Open()
		for kind, ok := r.name(at); ok; kind, ok = r.name(at) {
			r.block(at, kind)
		}
	}
	r.Part = outer
}

func (r *request) block(at int, kind string) {
	c := r.call
	switch kind {
	case "image":
		c.Needs.Vision = true
		c.Bound.Images++
		r.source(kind)
	case "document":
		c.Needs.Files, c.Bound.Opaque = true, true
		r.source(kind)
	case "video", "audio":
		c.Bound.Opaque, c.Needs.Audio = true, c.Needs.Audio || kind == "audio"
		r.source(kind)
	case "toolResult":
		if at == atInner {
			r.Skip()
			return
		}
		if !r.Is(scan.Object, kind, "an object") {
			return
		}
		r.Object()
		r.level[atResult].Open()
		for name, ok := r.name(atResult); ok; name, ok = r.name(atResult) {
			if name == "content" {
				r.blocks(atInner, "content")
			} else {
				r.Skip()
			}
		}
	case "cachePoint":
		r.mark()
	case "guardContent":
		from := r.Begin()
		r.Skip()
		if strings.Contains(string(r.Bytes(from, r.At())), `"image"`) {
			c.Bound.Opaque = true
		}
	default:
		r.Skip()
	}
}

// mark reads a cachePoint; one-hour writes are the dearest.
func (r *request) mark() {
	if ttl := r.inner("cachePoint", "ttl"); ttl != "" && ttl != "5m" {
		r.call.Bound.LongCache = true
	}
}

// source reads an image's or a document's. Its bytes are no text; what lies elsewhere nobody knows.
func (r *request) source(kind string) {
	if !r.Is(scan.Object, kind, "an object") {
		return
	}
	r.Object()
	r.level[atMedia].Open()
	for name, ok := r.name(atMedia); ok; name, ok = r.name(atMedia) {
		if name != "source" || r.Kind() != scan.Object {
			r.Skip()
			continue
		}
		r.Object()
		r.level[atSource].Open()
		for name, ok := r.name(atSource); ok; name, ok = r.name(atSource) {
			switch {
			case name == "bytes" && r.Kind() == scan.String:
				t, _ := r.String()
				r.media += int64(max(t.Len(), 0))
			case name == "s3Location":
				r.call.Bound.Opaque = true
				r.Skip()
			default:
				r.Skip()
			}
		}
	}
}

func (r *request) tools() {
	if r.Absent() || !r.Is(scan.Object, "toolConfig", "an object") {
		return
	}
	r.Object()
	r.level[atTools].Open()
	for name, ok := r.name(atTools); ok; name, ok = r.name(atTools) {
		if name != "tools" || !r.Is(scan.Array, "toolConfig.tools", "an array") {
			r.Skip()
			continue
		}
		r.Array()
		for r.More() {
			if !r.Is(scan.Object, "toolConfig.tools", "an array of objects") {
				return
			}
			r.call.Needs.Tools, r.call.Bound.Framing = true, toolFraming
			r.Object()
			r.level[atTool].Open()
			for kind, ok := r.name(atTool); ok; kind, ok = r.name(atTool) {
				switch kind {
				case "cachePoint":
					r.mark()
				case "systemTool": // the provider's own: what it finds comes into the input
					r.call.Bound.Opaque = true
					r.Skip()
				default:
					r.Skip()
				}
			}
		}
	}
}
