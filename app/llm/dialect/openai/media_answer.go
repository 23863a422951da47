package openai

import (
	"bytes"
	"math"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// verbatim takes an answer that is neither JSON nor events: a transcript as a text or as subtitles.
func verbatim(call *llm.Call, body []byte) (llm.Event, error) {
	if len(bytes.TrimSpace(body)) == 0 && call.Operation != llm.Transcribe && call.Operation != llm.Interpret { // silence is one
		return llm.Event{}, errEmpty
	}
	return llm.Event{Kind: llm.Terminal, Raw: body, OutputBytes: len(body)}, nil
}

// proofs are the members by which an answer is known to be one, and their kind.
var proofs = map[llm.Operation]struct {
	name string
	kind scan.Kind
}{
	llm.MakeImages: {"data", scan.Array}, llm.EditImages: {"data", scan.Array}, llm.Transcribe: {"text", scan.String}, llm.Interpret: {"text", scan.String},
	llm.Moderate: {"results", scan.Array}, llm.UploadFile: {"id", scan.String}, llm.ShowFile: {"id", scan.String}, llm.DeleteFile: {"id", scan.String},
}

// mediaDocument is Document for calls about pictures, sound, verdicts and files.
func mediaDocument(call *llm.Call, body []byte) (llm.Event, error) {
	out := llm.Event{Kind: llm.Terminal, Raw: body}
	proof := proofs[call.Operation]
	var found, broken bool
	var used llm.Usage
	var reported bool
	var images int64
	c := scan.New(body)
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		name := string(c.Value(key, nil))
		switch kind := c.Kind(); {
		case name == proof.name && kind == proof.kind:
			found = true
			n, word := size(&c, kind)
			switch call.Operation {
			case llm.MakeImages, llm.EditImages:
				images = int64(n)
			case llm.Transcribe, llm.Interpret:
				out.OutputBytes = n
			case llm.UploadFile:
				out.Kept = word
			}
		case name == "usage" && kind == scan.Object:
			used, reported = readMediaUsage(&c)
		case name == "error":
			broken = kind != scan.Null
			c.Skip()
		default:
			c.Skip()
		}
	}
	switch {
	case !c.End():
		return llm.Event{}, errJSON
	case broken:
		if p, ok := readProblem(body); ok {
			return llm.Event{}, p
		}
		return llm.Event{}, errShape
	case !found:
		return llm.Event{}, errShape
	}
	if !reported {
		used = llm.Usage{}
	}
	if used.Images = images; reported || images > 0 || call.Operation.Filed() { // files cost nothing
		out.Usage = &used
	}
	return out, nil
}

// size reads a proof: how many elements or bytes it has, and a string's value.
func size(c *scan.Cursor, kind scan.Kind) (n int, word string) {
	if kind == scan.Array {
		c.Array()
		for c.More() {
			c.Skip()
			n++
		}
		return n, ""
	}
	t, ok := c.String()
	if ok && t.Len() <= 256 {
		word = string(c.Value(t, nil))
	}
	return t.Len(), word
}

// readMediaUsage reads the usage objects of images, transcripts and speech: tokens, or a length in seconds.
func readMediaUsage(c *scan.Cursor) (u llm.Usage, ok bool) {
	ok = true
	var some bool
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "input_tokens":
			some = c.Kind() == scan.Number || some
			ok = c.Count(&u.Input) && ok
		case "output_tokens":
			some = c.Kind() == scan.Number || some
			ok = c.Count(&u.Output) && ok
		case "seconds":
			some = c.Kind() == scan.Number || some
			ok = wholeSeconds(c, &u.AudioSeconds) && ok
		case "input_tokens_details", "input_token_details":
			parts := inputDetails(&u)
			cached := [...]scan.Part{{Name: "cached_image_tokens", Into: &u.CacheReadImage}, {Name: "cached_audio_tokens", Into: &u.CacheReadAudio}}
			ok = c.Counts(append(parts[:], cached[:]...)) && ok
		case "output_tokens_details", "output_token_details":
			parts := outputDetails(&u)
			ok = c.Counts(parts[:]) && ok
		default:
			c.Skip()
		}
	}
	return u, ok && some && fits(&u) && u.CacheReadImage <= min(u.CacheRead, u.InputImage) && u.CacheReadAudio <= min(u.CacheRead, u.InputAudio)
}

// wholeSeconds reads a length, which is billed by the second; a part of one counts as one.
func wholeSeconds(c *scan.Cursor, into *int64) bool {
	if c.Kind() != scan.Number {
		c.Skip()
		return false
	}
	from := c.At()
	c.Skip()
	v, err := strconv.ParseFloat(string(bytes.TrimSpace(c.Bytes(from, c.At()))), 64)
	if err != nil || v < 0 || v > scan.MaxCount {
		return false
	}
	*into = int64(math.Ceil(v))
	return true
}
