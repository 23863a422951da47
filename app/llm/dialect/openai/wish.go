package openai

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	audible "github.com/bodhi-gateway/bodhi/app/llm/sound"
)

var _ llm.MediaDialect = Dialect{}

// given is one field of a call about media, from JSON or from a form: a word as text, anything else as its JSON; an upload as
// its bytes.
type given struct {
	name, text string
	raw        json.RawMessage // of JSON
	upload     []byte
}

// ParseWish implements llm.MediaDialect. A value without which the answer would be another one is refused; fields that only
// refine it are told as unknown, and dropped.
func (Dialect) ParseWish(call *llm.Call) (*llm.Wish, error) {
	fields, err := mediaFields(call)
	if err != nil {
		return nil, err
	}
	w := &llm.Wish{}
	for i := range fields {
		if err := fields[i].into(call, w); err != nil {
			return nil, err
		}
	}
	if f := w.Format; call.Operation == llm.Transcribe || call.Operation == llm.Interpret {
		if f != "" && f != "json" && f != "text" {
			return nil, llm.Unsaid("response_format", f, "Ask for json or text")
		}
	}
	return w, nil
}

// into reads one field. Those that the call has read already are passed over.
func (f *given) into(call *llm.Call, w *llm.Wish) error {
	drawn := call.Operation == llm.MakeImages || call.Operation == llm.EditImages
	switch f.name {
	case "model", "n", "size", "quality", "stream", "stream_format":
	case "background":
		if f.text != "auto" && f.text != "opaque" {
			return llm.Unsaid(f.name, f.text, "Leave it out")
		}
	case "prompt", "input":
		w.Text = f.text
	case "instructions":
		w.Style = f.text
	case "voice":
		if w.Voice = f.text; f.text == "" {
			return llm.Unsaid(f.name, string(f.raw), "Name a voice")
		}
	case "language":
		w.Language = f.text
	case "output_format":
		w.Format = f.text
	case "response_format":
		if !drawn {
			w.Format = f.text
		} else if f.text != "b64_json" {
			return llm.Unsaid(f.name, f.text, "Leave it out: the picture comes as base64")
		}
	case "file", "image", "image[]":
		if f.upload == nil {
			return llm.Unsaid(f.name, f.text, "Upload it in a form")
		}
		w.Given = append(w.Given, llm.Media{Type: mediaType(call, f.upload), Base64: base64.StdEncoding.EncodeToString(f.upload)})
	case "images":
		return f.pictures(w)
	case "mask", "timestamp_granularities", "timestamp_granularities[]", "include", "include[]", "known_speaker_names", "known_speaker_names[]", "known_speaker_references", "known_speaker_references[]":
		return llm.Unsaid(f.name, f.text, "Leave it out")
	default:
		w.Unknown = append(w.Unknown, f.name)
	}
	return nil
}

// pictures are the ones to be edited in a JSON body: data URLs. We fetch no addresses, and other providers have no files of
// this one.
func (f *given) pictures(w *llm.Wish) error {
	var list []struct {
		URL string `json:"image_url"`
	}
	_ = json.Unmarshal(f.raw, &list)
	for i, p := range list {
		m := llm.MediaFromURL(p.URL)
		if m.Base64 == "" {
			return llm.Unsaid(fmt.Sprintf("images[%d]", i), p.URL[:min(len(p.URL), 80)], "Send the picture as a data URL, or upload it in a form")
		}
		w.Given = append(w.Given, *m)
	}
	if len(list) == 0 {
		return fault.Field("images", `"images" must be a list of objects with "image_url".`)
	}
	return nil
}

// mediaType tells by its first bytes what an upload is.
func mediaType(call *llm.Call, b []byte) string {
	if call.Operation == llm.Transcribe || call.Operation == llm.Interpret {
		return audible.Type(b)
	}
	kind, _, _ := strings.Cut(http.DetectContentType(b), ";")
	return kind
}

// mediaFields are the fields of a call about media that are there and not null, in their order.
func mediaFields(call *llm.Call) (out []given, err error) {
	if form, ok := call.Native.(*Form); ok {
		for _, p := range form.Parts {
			value := call.Body[p.Value.From:p.Value.To]
			if p.File != "" {
				out = append(out, given{name: p.Name, upload: value})
			} else {
				out = append(out, given{name: p.Name, text: string(value)})
			}
		}
		return out, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(call.Body, &all); err != nil {
		return nil, fault.Field("", "The request cannot be read: a value in it has a wrong type.").Because(err)
	}
	for name, raw := range all {
		if string(raw) == "null" {
			continue
		}
		g := given{name: name, raw: raw}
		if json.Unmarshal(raw, &g.text) != nil && raw[0] != '{' && raw[0] != '[' {
			g.text = string(raw)
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b given) int { return strings.Compare(a.name, b.name) })
	return out, nil
}
