package openai

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Quirks are how a server's reading of requests differs from OpenAI's own.
type Quirks struct {
	// MaxKey is the output cap's key when the client sent none; "" means max_completion_tokens.
	MaxKey string
	// OnlyMaxKey says that the server ignores the other name, so a client's cap is renamed, or it would not hold.
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
		cuts = append(cuts, cut{s.Model.From, s.Model.To, quote(edit.Model)})
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

// capCuts lower the output cap, where it stands if the client set one.
func capCuts(cuts []cut, call *llm.Call, most int64, q Quirks) []cut {
	key := q.MaxKey
	if key == "" {
		key = "max_completion_tokens"
	}
	s := &call.Spots
	rename := q.OnlyMaxKey && s.MaxOutput.Has() && s.MaxOutputKey != key
	if rename {
		cuts = append(cuts, cut{s.MaxOutputName.From, s.MaxOutputName.To, `"` + key + `"`})
	}
	if most <= 0 || (call.MaxOutput > 0 && call.MaxOutput <= most) {
		return cuts
	}
	number := strconv.FormatInt(most, 10)
	// A null is a cap only under the key that this server reads.
	if s.MaxOutput.Has() && (call.MaxOutput > 0 || rename || s.MaxOutputKey == key) {
		return append(cuts, cut{s.MaxOutput.From, s.MaxOutput.To, number})
	}
	return append(cuts, cut{s.Open, s.Open, `"` + key + `":` + number + `,`})
}

// usageCut asks for usage in a stream.
func usageCut(call *llm.Call) cut {
	const ask = `"include_usage":true`
	s := &call.Spots
	if s.IncludeUsage.Has() {
		return cut{s.IncludeUsage.From, s.IncludeUsage.To, "true"}
	}
	if !s.StreamOptions.Has() {
		return cut{s.Open, s.Open, `"stream_options":{` + ask + `},`}
	}
	inside := call.Body[s.StreamOptions.From:s.StreamOptions.To]
	if inside[0] != '{' || len(bytes.TrimSpace(inside[1:len(inside)-1])) == 0 {
		return cut{s.StreamOptions.From, s.StreamOptions.To, `{` + ask + `}`}
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
