package reportweb

import (
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/report"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func attempt(a report.Attempt) views.Attempt {
	state, known := states[a.End.State]
	if !known {
		state = ui.StatusProps{Label: string(a.End.State)}
	}
	if a.End.Class != "" && a.End.State == ledger.Voided {
		state.Tone, state.Label = ui.Warn, "Failed, not billed"
	}
	out := views.Attempt{
		Number: strconv.Itoa(a.Number), Target: a.Provider + "/" + a.Model, Kind: a.Kind, State: state,
		Tokens: count(a.End.Usage.Input + a.End.Usage.Output), TokensIn: tokens(a.End.Usage),
		Held: exact(a.Held.Money), Cost: exact(a.End.Cost), FirstByte: took(a.End.FirstByte), Took: took(a.End.Duration),
		Price: a.PriceVersion, Note: a.End.Note,
	}
	if text := pieces(a.End.Usage); text != "" {
		out.TokensIn += ", " + text
	}
	if a.End.Status > 0 {
		out.Status = strconv.Itoa(a.End.Status)
	}
	if a.End.Class != "" {
		out.Note = strings.TrimPrefix(strings.TrimSuffix(a.End.Class+": "+a.End.Note, ": "), ": ")
	}
	return out
}

// pieces are what was used beside tokens, in words.
func pieces(u llm.Usage) string {
	var out []string
	if u.Images > 0 {
		out = append(out, plural(u.Images, "picture"))
	}
	if u.AudioSeconds > 0 {
		out = append(out, plural(u.AudioSeconds, "second")+" of sound")
	}
	if u.Characters > 0 {
		out = append(out, plural(u.Characters, "character"))
	}
	return strings.Join(out, ", ")
}

// together adds up what attempts used.
func together(a, b llm.Usage) llm.Usage {
	a.Input += b.Input
	a.CacheRead += b.CacheRead
	a.CacheWrite5m += b.CacheWrite5m
	a.CacheWrite1h += b.CacheWrite1h
	a.InputAudio += b.InputAudio
	a.CacheReadAudio += b.CacheReadAudio
	a.InputImage += b.InputImage
	a.CacheReadImage += b.CacheReadImage
	a.InputVideo += b.InputVideo
	a.Output += b.Output
	a.Reasoning += b.Reasoning
	a.OutputAudio += b.OutputAudio
	a.OutputImage += b.OutputImage
	a.OutputVideo += b.OutputVideo
	a.Citations += b.Citations
	a.WebSearches += b.WebSearches
	a.VideoSeconds += b.VideoSeconds
	a.ServerToolCalls += b.ServerToolCalls
	a.Images += b.Images
	a.AudioSeconds += b.AudioSeconds
	a.Characters += b.Characters
	return a
}

// classes are tokens by class: the totals always, their parts where there are any.
func classes(u llm.Usage) []views.TokenLine {
	if u.IsZero() {
		return nil
	}
	var out []views.TokenLine
	for _, l := range []struct {
		class string
		n     int64
		part  bool
	}{
		{"Input", u.Input, false},
		{"read from the provider's cache", u.CacheRead, true},
		{"written to the provider's cache, 5 minutes", u.CacheWrite5m, true},
		{"written to the provider's cache, 1 hour", u.CacheWrite1h, true},
		{"audio", u.InputAudio, true},
		{"audio read from the provider's cache", u.CacheReadAudio, true},
		{"images", u.InputImage, true},
		{"images read from the provider's cache", u.CacheReadImage, true},
		{"video", u.InputVideo, true},
		{"Output", u.Output, false},
		{"reasoning", u.Reasoning, true},
		{"audio", u.OutputAudio, true},
		{"images", u.OutputImage, true},
		{"video", u.OutputVideo, true},
		{"citations", u.Citations, true},
	} {
		if l.n > 0 || !l.part {
			out = append(out, views.TokenLine{Class: l.class, Count: count(l.n), Part: l.part})
		}
	}
	for _, l := range []struct {
		class string
		n     int64
	}{{"Web searches", u.WebSearches}, {"Calls of provider's tools", u.ServerToolCalls}, {"Seconds of video", u.VideoSeconds},
		{"Pictures made", u.Images}, {"Seconds of sound read", u.AudioSeconds}, {"Characters spoken", u.Characters}} {
		if l.n > 0 {
			out = append(out, views.TokenLine{Class: l.class, Count: count(l.n)})
		}
	}
	return out
}
