package gemini

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Edited implements llm.Wire: the model's name where the body repeats it, and a lower cap. A stream always reports its
// usage here. Vertex takes the conversation to count without AI Studio's wrapper, so for it the wrapper goes.
func (w Wire) Edited(call *llm.Call, edit llm.Edit) []byte {
	return llm.Splice(call.Body, w.Cuts(call, edit))
}

// Cuts implements llm.Cutter.
func (w Wire) Cuts(call *llm.Call, edit llm.Edit) []llm.Cut {
	n := nativeOf(call)
	cuts := append(make([]llm.Cut, 0, 4), foreign(call, edit)...)
	if w.Vertex && n.inner.Has() {
		cuts = append(cuts, llm.Cut{From: 0, To: n.inner.From}, llm.Cut{From: n.inner.To, To: len(call.Body)})
	}
	if edit.Model != "" {
		for _, s := range n.models {
			if w.Vertex && n.inner.Has() && (s.From < n.inner.From || s.From >= n.inner.To) {
				continue // it goes with the wrapper
			}
			cuts = append(cuts, s.Replace(llm.Quote(w.resource(edit.Model))))
		}
	}
	if call.Operation == llm.Chat && edit.MaxOutput > 0 && (call.MaxOutput == 0 || edit.MaxOutput < call.MaxOutput) {
		cuts = append(cuts, capCut(call, n, strconv.FormatInt(edit.MaxOutput, 10)))
	}
	return cuts
}

// resource is a model's name as a body has it.
func (w Wire) resource(model string) string {
	if w.Vertex {
		return "publishers/google/models/" + model
	}
	return prefix + model
}

// capCut lowers the output cap where it stands, or adds it.
func capCut(call *llm.Call, n *native, number string) llm.Cut {
	member := `"maxOutputTokens":` + number
	switch {
	case n.most.Has():
		return n.most.Replace(number)
	case !n.config.Has():
		at := call.Spots.Open
		return llm.Cut{From: at, To: at, With: `"generationConfig":{` + member + `},`}
	}
	in := call.Body[n.config.From:n.config.To]
	if in[0] != '{' || len(bytes.TrimSpace(in[1:len(in)-1])) == 0 {
		return n.config.Replace("{" + member + "}")
	}
	return llm.Cut{From: n.config.From + 1, To: n.config.From + 1, With: member + ","}
}

// foreign takes what another provider thought, and a client sends back as it came, out of a request that goes to Google: it is
// no signature that Google gave. A call keeps its place; models that demand a signature there get Google's stand-in.
func foreign(call *llm.Call, edit llm.Edit) []llm.Cut {
	cuts := dialect.Purge(call.Body, dialect.SealedBytes, "contents", "parts", func(raw []byte) dialect.Verdict {
		var p struct {
			Thought bool            `json:"thought"`
			Text    string          `json:"text"`
			Call    json.RawMessage `json:"functionCall"`
			Snaked  json.RawMessage `json:"function_call"`
		}
		at, found := dialect.Member(raw, "thoughtSignature")
		if !found {
			at, found = dialect.Member(raw, "thought_signature")
		}
		if !found || !strings.HasPrefix(string(raw[at.From:at.To]), `"`+dialect.SealedBytes) || json.Unmarshal(raw, &p) != nil {
			return dialect.Verdict{}
		}
		switch {
		case p.Thought, p.Text == "" && p.Call == nil && p.Snaked == nil:
			return dialect.Verdict{Gone: true}
		case p.Text == "" && placed(cmp.Or(edit.Model, call.Model)).generation >= 3:
			return dialect.Verdict{Cuts: []llm.Cut{at.Replace(`"` + unsigned + `"`)}}
		}
		return dialect.Verdict{Cuts: []llm.Cut{at.Replace("null")}}
	})
	if len(cuts) > 0 {
		edit.Notes.Change("contents.parts.thoughtSignature", "of another provider was left out")
	}
	return cuts
}
