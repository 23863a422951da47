package openai

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"

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
}

// Splice gives the request's bytes with the edit applied: what is not edited stays as it was, in its order, and absent
// fields are added right behind the opening brace. Without an edit it is the body itself, else one new slice.
func Splice(call *llm.Call, edit llm.Edit, q Quirks) []byte {
	cuts := make([]cut, 0, 4)
	s := &call.Spots
	if edit.Model != "" && edit.Model != call.Model {
		cuts = append(cuts, replace(s.Model, quote(edit.Model)))
	}
	cuts = capCuts(cuts, call, edit.MaxOutput, q)
	if edit.IncludeUsage && call.Stream && !call.WantsUsage && !q.NoUsage {
		cuts = append(cuts, usageCut(call))
	}
	if len(cuts) == 0 {
		return call.Body
	}
	slices.SortStableFunc(cuts, func(a, b cut) int { return a.from - b.from })
	n := len(call.Body)
	for _, c := range cuts {
		n += len(c.with) - (c.to - c.from)
	}
	out, at := make([]byte, 0, n), 0
	for _, c := range cuts {
		out = append(out, call.Body[at:c.from]...)
		out = append(out, c.with...)
		at = c.to
	}
	return append(out, call.Body[at:]...)
}

// cut replaces the bytes from..to.
type cut struct {
	from, to int
	with     string
}

// Names of the output cap.
const (
	oldCap = "max_tokens"
	newCap = "max_completion_tokens"
)

// capCuts lower the output cap, under the name by which the client set it unless the server ignores that one.
func capCuts(cuts []cut, call *llm.Call, most int64, q Quirks) []cut {
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
		return append(cuts, replace(here.Value, number), replace(there.Value, "null"))
	case here.Name.Has():
		return append(cuts, replace(here.Value, number))
	case asked != "": // rename it
		return append(cuts, replace(there.Name, `"`+name+`"`), replace(there.Value, number))
	}
	return append(cuts, cut{call.Spots.Open, call.Spots.Open, `"` + name + `":` + number + `,`})
}

func replace(s llm.Spot, with string) cut { return cut{s.From, s.To, with} }

// isNumber reports whether a cap is there and not null.
func isNumber(call *llm.Call, m llm.Member) bool {
	return m.Name.Has() && call.Body[m.Value.From] != 'n'
}

// usageCut asks for usage in a stream.
func usageCut(call *llm.Call) cut {
	const ask = `"include_usage":true`
	s := &call.Spots
	if s.IncludeUsage.Has() {
		return replace(s.IncludeUsage, "true")
	}
	if !s.StreamOptions.Has() {
		return cut{s.Open, s.Open, `"stream_options":{` + ask + `},`}
	}
	inside := call.Body[s.StreamOptions.From:s.StreamOptions.To]
	if inside[0] != '{' || len(bytes.TrimSpace(inside[1:len(inside)-1])) == 0 {
		return replace(s.StreamOptions, `{`+ask+`}`)
	}
	return cut{s.StreamOptions.From + 1, s.StreamOptions.From + 1, ask + ","}
}

// quote writes a JSON string.
func quote(s string) string {
	out := append(make([]byte, 0, len(s)+2), '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < 0x20:
			out = append(out, '\\', 'u', '0', '0', "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return string(append(out, '"'))
}
