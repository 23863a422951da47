package openai

import (
	"bytes"

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
		r.oneMessage()
	}
	r.call.Bound.Messages = int64(r.Item)
	r.Item = -1
}

func (r *request) oneMessage() {
	if k := r.Kind(); k != scan.Object && k != scan.Bad {
		r.Refuse("role", "messages[%d] must be an object with a \"role\" and a \"content\".", r.Item)
		return
	}
	r.Object()
	r.level[message].Open()
	roles := false
	for at, _, ok := r.key(message); ok; at, _, ok = r.key(message) {
		switch at {
		case role:
			_, roles = r.Word("role")
		case content:
			r.content()
		case audio: // an earlier spoken answer, by id: how long it was is not said
			if r.Present() {
				r.call.Bound.Opaque = true
			}
		case cacheControl:
			r.mark()
		default:
			r.Skip()
		}
	}
	if !roles {
		r.Refuse("role", "messages[%d] has no \"role\". Send one of system, developer, user, assistant, tool.", r.Item)
	}
}

// content is a string, null, or an array of parts.
func (r *request) content() {
	switch r.Kind() {
	case scan.String, scan.Null, scan.Bad:
		r.Skip()
		return
	}
	if !r.Is(scan.Array, "content", "a string or an array of parts") {
		return
	}
	r.Array()
	for r.Part = 0; r.More(); r.Part++ {
		if r.Kind() == scan.String { // some servers take plain strings here
			r.Skip()
			continue
		}
		if r.Is(scan.Object, "type", "in an object with a \"type\"") {
			r.onePart()
		}
	}
	r.Part = -1
}

// onePart reads a part of a message. Parts of a kind we do not know pass, but their size is not ours to tell.
func (r *request) onePart() {
	r.Object()
	r.level[part].Open()
	for at, _, ok := r.key(part); ok; at, _, ok = r.key(part) {
		switch at {
		case kind:
			r.partKind()
		case text:
			r.Skip()
		case cacheControl:
			r.mark()
		case imageURL:
			r.call.Needs.Vision = true
			r.call.Bound.Images++
			r.image()
		case inputAudio:
			r.call.Needs.Audio = true
			r.sound()
		case file:
			r.call.Needs.Files = true
			r.call.Bound.Opaque = true
			r.document()
		default:
			if k := r.Kind(); k == scan.Object || k == scan.Array {
				r.call.Bound.Opaque = true
			}
			r.Skip()
		}
	}
}

// mark reads a cache_control, which OpenAI does not know, but the Claude models that the call may go to; one-hour writes are the dearest.
func (r *request) mark() {
	if r.Kind() != scan.Object {
		r.Skip()
		return
	}
	if ttl := r.Member(&r.level[media], "cache_control", "ttl"); ttl.To > 0 && string(r.Bytes(ttl.From+1, ttl.To-1)) != "5m" {
		r.call.Bound.LongCache = true
	}
}

func (r *request) partKind() {
	word, ok := r.Word("type")
	if !ok {
		return
	}
	switch string(word) {
	case "text", "refusal", "image_url", "input_audio", "file":
	default:
		r.call.Bound.Opaque = true
	}
}

// image is {"url": …}, or the address itself as some servers take it. A data URL is no text.
func (r *request) image() {
	var address scan.Text
	if r.Kind() == scan.String {
		address, _ = r.String()
	} else {
		address = r.Member(&r.level[media], "image_url", "url")
	}
	if address.To > 0 && bytes.HasPrefix(r.Bytes(address.From+1, address.To-1), dataURL) {
		r.media += int64(address.Len())
		return
	}
	r.Address("image_url", address)
}

var dataURL = []byte("data:")

// soundRate is the fewest bytes that a second of sound takes: MP3 at its lowest rate, 8 kbit/s.
const soundRate = 1000

func (r *request) sound() {
	if base64 := r.Member(&r.level[media], "input_audio", "data"); base64.To > 0 {
		r.media += int64(base64.Len())
		r.call.Bound.AudioSecs += int64(base64.Len())*3/4/soundRate + 1
	}
}

func (r *request) document() {
	if base64 := r.Member(&r.level[media], "file", "file_data"); base64.To > 0 {
		r.media += int64(base64.Len())
	}
}
