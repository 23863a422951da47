package openai

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// medium is a request about pictures, sound, verdicts or files being read, from JSON or from a form: the fields that decide
// what it costs or where it goes. All others pass unread.
type medium struct {
	call *llm.Call
	fail error

	prompt, words int // bytes of text that the model reads; characters to be spoken
	rest          int64
	format        string // response_format
	streamFormat  string
	output        string // output_format
	speed         float64
	given         map[string]int // how often a watched field was there, and was not null
	chunked       bool
}

// watched are the fields that are read, by operation.
var watched = map[llm.Operation][]string{
	llm.MakeImages: {"model", "prompt", "n", "size", "quality", "stream", "partial_images", "frame_count", "output_format", "svg"},
	llm.EditImages: {"model", "prompt", "n", "size", "quality", "stream", "partial_images", "frame_count", "output_format", "svg", "image", "image[]", "images", "mask", "markup"},
	llm.Transcribe: {"model", "file", "prompt", "response_format", "stream", "chunking_strategy", "known_speaker_references", "known_speaker_references[]"},
	llm.Interpret:  {"model", "file", "prompt", "response_format"},
	llm.Speak:      {"model", "input", "instructions", "response_format", "stream_format", "speed"},
	llm.Moderate:   {"model", "input"},
	llm.UploadFile: {"model", "file", "purpose"},
}

// decodeMedia reads a request in either form and settles what it can cost.
func decodeMedia(a llm.Ask) (*llm.Call, error) {
	m := medium{given: map[string]int{}, speed: 1}
	m.call = &llm.Call{Family: llm.OpenAI, Dialect: Dialect{}, Operation: a.Operation, Choices: 1, Body: a.Body, At: a.At}
	if a.Model != "" {
		m.call.Native = version(a.Query)
	}
	err := m.read(a)
	if err == nil {
		err = m.fail
	}
	if err != nil {
		return nil, err
	}
	if a.Model != "" { // Azure names it in the path
		if m.call.Model = a.Model; len(a.Model) > dialect.MaxModel {
			return nil, fault.Field("model", fmt.Sprintf("The deployment in the path must be a name of 1 to %d bytes.", dialect.MaxModel))
		}
	}
	if err := m.settle(); err != nil {
		return nil, err
	}
	return m.call, nil
}

// read takes the body apart. Sound and files come in forms only, speech and verdicts in JSON only, pictures in both.
func (m *medium) read(a llm.Ask) error {
	op := a.Operation
	form := isForm(a.Header)
	switch {
	case form && (op == llm.MakeImages || op == llm.Speak || op == llm.Moderate):
		return fault.Field("content-type", "This endpoint takes a JSON object, not a form. Send it with Content-Type: application/json.")
	case !form && (op == llm.Transcribe || op == llm.Interpret || op == llm.UploadFile):
		return fault.Field("content-type", "This endpoint takes a form with a file. Send it with Content-Type: multipart/form-data.")
	case form:
		return m.form(a)
	}
	return m.object(a.Body)
}

func (m *medium) form(a llm.Ask) error {
	f, err := readForm(a.Header, a.Body)
	if err != nil {
		return err
	}
	if v, ok := m.call.Native.(APIVersion); ok {
		f.version = v
	}
	m.call.Native = f
	for _, p := range f.Parts {
		if !slices.Contains(watched[m.call.Operation], p.Name) {
			if i := slices.IndexFunc(watched[m.call.Operation], func(w string) bool { return strings.EqualFold(w, p.Name) }); i >= 0 {
				return fault.Field(p.Name, fmt.Sprintf("The field %q must be written %q: some servers would read it as that, others would ignore it.", p.Name, watched[m.call.Operation][i]))
			}
			if p.File == "" {
				m.prompt += p.Value.To - p.Value.From
			}
			continue
		}
		m.take(p.Name, string(clipped(a.Body, p)), a.Body[p.Value.From:p.Value.To], p.File != "")
	}
	return nil
}

// clipped is a field's value as a word; of what is longer than any word only the beginning, which no rule takes.
func clipped(body []byte, p Part) []byte {
	return body[p.Value.From:min(p.Value.To, p.Value.From+dialect.MaxModel+1)]
}

// object walks over a JSON body.
func (m *medium) object(body []byte) error {
	r := request{Walk: dialect.Start(body, "input", "content"), call: m.call}
	if r.Kind() != scan.Object {
		return fault.Field("", "The request's body must be a JSON object, {…}. Send it with Content-Type: application/json.")
	}
	names := watched[m.call.Operation]
	level := &r.level[chatBody]
	r.Object()
	m.call.Spots.Open = r.At()
	for key, _, ok := r.Name(level); ok; key, _, ok = r.Name(level) {
		name := string(key)
		if !slices.Contains(names, name) {
			if folded := r.Folded(key); folded != nil && slices.Contains(names, string(folded)) {
				r.Misspelt(key, folded)
				break
			}
			r.Skip()
			continue
		}
		m.member(&r, name)
	}
	if err := r.Finish(); err != nil {
		return err
	}
	m.prompt = len(body) - int(m.rest)
	return nil
}

// member reads one watched member of a JSON body.
func (m *medium) member(r *request, name string) {
	from := r.Begin()
	switch r.Kind() {
	case scan.Null: // as good as absent, but there
		r.Skip()
		m.spot(name, llm.Spot{From: from, To: r.At()})
		return
	case scan.String:
		t, ok := r.String()
		if !ok {
			return
		}
		value := r.Value(t, nil)
		if name == "image" || name == "mask" {
			r.Address(name, t)
		}
		m.take(name, string(value[:min(len(value), dialect.MaxModel+1)]), value, false)
		if name == "image" || name == "mask" || name == "markup" { // a picture as a data URL
			m.rest += int64(r.At() - from)
		}
		m.spot(name, llm.Spot{From: from, To: r.At()})
	case scan.Number, scan.Bool:
		r.Skip()
		text := string(r.Bytes(from, r.At()))
		if name == "model" || name == "prompt" || name == "size" || name == "quality" || name == "response_format" || name == "stream_format" || name == "output_format" || name == "input" {
			r.Refuse(name, "%q must be a string.", name)
			return
		}
		m.take(name, text, nil, false)
	case scan.Array, scan.Object:
		m.nested(r, name)
	default:
		r.Skip()
	}
}

// spot notes where the fields are that the gateway may replace.
func (m *medium) spot(name string, at llm.Spot) {
	switch name {
	case "model":
		m.call.Spots.Model = at
	case "stream_format":
		m.call.Spots.StreamFormat = at
	}
}

// nested reads what may be a list or an object: pictures to edit, and what is to be judged.
func (m *medium) nested(r *request, name string) {
	from := r.Begin()
	switch name {
	case "images", "image", "mask", "svg", "chunking_strategy":
		if r.Kind() == scan.Array {
			r.Array()
			for r.More() {
				at := r.Begin()
				r.Skip()
				r.AddressIn(name, at, "image_url")
				m.given[name]++
			}
		} else {
			r.Skip()
			r.AddressIn(name, from, "image_url")
			m.given[name]++
		}
		m.rest += int64(r.At() - from)
	case "input":
		if m.call.Operation != llm.Moderate || r.Kind() != scan.Array {
			r.Refuse(name, "%q must be a string.", name)
			return
		}
		r.Array()
		for r.More() {
			at := r.Begin()
			if r.Kind() == scan.Object {
				r.Skip()
				r.AddressIn(name, at, "image_url")
				if _, picture := dialect.Member(r.Bytes(at, r.At()), "image_url"); picture { // the others hold texts
					m.call.Bound.Images++
					m.rest += int64(r.At() - at)
				}
			} else if r.Is(scan.String, name, "a string, or an array of strings or parts") {
				r.Skip()
			} else {
				return
			}
			m.given[name]++
		}
	default:
		r.Refuse(name, "%q must be a single value, not a list or an object.", name)
	}
}
