package openai

import (
	"bytes"

	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

func (r *request) messages() {
	if !r.is(scan.Array, "messages", "an array of messages") {
		return
	}
	r.Array()
	for r.message = 0; r.More(); r.message++ {
		if r.message == maxMessages {
			r.message = -1
			r.refuse("messages", "\"messages\" may hold at most %d messages. Summarize or drop the oldest.", maxMessages)
			return
		}
		r.oneMessage()
	}
	r.call.Bound.Messages = int64(r.message)
	r.message = -1
}

func (r *request) oneMessage() {
	if k := r.Kind(); k != scan.Object && k != scan.Bad {
		r.refuse("role", "messages[%d] must be an object with a \"role\" and a \"content\".", r.message)
		return
	}
	r.Object()
	r.seen[message].Reset()
	roles := false
	for at, _, ok := r.key(message); ok; at, _, ok = r.key(message) {
		switch at {
		case role:
			_, roles = r.text("role")
		case content:
			r.content()
		case audio: // an earlier spoken answer, by id: how long it was is not said
			if r.present() {
				r.call.Bound.Opaque = true
			}
		default:
			r.Skip()
		}
	}
	if !roles {
		r.refuse("role", "messages[%d] has no \"role\". Send one of system, developer, user, assistant, tool.", r.message)
	}
}

// content is a string, null, or an array of parts.
func (r *request) content() {
	switch r.Kind() {
	case scan.String, scan.Null, scan.Bad:
		r.Skip()
		return
	}
	if !r.is(scan.Array, "content", "a string or an array of parts") {
		return
	}
	r.Array()
	for r.part = 0; r.More(); r.part++ {
		if r.Kind() == scan.String { // some servers take plain strings here
			r.Skip()
			continue
		}
		if r.is(scan.Object, "type", "in an object with a \"type\"") {
			r.onePart()
		}
	}
	r.part = -1
}

// onePart reads a part of a message. Parts of a kind we do not know pass, but their size is not ours to tell.
func (r *request) onePart() {
	r.Object()
	r.seen[part].Reset()
	for at, _, ok := r.key(part); ok; at, _, ok = r.key(part) {
		switch at {
		case kind:
			r.partKind()
		case text:
			r.Skip()
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

func (r *request) partKind() {
	word, ok := r.text("type")
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
		address = r.member("image_url", url)
	}
	if address.To > 0 && bytes.HasPrefix(r.Bytes(address.From+1, address.To-1), dataURL) {
		r.media += int64(address.Len())
	}
}

var dataURL = []byte("data:")

// soundRate is the fewest bytes that a second of sound takes: MP3 at its lowest rate, 8 kbit/s.
const soundRate = 1000

func (r *request) sound() {
	if base64 := r.member("input_audio", data); base64.To > 0 {
		r.media += int64(base64.Len())
		r.call.Bound.AudioSecs += int64(base64.Len())*3/4/soundRate + 1
	}
}

func (r *request) document() {
	if base64 := r.member("file", fileData); base64.To > 0 {
		r.media += int64(base64.Len())
	}
}

// member walks over an object and gives its one string member that counts; To is 0 if there is none.
func (r *request) member(name string, want field) (found scan.Text) {
	if r.null() || !r.is(scan.Object, name, "an object") {
		return scan.Text{}
	}
	r.Object()
	r.seen[media].Reset()
	for at, _, ok := r.key(media); ok; at, _, ok = r.key(media) {
		if at == want && r.Kind() == scan.String {
			found, _ = r.String()
		} else {
			r.Skip()
		}
	}
	return found
}
