package openai

import (
	"bytes"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

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
		return Payload{Pieces: pieces(call.Body, renamed(call, edit)), Type: "application/json"}
	}
	var cuts []llm.Cut
	named := edit.Model == "" || call.Operation == llm.UploadFile
	for _, part := range f.Parts {
		named = named || part.Name == "model"
		switch {
		case part.Name != "model":
		case call.Operation == llm.UploadFile: // ours: it says which provider
			cuts = append(cuts, part.Whole.Replace(""))
		case edit.Model != "":
			cuts = append(cuts, part.Value.Replace(edit.Model))
		}
	}
	if !named { // the path named it
		mark, _, _ := bytes.Cut(call.Body, []byte("\r\n"))
		cuts = append(cuts, llm.Cut{With: string(mark) + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + edit.Model + "\r\n"})
	}
	return Payload{Pieces: pieces(call.Body, cuts), Type: f.Type}
}

// Spoken is PayloadOf for speech that is asked for in events, because only they say what was used.
func Spoken(call *llm.Call, edit llm.Edit) Payload {
	s, cuts := &call.Spots, renamed(call, edit)
	if s.StreamFormat.Has() {
		cuts = append(cuts, s.StreamFormat.Replace(`"sse"`))
	} else {
		cuts = append(cuts, llm.Cut{From: s.Open, To: s.Open, With: `"stream_format":"sse",`})
	}
	return Payload{Pieces: pieces(call.Body, cuts), Type: "application/json"}
}

// renamed puts a model's name into a JSON body.
func renamed(call *llm.Call, edit llm.Edit) []llm.Cut {
	s := &call.Spots
	switch {
	case edit.Model == "" || edit.Model == call.Model && s.Model.Has():
		return nil
	case s.Model.Has():
		return []llm.Cut{s.Model.Replace(llm.Quote(edit.Model))}
	}
	return []llm.Cut{{From: s.Open, To: s.Open, With: `"model":` + llm.Quote(edit.Model) + `,`}} // the path named it
}

// pieces are a body with cuts applied, like llm.Splice, without joining them.
func pieces(body []byte, cuts []llm.Cut) (out [][]byte) {
	slices.SortStableFunc(cuts, func(a, b llm.Cut) int { return a.From - b.From })
	add := func(b []byte) {
		if len(b) > 0 {
			out = append(out, b)
		}
	}
	at := 0
	for _, c := range cuts {
		add(body[at:c.From])
		add([]byte(c.With))
		at = c.To
	}
	add(body[at:])
	return out
}
