package gemini

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

func (r *request) contents() {
	if !r.Is(scan.Array, "contents", "an array of contents") {
		return
	}
	r.Array()
	for r.Item = 0; r.More(); r.Item++ {
		if r.Item == dialect.MaxMessages {
			r.Item = -1
			r.Refuse("contents", "\"contents\" may hold at most %d contents. Summarize or drop the oldest.", dialect.MaxMessages)
			return
		}
		if k := r.Kind(); k != scan.Object && k != scan.Bad {
			r.Refuse("parts", "contents[%d] must be an object with \"parts\".", r.Item)
			return
		}
		r.turn()
	}
	r.call.Bound.Messages = int64(r.Item)
	r.Item = -1
}

// turn reads a content: a role and parts.
func (r *request) turn() {
	r.enter(turn)
	for at, _, ok := r.key(turn); ok; at, _, ok = r.key(turn) {
		if at != parts {
			r.Skip()
			continue
		}
		if r.Absent() {
			continue
		}
		if !r.Is(scan.Array, "parts", "an array of parts") {
			return
		}
		r.Array()
		for n := 0; r.More(); n++ {
			if r.Item >= 0 {
				r.Part = n
			}
			if r.Is(scan.Object, "text", "in an object") {
				r.part()
			}
		}
		r.Part = -1
	}
}

// part reads a part. Parts of a kind that we do not know pass, but their size is not ours to tell.
func (r *request) part() {
	r.enter(part)
	for at, _, ok := r.key(part); ok; at, _, ok = r.key(part) {
		switch at {
		case inlineData:
			r.blob()
		case fileData: // whatever the client calls it, its size is unknown
			from := r.Begin()
			if r.Present() {
				r.call.Needs.Files, r.call.Bound.Opaque = true, true
				r.AddressIn("fileData.fileUri", from, "fileUri", "file_uri")
			}
		case functionResponse:
			r.response()
		case other:
			if k := r.Kind(); k == scan.Object || k == scan.Array {
				r.call.Bound.Opaque = true
			}
			r.Skip()
		default:
			r.Skip()
		}
	}
}

// response is a tool's result, which may hold media beside its JSON.
func (r *request) response() {
	if r.Absent() || !r.Is(scan.Object, "functionResponse", "an object") {
		return
	}
	r.enter(response)
	for at, _, ok := r.key(response); ok; at, _, ok = r.key(response) {
		if at != parts || r.Kind() != scan.Array {
			r.Skip()
			continue
		}
		r.Array()
		for r.More() {
			if !r.Is(scan.Object, "parts", "an array of objects") {
				return
			}
			r.enter(responsePart)
			for at, _, ok := r.key(responsePart); ok; at, _, ok = r.key(responsePart) {
				if at == inlineData {
					r.blob()
				} else {
					r.call.Bound.Opaque = r.Present() || r.call.Bound.Opaque
				}
			}
		}
	}
}

// soundRate is the fewest bytes that a second of sound takes: 8 kbit/s.
const soundRate = 1000

// blob is inline media. Its bytes are no text, unless they are text.
func (r *request) blob() {
	if r.Absent() || !r.Is(scan.Object, "inlineData", "an object") {
		return
	}
	var kind string
	var size int64
	r.enter(blob)
	for at, _, ok := r.key(blob); ok; at, _, ok = r.key(blob) {
		switch {
		case at == mimeType && r.Kind() == scan.String:
			word, _ := r.Word("mimeType")
			kind = strings.ToLower(string(dialect.Clip(word)))
		case at == data && r.Kind() == scan.String:
			t, _ := r.String()
			size = int64(t.Len())
		default:
			r.Skip()
		}
	}
	r.weigh(kind, size)
}

func (r *request) weigh(kind string, size int64) {
	c := r.call
	switch {
	case strings.HasPrefix(kind, "image/"):
		c.Needs.Vision = true
		c.Bound.Images++
	case strings.HasPrefix(kind, "audio/"):
		c.Needs.Audio = true
		c.Bound.AudioSecs += size*3/4/soundRate + 1
	case strings.HasPrefix(kind, "text/"):
		return
	default:
		c.Needs.Files, c.Bound.Opaque = true, true
	}
	r.media += size
}
