package anthropic

import (
	"regexp"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// think writes how much the model should think. Anthropic has two ways: a budget, and on newer models an effort that the
// model spends as it sees fit.
func (r *renderer) think(c *llm.Conversation, q *asked) {
	switch {
	case !c.Reasoning.On():
		return
	case q.ToolChoice != nil && (q.ToolChoice.Type == "any" || q.ToolChoice.Type == "tool"):
		r.notes.Drop("reasoning (a tool is demanded)")
		return
	case !Adaptive(q.Model) && unsigned(q.Messages):
		// Where it has a budget, an assistant's turn that calls tools must begin with its signed thinking, and this client did not keep it.
		r.notes.Drop("reasoning (the earlier thinking was not sent back)")
		return
	}
	display := ""
	if c.Reasoning.Hidden {
		display = "omitted"
	}
	if Adaptive(q.Model) {
		q.Thinking, q.Output = &thinking{Type: "adaptive", Display: display}, &output{Effort: effort(c.Reasoning)}
		if q.Output.Effort == "" {
			q.Output = nil
		}
		return
	}
	budget := max(c.Reasoning.Tokens(), leastThinking)
	if budget >= q.MaxTokens {
		if budget = q.MaxTokens - 1; budget < leastThinking {
			r.notes.Drop("reasoning (the output cap leaves no room for it)")
			return
		}
		r.notes.Change("reasoning", "cut to "+itoa(budget)+" tokens by the output cap")
	}
	q.Thinking = &thinking{Type: "enabled", Budget: budget, Display: display}
}

// unsigned reports whether the last assistant turn calls tools without the thinking that must stand before.
func unsigned(list []telling) bool {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Role != "assistant" {
			continue
		}
		calls := false
		for _, b := range list[i].Content {
			calls = calls || b.Type == "tool_use"
		}
		first := list[i].Content[0].Type
		return calls && first != "thinking" && first != "redacted_thinking"
	}
	return false
}

// effort is Anthropic's word for how much to think.
func effort(r llm.Reasoning) string {
	if level := r.Level(); level != "minimal" {
		return level
	}
	return "low"
}

var version = regexp.MustCompile(`claude-(?:opus|sonnet|haiku|fable|mythos)-(\d+)(?:-(\d{1,2}))?(?:\D|$)`)

// Adaptive reports whether a model takes an effort and no budget, and nothing that decides the next token: those after 4.6. Models
// that we cannot place get a budget, which all before them take.
func Adaptive(model string) bool { return After(model, 4, 6) }

// After reports whether a model came after a version, by the names that Anthropic gives.
func After(model string, thanMajor, thanMinor int) bool {
	m := version.FindStringSubmatch(model)
	if m == nil {
		return false
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return major > thanMajor || major == thanMajor && minor > thanMinor
}
