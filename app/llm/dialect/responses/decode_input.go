package responses

import (
	"bytes"

	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// input is a text or a list of items.
func (r *request) input() {
	switch r.Kind() {
	case scan.Null:
		r.Skip()
		return
	case scan.String:
		r.Skip()
		r.call.Bound.Messages = 1
		return
	}
	if !r.Is(scan.Array, "input", "a text or an array of items") {
		return
	}
	r.Array()
	for r.Item = 0; r.More(); r.Item++ {
		if r.Item == dialect.MaxMessages {
			r.Item = -1
			r.Refuse("input", "\"input\" may hold at most %d items. Summarize or drop the oldest.", dialect.MaxMessages)
			return
		}
		r.item()
	}
	r.call.Bound.Messages = int64(r.Item)
	r.Item = -1
}

// item reads one item. Its kind may stand behind its content, so what the kind says of the size is settled at its end.
func (r *request) item() {
	if k := r.Kind(); k != scan.Object && k != scan.Bad {
		r.Refuse("type", "input[%d] must be an object: a message with a \"role\" and a \"content\", or an item with a \"type\".", r.Item)
		return
	}
	r.Object()
	r.level[item].Open()
	named, typed := false, false
	for at, _, ok := r.key(item); ok; at, _, ok = r.key(item) {
		switch at {
		case kind:
			word, ok := r.Word("type")
			if typed = true; ok && !shown(string(word)) {
				r.call.Bound.Opaque = true
			}
		case role:
			_, named = r.Word("role")
		case content, output:
			r.content()
		default:
			r.Skip()
		}
	}
	if !named && !typed {
		r.Refuse("type", "input[%d] has neither a \"role\" nor a \"type\". Send a message, or an item as an answer held it.", r.Item)
	}
}

// shown reports whether an item's bytes bound its tokens: nothing in it refers to content elsewhere.
func shown(kind string) bool {
	switch kind {
	case "message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "reasoning",
		"local_shell_call", "local_shell_call_output", "apply_patch_call", "apply_patch_call_output", "web_search_call",
		"tool_search_call", "tool_search_output", "computer_call", "computer_call_output", "compaction", "compaction_summary":
		return true
	}
	return false
}

// content is a text, null, a part, or an array of parts.
func (r *request) content() {
	switch r.Kind() {
	case scan.Object:
		r.part()
		return
	case scan.Array:
	default:
		r.Skip()
		return
	}
	r.Array()
	for r.Part = 0; r.More(); r.Part++ {
		if r.Kind() == scan.String {
			r.Skip()
			continue
		}
		if r.Is(scan.Object, "type", "in an object with a \"type\"") {
			r.part()
		}
	}
	r.Part = -1
}

// part reads a part of an item. Parts of a kind that we do not know pass, but their size is not ours to tell.
func (r *request) part() {
	c := r.call
	r.Object()
	r.level[part].Open()
	picture := false
	for at, _, ok := r.key(part); ok; at, _, ok = r.key(part) {
		switch at {
		case kind:
			word, ok := r.Word("type")
			if !ok {
				return
			}
			switch string(word) {
			case "input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text", "input_audio":
			case "input_image", "computer_screenshot":
				picture = true
			case "input_file":
				c.Needs.Files, c.Bound.Opaque = true, true
			default:
				c.Bound.Opaque = true
			}
		case imageURL:
			picture = r.inline("image_url") || picture
		case fileURL:
			c.Bound.Opaque = r.inline("file_url") || c.Bound.Opaque
		case fileData:
			c.Bound.Opaque = r.inline("file_data") || c.Bound.Opaque
		case fileID:
			c.Bound.Opaque = r.Present() || c.Bound.Opaque
		case inputAudio:
			c.Needs.Audio = true
			if base64 := r.Member(&r.level[media], "input_audio", "data"); base64.To > 0 {
				r.media += int64(base64.Len())
				c.Bound.AudioSecs += int64(base64.Len())*3/4/soundRate + 1
			}
		default:
			r.Skip()
		}
	}
	if picture {
		c.Needs.Vision = true
		c.Bound.Images++
	}
}

// soundRate is the fewest bytes that a second of sound takes: MP3 at its lowest rate, 8 kbit/s.
const soundRate = 1000

var dataURL = []byte("data:")

// inline reads an address or inline media, and reports whether there is any. A data URL is no text.
func (r *request) inline(name string) bool {
	if r.Kind() != scan.String {
		return r.Present()
	}
	t, _ := r.String()
	if t.To > 0 && bytes.HasPrefix(r.Bytes(t.From+1, t.To-1), dataURL) {
		r.media += int64(t.Len())
	} else if name != "file_data" {
		r.Address(name, t)
	}
	return true
}
