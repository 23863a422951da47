package openai

import (
	"bytes"
	"cmp"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Quirks are how a server's reading of requests differs from OpenAI's own.
type Quirks struct {
	// MaxKey is the output cap's name when the client set none; "" means max_completion_tokens.
	MaxKey string
	// OnlyMaxKey says that the server ignores the other name: a client's cap is renamed then, or it would not hold.
	OnlyMaxKey bool
	// NoUsage says that the server refuses stream_options.
	NoUsage bool
	// Details says that the server may read reasoning_details in messages (OpenRouter), whoever's they are. Others are
	// spared those of providers that it is not.
	Details bool
	// Aloud says that the server thinks in reasoning_content and wants it back: it refuses an assistant's message with calls
	// that has none (DeepSeek, Moonshot).
	Aloud bool
	// Efforts are the words for how much to think that the server's models take; nil is OpenAI's.
	Efforts *Efforts
	// Pictures says that messages may hold pictures, which are larger than any other event.
	Pictures bool
	// Unmarked says that a stream may end without [DONE]: it is whole if its last choice has given its reason, and its client
	// gets the mark all the same.
	Unmarked bool
}

// Splice gives the request's bytes with the edit applied: what is not edited stays as it was, in its order, and absent
// fields are added right behind the opening brace. Without an edit it is the body itself, else one new slice.
func Splice(call *llm.Call, edit llm.Edit, q Quirks) []byte {
	return llm.Splice(call.Body, cutsOf(call, edit, q))
}

func cutsOf(call *llm.Call, edit llm.Edit, q Quirks) []llm.Cut {
	q = q.capOf(call)
	cuts := make([]llm.Cut, 0, 4)
	s := &call.Spots
	switch {
	case edit.Model == "" || edit.Model == call.Model && s.Model.Has() && string(call.Body[s.Model.From+1:s.Model.To-1]) == edit.Model:
	case s.Model.Has():
		cuts = append(cuts, s.Model.Replace(llm.Quote(edit.Model)))
	default: // the path named it
		cuts = append(cuts, llm.Cut{From: s.Open, To: s.Open, With: `"model":` + llm.Quote(edit.Model) + `,`})
	}
	cuts = capCuts(cuts, call, edit.MaxOutput, q)
	if edit.IncludeUsage && call.Stream && !call.WantsUsage && !q.NoUsage {
		cuts = append(cuts, usageCut(call))
	}
	if !q.Details && call.Operation == llm.Chat {
		cuts = append(cuts, foreign(call, q.Aloud, edit.Notes)...)
	}
	return cuts
}

// Names of the output cap.
const (
	oldCap = "max_tokens"
	newCap = "max_completion_tokens"
)

// capCuts lower the output cap, under the name by which the client set it unless the server ignores that one.
func capCuts(cuts []llm.Cut, call *llm.Call, most int64, q Quirks) []llm.Cut {
	limit := call.MaxOutput
	if most > 0 && (limit == 0 || most < limit) {
		limit = most
	}
	asked, old, fresh := "", call.Spots.MaxTokens, call.Spots.MaxCompletionTokens
	if isNumber(call, old) {
		asked = oldCap
	} else if isNumber(call, fresh) {
		asked = newCap
	}
	name := asked
	if asked == "" || q.OnlyMaxKey {
		name = cmp.Or(q.MaxKey, newCap)
	}
	if limit == 0 || name == asked && limit == call.MaxOutput {
		return cuts
	}
	here, there := fresh, old
	if name == oldCap {
		here, there = old, fresh
	}
	number := strconv.FormatInt(limit, 10)
	switch {
	case here.Name.Has() && name != asked && asked != "": // move it, from where the server would ignore it
		return append(cuts, here.Value.Replace(number), there.Value.Replace("null"))
	case here.Name.Has():
		return append(cuts, here.Value.Replace(number))
	case asked != "": // rename it
		return append(cuts, there.Name.Replace(`"`+name+`"`), there.Value.Replace(number))
	}
	return append(cuts, llm.Cut{From: call.Spots.Open, To: call.Spots.Open, With: `"` + name + `":` + number + `,`})
}

// isNumber reports whether a cap is there and not null.
func isNumber(call *llm.Call, m llm.Member) bool {
	return m.Name.Has() && call.Body[m.Value.From] != 'n'
}

// usageCut asks for usage in a stream.
func usageCut(call *llm.Call) llm.Cut {
	const ask = `"include_usage":true`
	s := &call.Spots
	if s.IncludeUsage.Has() {
		return s.IncludeUsage.Replace("true")
	}
	if !s.StreamOptions.Has() {
		return llm.Cut{From: s.Open, To: s.Open, With: `"stream_options":{` + ask + `},`}
	}
	inside := call.Body[s.StreamOptions.From:s.StreamOptions.To]
	if inside[0] != '{' || len(bytes.TrimSpace(inside[1:len(inside)-1])) == 0 {
		return s.StreamOptions.Replace(`{` + ask + `}`)
	}
	return llm.Cut{From: s.StreamOptions.From + 1, To: s.StreamOptions.From + 1, With: ask + ","}
}
