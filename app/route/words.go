package route

import "slices"

// Word is one fact that conditions may speak of.
type Word struct {
	Name string
	Kind WordKind
	Says string // what it means, for pages, docs and refusals
	// Choices are the values there are; empty for any.
	Choices []string
	// Kept says that the fact of a request tells it afterwards, so that a replay can judge it.
	Kept bool
}

// WordKind is a fact's type.
type WordKind string

// The kinds of words.
const (
	Text   WordKind = "text"
	Number WordKind = "number"
	YesNo  WordKind = "yes/no"
	Pairs  WordKind = "pairs" // of texts: tags.project
)

// Words are all facts, in the order of pages.
var Words = []Word{
	{"team", Text, "the name of the key's team", nil, true},
	{"department", Text, "the name of the team's department, \"\" without one", nil, true},
	{"member", Text, "the e-mail address of the key's member, \"\" for a service account", nil, true},
	{"role", Text, "the member's highest role", []string{"admin", "manager", "lead", "developer", "viewer"}, true},
	{"attributes", Pairs, "what the company's directory (SCIM) says of the member: attributes.title, attributes.costCenter", nil, true},
	{"key", Text, "the key's name", nil, true},
	{"service_account", YesNo, "whether the key belongs to no member", nil, true},
	{"model", Text, "the model that was asked for, as it was written", nil, true},
	{"endpoint", Text, "what is asked for", []string{"chat", "completions", "embeddings", "image_generation", "image_edit", "transcription", "translation", "speech", "moderation"}, true},
	{"dialect", Text, "the dialect of the client", []string{"openai", "responses", "anthropic", "gemini", "bedrock", "bedrock-invoke"}, true},
	{"client", Text, "the app that was recognised, such as claude-code", nil, true},
	{"tags", Pairs, "tags of the request: tags.project", nil, true},
	{"priority", Text, "x-bodhi-priority, normal unless said", []string{"low", "normal", "high"}, false},
	{"end_user", Text, "x-bodhi-user", nil, true},
	{"session", Text, "x-bodhi-session", nil, true},
	{"purpose", Text, "x-bodhi-purpose", nil, false},
	{"input_tokens", Number, "the size of the input, estimated at four bytes a token", nil, true},
	{"max_tokens", Number, "the client's own cap on the output, 0 without one", nil, false},
	{"messages", Number, "how many messages the conversation has", nil, false},
	{"stream", YesNo, "whether the answer is to be streamed", nil, true},
	{"tools", YesNo, "whether tools are offered", nil, false},
	{"images", YesNo, "whether pictures are to be read", nil, false},
	{"audio", YesNo, "whether sound is to be read", nil, false},
	{"files", YesNo, "whether documents are to be read", nil, false},
	{"json_schema", YesNo, "whether the answer must follow a JSON schema", nil, false},
	{"reasoning", YesNo, "whether reasoning is asked for", nil, false},
	{"budget_used", Number, "percent used of the tightest budget above the key", nil, false},
	{"weekday", Text, "the day in the organization's zone", []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, true},
	{"time", Text, "the time of day there, such as \"14:05\"", nil, true},
	{"date", Text, "the date there, such as \"2026-11-26\"", nil, true},
	{"hour", Number, "the hour there, 0 to 23", nil, true},
	{"holiday", YesNo, "whether the date is one of the organization's holidays", nil, true},
	{"workday", YesNo, "Monday to Friday and no holiday", nil, true},
}

// WordOf finds a word by its name.
func WordOf(name string) (Word, bool) {
	i := slices.IndexFunc(Words, func(w Word) bool { return w.Name == name })
	if i < 0 {
		return Word{}, false
	}
	return Words[i], true
}

// words is a set of Words, by their places.
type words uint64

func (s words) has(name string) bool {
	i := slices.IndexFunc(Words, func(w Word) bool { return w.Name == name })
	return i >= 0 && s&(1<<i) != 0
}

func (s *words) add(name string) {
	if i := slices.IndexFunc(Words, func(w Word) bool { return w.Name == name }); i >= 0 {
		*s |= 1 << i
	}
}

// unkept are the names in the set that no stored fact tells.
func (s words) unkept() (out []string) {
	for i, w := range Words {
		if s&(1<<i) != 0 && !w.Kept {
			out = append(out, w.Name)
		}
	}
	return out
}
