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
	if limit == 0 {
		return cuts
	}
	old, fresh := call.Spots.MaxTokens, call.Spots.MaxCompletionTokens
	set := "" // the name that holds the client's number
	switch {
	case numeric(call, old):
		set = oldCap
	case numeric(call, fresh):
		set = newCap
	}
	key := q.MaxKey
	if set != "" && !q.OnlyMaxKey {
		key = set
	}
	mine, other := fresh, old
	if key == oldCap {
		mine, other = old, fresh
	} else {
		key = newCap
	}
	if key == set && limit == call.MaxOutput {
		return cuts
	}
	number := strconv.FormatInt(limit, 10)
	switch {
	case mine.Name.Has():
		cuts = append(cuts, cut{mine.Value.From, mine.Value.To, number})
		if set != "" && set != key {
			cuts = append(cuts, cut{other.Value.From, other.Value.To, "null"})
		}
		return cuts
	case set != "": // under the other name: rename it
		return append(cuts, cut{other.Name.From, other.Name.To, `"` + key + `"`}, cut{other.Value.From, other.Value.To, number})
	}
	return append(cuts, cut{call.Spots.Open, call.Spots.Open, `"` + key + `":` + number + `,`})
}

// numeric reports whether a member is there and not null.
func numeric(call *llm.Call, m llm.Member) bool {
	return m.Name.Has() && call.Body[m.Value.From] != 'n'
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
