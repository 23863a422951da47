package openai

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// OpenAI's models by what they take, as far as their names tell. Others, and servers that copied it, get what the client said.
var (
	// mute refuse the very word reasoning_effort.
	mute = regexp.MustCompile(`^(?:.*/)?(?:gpt-[34]|chatgpt-|gpt-5[.\d]*-chat)`)
	// early cannot leave thinking off, and only those that are named after five alone take "minimal".
	early   = regexp.MustCompile(`^(?:.*/)?(?:o\d|codex-|gpt-5(?:-|$))`)
	minimal = regexp.MustCompile(`^(?:.*/)?gpt-5(?:-|$)`)
	// later think unless they are told not to, from 5.5 on without being asked.
	later  = regexp.MustCompile(`^(?:.*/)?gpt-(?:5\.|[6-9])`)
	always = regexp.MustCompile(`^(?:.*/)?gpt-(?:5\.[5-9]|[6-9])`)
	// codex cannot leave thinking off either, whatever it is named after.
	codex = regexp.MustCompile(`^(?:.*/)?(?:gpt-[\d.]+-)?codex`)
	// high is the most that these take, but for Codex Max.
	high = regexp.MustCompile(`^(?:.*/)?gpt-5\.1(?:-|$)`)
)

// Effort is the word for how much to think, and whether the model takes one. Where the client leaves it to the model, so do we.
func Effort(model string, want llm.Reasoning, notes *llm.Notes) (word string, takes bool) {
	level := want.Level()
	old, coder := early.MatchString(model), codex.MatchString(model)
	switch {
	case mute.MatchString(model):
		if want.On() {
			notes.Drop("reasoning (the model does not think)")
		}
		return "", false
	case level == "none" && (old || coder):
		return "low", true
	case level == "minimal" && (old || later.MatchString(model)) && (coder || !minimal.MatchString(model)):
		return "low", true
	case (level == "xhigh" || level == "max") && (old || high.MatchString(model) && !strings.Contains(model, "codex-max")):
		return "high", true
	case level == "max":
		return "xhigh", true
	}
	return level, true
}

// Sampled is what of a client's wishes for the next token a model takes: one that thinks refuses nearly all of them.
func Sampled(model string, c *llm.Conversation, notes *llm.Notes) llm.Sampling {
	s := c.Sampling
	old := early.MatchString(model)
	thinks := old || codex.MatchString(model) || later.MatchString(model) && c.Reasoning.On() || always.MatchString(model) && c.Reasoning.Level() != "none"
	if !thinks || mute.MatchString(model) {
		return s
	}
	for _, x := range [...]struct {
		name  string
		v     *llm.Number
		usual float64 // what a model does anyway
	}{{"temperature", &s.Temperature, 1}, {"top_p", &s.TopP, 1}, {"presence_penalty", &s.PresencePenalty, 0}, {"frequency_penalty", &s.FrequencyPenalty, 0},
		{"top_logprobs", &s.TopLogprobs, 0}} {
		if v, err := strconv.ParseFloat(string(*x.v), 64); *x.v != "" && (err != nil || v != x.usual) {
			notes.Drop(x.name + " (the model thinks)")
		}
		*x.v = ""
	}
	if s.Logprobs {
		notes.Drop("logprobs (the model thinks)")
	}
	if len(s.LogitBias) > 2 {
		notes.Drop("logit_bias (the model thinks)")
	}
	if old && len(s.Stop) > 0 {
		notes.Drop("stop (the model thinks)")
		s.Stop = nil
	}
	s.Logprobs, s.LogitBias = false, nil
	return s
}

// Efforts are the words for how much to think that a server's models take. The first row whose pattern a model matches counts; a model
// of no row refuses the very word. They are about calls that are translated: a client of the dialect says what it wants.
type Efforts []ModelEfforts

// ModelEfforts is a row of Efforts.
type ModelEfforts struct {
	Models *regexp.Regexp
	Words  []string
}

// amount orders the words; "default" is Groq's for as much as the model likes.
var amount = map[string]int{"none": 0, "minimal": 1, "low": 2, "medium": 3, "default": 3, "high": 4, "xhigh": 5, "max": 6}

// word is the model's nearest to what the client wants, the lesser of two; thinking is never turned off by it.
func (e Efforts) word(model string, want llm.Reasoning, notes *llm.Notes) (word string) {
	level := want.Level()
	if level == "" {
		return ""
	}
	i := slices.IndexFunc(e, func(m ModelEfforts) bool { return m.Models.MatchString(model) })
	if i < 0 {
		if want.On() {
			notes.Drop("reasoning (the model takes no effort)")
		}
		return ""
	}
	nearest := len(amount)
	for _, w := range e[i].Words {
		far := amount[w] - amount[level]
		if far = max(far, -far); far < nearest && (w != "none" || level == "none") {
			word, nearest = w, far
		}
	}
	return word
}
