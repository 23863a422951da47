package patience

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says, as it was typed: durations such as "30s" or "2m", empty = as the wider setting
// has it.
type Input struct {
	Model, Operation                            string
	Preset                                      string // fills the waits that are empty: quick, standard, extended
	Connect, Headers, First, Gap, Answer, Total string
	Tries, TriesBeforeNext                      int // 0 = as the wider setting has it
	Backoff, MaxBackoff                         string
	OnTimeout, Growth                           string
	RetryUnsure, RefuseWhenOpen                 bool
}

// Presets by name.
var presets = map[string]Waits{"quick": Quick, "standard": Standard, "extended": Extended}

// Operations are those that a setting can be for.
var Operations = []llm.Operation{llm.Chat, llm.Completions, llm.Embeddings, llm.MakeImages, llm.EditImages, llm.Transcribe, llm.Interpret, llm.Speak, llm.Moderate}

const (
	mostTries = 10
	longest   = time.Hour
	maxModel  = 200
)

// limits of each duration. Connecting takes seconds or is hopeless.
var (
	briefest = 100 * time.Millisecond
	furthest = 30 * time.Second
)

// read turns the input into its stored form, or tells everything that is wrong with it, joined.
func (in Input) read() (s Setting, err error) {
	var errs []error
	wrong := func(err error) { errs = append(errs, err) }
	if s.Model = strings.TrimSpace(in.Model); s.Model != "" {
		if _, err := org.Name("model", "a model", s.Model, maxModel); err != nil {
			wrong(err)
		}
	}
	if s.Operation = llm.Operation(in.Operation); in.Operation != "" && !slices.Contains(Operations, s.Operation) {
		wrong(fault.Field("operation", fmt.Sprintf("There is no operation %q. Take one of %s, or leave it empty for all.", in.Operation, names())))
	}
	p := &s.Policy
	duration := func(field, text string, most time.Duration) time.Duration {
		d, err := span(field, text, most)
		if err != nil {
			wrong(err)
		}
		return d
	}
	p.Waits = Waits{Connect: duration("connect", in.Connect, furthest), Headers: duration("headers", in.Headers, longest), First: duration("first", in.First, longest),
		Gap: duration("gap", in.Gap, longest), Answer: duration("answer", in.Answer, longest), Total: duration("total", in.Total, longest)}
	p.Backoff, p.MaxBackoff = duration("backoff", in.Backoff, time.Minute), duration("max_backoff", in.MaxBackoff, 5*time.Minute)
	if in.Preset != "" {
		w, ok := presets[in.Preset]
		if !ok {
			wrong(fault.Field("preset", `The preset is "quick", "standard" or "extended"; leave it empty to set each wait by itself.`))
		}
		p.Waits = p.Waits.Or(w)
	}
	for field, n := range map[string]int{"tries": in.Tries, "tries_before_next": in.TriesBeforeNext} {
		if n < 0 || n > mostTries {
			wrong(fault.Field(field, fmt.Sprintf("Enter 1 to %d tries, or leave it empty.", mostTries)))
		}
	}
	p.Tries, p.TriesBeforeNext = in.Tries, in.TriesBeforeNext
	switch p.OnTimeout = Action(in.OnTimeout); p.OnTimeout {
	case "", AskNext, AskAgain, GiveUp, Partial:
	default:
		wrong(fault.Field("on_timeout", `After a timeout comes "next" (the next target), "retry" (the same one again), "partial" (the next; later what came is the answer) or "error".`))
	}
	switch p.Growth = Growth(in.Growth); p.Growth {
	case "", Exponential, Linear, Smart:
	default:
		wrong(fault.Field("growth", `Pauses grow "exponential", "linear" or "smart".`))
	}
	p.RetryUnsure, p.RefuseWhenOpen = in.RetryUnsure, in.RefuseWhenOpen
	if len(errs) == 0 {
		errs = append(errs, p.Waits.sane(), p.paused())
	}
	return s, errors.Join(errs...)
}

func names() string {
	var out []string
	for _, op := range Operations {
		out = append(out, string(op))
	}
	return strings.Join(out, ", ")
}

func span(field, text string, most time.Duration) (time.Duration, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(strings.ReplaceAll(text, " ", ""))
	if err != nil || d < briefest || d > most {
		return 0, fault.Field(field, fmt.Sprintf("Enter a time from 100ms to %s, such as 30s or 2m, or leave it empty.", Spell(most)))
	}
	return d.Round(time.Millisecond), nil
}

// Spell writes a duration as people type it: 90s, 2m, 1h.
func Spell(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

// sane refuses waits that contradict each other: what is part of a longer one cannot take longer.
func (w Waits) sane() error {
	switch {
	case w.Total > 0 && (w.Headers > w.Total || w.First > w.Total || w.Answer > w.Total || w.Gap > w.Total):
		return fault.Field("total", "The whole request cannot take less than one of its parts. Lower the parts, or allow more in all.")
	case w.First > 0 && w.Headers > w.First:
		return fault.Field("first", "The first event comes after the headers, so allow at least as much.")
	}
	return nil
}

func (p Policy) paused() error {
	if p.Backoff > 0 && p.MaxBackoff > 0 && p.Backoff > p.MaxBackoff {
		return fault.Field("max_backoff", "The longest pause cannot be shorter than the first.")
	}
	return nil
}
