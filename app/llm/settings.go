package llm

// Number is a JSON number as the client wrote it; "" is absent. It is never parsed and printed again, so it changes
// neither value nor spelling on its way.
type Number string

// Sampling is how the next token is chosen.
type Sampling struct {
	Temperature      Number // 0 to 2 in most dialects, 0 to 1 in Anthropic's
	TopP             Number
	TopK             Number
	PresencePenalty  Number
	FrequencyPenalty Number
	Seed             Number
	Stop             []string
	// LogitBias is OpenAI's map of token ids, as it stood. Ids mean something to one tokenizer only.
	LogitBias []byte
	Logprobs  bool
	// TopLogprobs is how many alternatives to tell for each token.
	TopLogprobs Number
}

// Reasoning is how much a model should think before it answers. The zero value leaves it to the provider.
type Reasoning struct {
	// Effort is none, minimal, low, medium, high, xhigh or max; "" if the client gave a budget or said nothing.
	Effort string
	// Budget is the most tokens of thinking; 0 if the client gave an effort or said nothing.
	Budget int64
	// Adaptive leaves the amount to the model, and says that it may think at all.
	Adaptive bool
	// Hidden asks for no text of the thinking in the answer.
	Hidden bool
}

// Asked reports whether the client said anything about thinking.
func (r Reasoning) Asked() bool { return r != Reasoning{} }

// On reports whether the client wants the model to think.
func (r Reasoning) On() bool {
	return r.Budget > 0 || r.Adaptive || r.Effort != "" && r.Effort != "none"
}

// The tokens of thinking that stand for an effort, and back. The bands are the ones that gateways and providers' own
// documentation use: about two, five and ten thousand.
const (
	budgetMinimal = 1024
	budgetLow     = 2048
	budgetMedium  = 5120
	budgetHigh    = 10240
	budgetMost    = 32768
)

// Tokens is the budget for providers that take one: the client's own, or its effort's; 0 if it wants no thinking or did
// not say how much.
func (r Reasoning) Tokens() int64 {
	if r.Budget > 0 {
		return r.Budget
	}
	switch r.Effort {
	case "minimal":
		return budgetMinimal
	case "low":
		return budgetLow
	case "medium":
		return budgetMedium
	case "high":
		return budgetHigh
	case "xhigh", "max":
		return budgetMost
	}
	return 0
}

// Level is the effort for providers that take one: the client's own, or its budget's; "" if neither is known.
func (r Reasoning) Level() string {
	switch {
	case r.Effort != "" || r.Budget == 0:
		return r.Effort
	case r.Budget <= budgetMinimal:
		return "minimal"
	case r.Budget <= budgetLow:
		return "low"
	case r.Budget <= budgetMedium:
		return "medium"
	}
	return "high"
}

// FormatKind is what an answer's text must be.
type FormatKind uint8

// The formats.
const (
	FormatText   FormatKind = iota // anything
	FormatJSON                     // some JSON object
	FormatSchema                   // JSON under a schema
)

// Format is what the answer's text must be.
type Format struct {
	Kind   FormatKind
	Name   string
	About  string
	Schema []byte // JSON Schema, as it stood
	Strict bool
}
