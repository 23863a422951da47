package openai

import "github.com/bodhi-gateway/bodhi/app/llm"

// Payload is a body in pieces, which are sent one after the other: those of an upload lie in the client's request and are
// never copied.
type Payload struct {
	Pieces [][]byte
	Type   string // Content-Type
}

// PayloadOf is what a provider of this family is sent for a call about media or files: the client's bytes, with another
// model's name where the gateway chose one.
func PayloadOf(call *llm.Call, edit llm.Edit) Payload {
	f, _ := call.Native.(*Form)
	if f == nil {
		return Payload{Pieces: [][]byte{Splice(call, llm.Edit{Model: edit.Model}, Quirks{})}, Type: "application/json"}
	}
	p := Payload{Type: f.Type}
	add := func(b []byte) {
		if len(b) > 0 {
			p.Pieces = append(p.Pieces, b)
		}
	}
	at := 0
	for _, part := range f.Parts {
		if part.Name != "model" {
			continue
		}
		if call.Operation == llm.UploadFile { // ours: it says which provider
			add(call.Body[at:part.Whole.From])
			at = part.Whole.To
			continue
		}
		if edit.Model != "" {
			add(call.Body[at:part.Value.From])
			add([]byte(edit.Model))
			at = part.Value.To
		}
	}
	add(call.Body[at:])
	return p
}

// Spoken is PayloadOf for speech that is asked for in events, because only they say what was used.
func Spoken(call *llm.Call, edit llm.Edit) Payload {
	s, cuts := &call.Spots, make([]llm.Cut, 0, 2)
	switch {
	case edit.Model == "" || edit.Model == call.Model && s.Model.Has():
	case s.Model.Has():
		cuts = append(cuts, s.Model.Replace(llm.Quote(edit.Model)))
	default: // the path named it
		cuts = append(cuts, llm.Cut{From: s.Open, To: s.Open, With: `"model":` + llm.Quote(edit.Model) + `,`})
	}
	if s.StreamFormat.Has() {
		cuts = append(cuts, s.StreamFormat.Replace(`"sse"`))
	} else {
		cuts = append(cuts, llm.Cut{From: s.Open, To: s.Open, With: `"stream_format":"sse",`})
	}
	return Payload{Pieces: [][]byte{llm.Splice(call.Body, cuts)}, Type: "application/json"}
}
