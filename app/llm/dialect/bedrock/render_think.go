package bedrock

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
)

// others are vendors on Bedrock whose models take no thinking in Claude's words.
var others = []string{"amazon.", "meta.", "mistral.", "deepseek.", "cohere.", "ai21.", "qwen.", "writer.", "google.", "nvidia.", "minimax.", "moonshot", "zai."}

// think writes how much the model should think, in the words of the model's maker: Converse has none.
func (r *renderer) think(c *llm.Conversation, model string) {
	if !c.Reasoning.On() {
		return
	}
	if strings.Contains(model, "openai.") {
		switch level := c.Reasoning.Level(); level { // they know three words
		case "": // as much as the model likes
		case "minimal":
			r.q.Extra["reasoning_effort"] = "low"
		case "xhigh", "max":
			r.q.Extra["reasoning_effort"] = "high"
		default:
			r.q.Extra["reasoning_effort"] = level
		}
		return
	}
	for _, vendor := range others {
		if strings.Contains(model, vendor) {
			r.notes.Drop("reasoning")
			return
		}
	}
	switch t := r.q.Tools; {
	case t != nil && t.Choice != nil && (t.Choice.Any != nil || t.Choice.Tool != nil):
		r.notes.Drop("reasoning (a tool is demanded)")
		return
	case !anthropic.Adaptive(model) && unsigned(r.q.Messages):
		r.notes.Drop("reasoning (the earlier thinking was not sent back)")
		return
	}
	if anthropic.Adaptive(model) {
		r.q.Extra["thinking"] = map[string]string{"type": "adaptive"}
		if level := c.Reasoning.Level(); level == "minimal" {
			r.q.Extra["output_config"] = map[string]string{"effort": "low"} // it cannot think less
		} else if level != "" {
			r.q.Extra["output_config"] = map[string]string{"effort": level}
		}
		return
	}
	budget := max(c.Reasoning.Tokens(), leastThinking)
	if most := r.q.Config.MaxTokens; budget >= most {
		if budget = most - 1; budget < leastThinking {
			r.notes.Drop("reasoning (the output cap leaves no room for it)")
			return
		}
		r.notes.Change("reasoning", "cut to "+strconv.FormatInt(budget, 10)+" tokens by the output cap")
	}
	r.q.Extra["thinking"] = map[string]any{"type": "enabled", "budget_tokens": budget}
}

// unsigned reports whether the last assistant turn calls tools without the thinking that must stand before.
func unsigned(list []message) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Role != "assistant" {
			continue
		}
		for _, b := range list[i].Content {
			if b.Use != nil {
				return list[i].Content[0].Reasoning == nil
			}
		}
		return false
	}
	return false
}

// sample writes what decides the next token. With thinking on, Claude takes hardly any of it, and newer ones take none at all.
func (r *renderer) sample(s *llm.Sampling, model string) {
	_, on := r.q.Extra["thinking"]
	for _, x := range [...]struct {
		name string
		v    llm.Number
	}{{"temperature", s.Temperature}, {"top_p", s.TopP}, {"top_k", s.TopK}} {
		switch {
		case x.v == "":
		case on:
			r.notes.Drop(x.name + " (thinking is on)")
		case anthropic.Adaptive(model):
			if x.name == "top_k" || above(x.v, 1) || !above(x.v, 0.999) { // 1 is what they do anyway
				r.notes.Drop(x.name + " (the model takes none)")
			}
		case x.name == "top_k":
			r.topK(x.v, model)
		case x.name == "top_p" && r.q.Config.Temperature != nil:
			r.notes.Drop("top_p (temperature is set)")
		case x.name == "top_p":
			r.q.Config.TopP = json.RawMessage(x.v)
		case above(x.v, 1):
			r.notes.Change("temperature", "lowered to 1")
			r.q.Config.Temperature = json.RawMessage("1")
		default:
			r.q.Config.Temperature = json.RawMessage(x.v)
		}
	}
	for _, stop := range s.Stop {
		if strings.TrimSpace(stop) == "" {
			r.notes.Drop("stop (a sequence of white space)")
			continue
		}
		r.q.Config.Stop = append(r.q.Config.Stop, stop)
	}
	for _, x := range [...]struct {
		name string
		set  bool
	}{{"presence_penalty", nonzero(s.PresencePenalty)}, {"frequency_penalty", nonzero(s.FrequencyPenalty)}, {"seed", s.Seed != ""},
		{"logit_bias", len(s.LogitBias) > 2}, {"logprobs", s.Logprobs}, {"top_logprobs", nonzero(s.TopLogprobs)}} {
		if x.set {
			r.notes.Drop(x.name)
		}
	}
}

// unranked are vendors whose models have no top_k: Bedrock refuses every request that has a member which its model does not.
var unranked = []string{"amazon.", "meta.", "deepseek.", "ai21.", "cohere.", "openai."}

// topK writes from how many tokens the next one is drawn, which Converse has no word for: each maker has its own.
func (r *renderer) topK(v llm.Number, model string) {
	if strings.Contains(model, "amazon.nova") {
		r.q.Extra["inferenceConfig"] = map[string]any{"topK": json.RawMessage(v)}
		return
	}
	for _, vendor := range unranked {
		if strings.Contains(model, vendor) {
			r.notes.Drop("top_k")
			return
		}
	}
	r.q.Extra["top_k"] = json.RawMessage(v)
}

// above compares a number without ever printing it again.
func above(n llm.Number, limit float64) bool {
	v, err := strconv.ParseFloat(string(n), 64)
	return err == nil && v > limit
}

func nonzero(n llm.Number) bool {
	v, err := strconv.ParseFloat(string(n), 64)
	return n != "" && (err != nil || v != 0)
}
