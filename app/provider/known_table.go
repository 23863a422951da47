package provider

import (
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// Words that many rows share. Fields that only OpenAI has a use for: stored completions, its prompt cache and its tiers.
var (
	onlyOpenAIs = []string{"store", "metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "verbosity", "prediction", "modalities", "audio"}
	oldCap      = openai.Quirks{MaxKey: "max_tokens", OnlyMaxKey: true}
	aloud       = openai.Quirks{MaxKey: "max_tokens", OnlyMaxKey: true, Aloud: true}
	eitherCap   = openai.Quirks{MaxKey: "max_tokens"}
	newCap      = openai.Quirks{MaxKey: "max_completion_tokens"}
)

// What models of two services take as reasoning_effort, all others answering 400 to it: by Groq's documentation, and by what xAI was found
// to answer (its documentation names fewer).
var (
	groqEfforts = openai.Efforts{
		{Models: regexp.MustCompile(`gpt-oss`), Words: []string{"low", "medium", "high"}},
		{Models: regexp.MustCompile(`qwen3`), Words: []string{"none", "default"}},
	}
	xaiEfforts = openai.Efforts{
		{Models: regexp.MustCompile(`^grok-3-mini`), Words: []string{"low", "high"}},
		{Models: regexp.MustCompile(`multi-agent`), Words: []string{"low", "medium", "high", "xhigh"}},
		{Models: regexp.MustCompile(`^grok-(?:4\.[3-9](?:\D|$)|[5-9])`), Words: []string{"none", "low", "medium", "high"}},
	}
)

func and(list []string, more ...string) []string {
	return append(append([]string(nil), list...), more...)
}

// known is the table. Some rows rest on a service's public documentation that was looked up, some on general
// knowledge of it; none was tried against the service, and the fixtures in compat/testdata are written by hand, not recorded.
// A parameter is dropped only where a service is known to refuse it: most servers ignore what they do not know.
var known = []Known{
	// Groq answers 400 to log probabilities, logit_bias, names of messages, and any n but 1. Usage of a stream comes twice:
	// in x_groq and, if asked for, as OpenAI has it.
	{Name: "groq", Title: "Groq", Kind: Compatible, BaseURL: "https://api.groq.com/openai/v1", Host: "api.groq.com", NeedsKey: true, KeyFrom: "console.groq.com/keys",
		Catalogue: "groq", Quirks: openai.Quirks{MaxKey: "max_completion_tokens", Efforts: &groqEfforts}, Limits: &openai.Limits{Drop: []string{"logprobs", "logit_bias", "top_logprobs"}, NoNames: true, OneChoice: true}},
	// Mistral answers 422 to every parameter that it does not know, stream_options among them; usage is in the last chunk
	// all the same. It says random_seed, knows neither the newer cap's name nor the role developer, and refuses (code 3280) ids
	// of calls that are not like its own: a conversation that began elsewhere has others.
	{Name: "mistral", Title: "Mistral", Kind: Compatible, BaseURL: "https://api.mistral.ai/v1", Host: "api.mistral.ai", NeedsKey: true, KeyFrom: "console.mistral.ai",
		Catalogue: "mistral", Quirks: openai.Quirks{MaxKey: "max_tokens", OnlyMaxKey: true, NoUsage: true},
		Limits: &openai.Limits{Drop: and(onlyOpenAIs, "stream_options", "logprobs", "top_logprobs", "logit_bias", "user", "reasoning_effort"),
			Rename: map[string]string{"seed": "random_seed"}, SystemOnly: true, NoNames: true, BriefIDs: true}},
	// DeepSeek thinks aloud in reasoning_content, refuses calls that come back without it, counts cache hits in prompt_cache_hit_tokens, and has JSON but no schemas.
	{Name: "deepseek", Title: "DeepSeek", Kind: Compatible, BaseURL: "https://api.deepseek.com/v1", Host: "api.deepseek.com", NeedsKey: true, KeyFrom: "platform.deepseek.com",
		Catalogue: "deepseek", Quirks: aloud, Limits: &openai.Limits{SystemOnly: true, Formats: []string{"json_object"}}},
	// xAI's reasoning models, which are all of its current ones, refuse penalties. It leaves reasoning out of
	// completion_tokens; its total tells.
	{Name: "xai", Title: "xAI", Kind: Compatible, BaseURL: "https://api.x.ai/v1", Host: "api.x.ai", NeedsKey: true, KeyFrom: "console.x.ai",
		Catalogue: "x-ai", Quirks: openai.Quirks{MaxKey: "max_completion_tokens", Efforts: &xaiEfforts}, Limits: &openai.Limits{Drop: []string{"presence_penalty", "frequency_penalty", "logit_bias"}}},
	// Together lists its models in a bare array.
	{Name: "together", Title: "Together AI", Kind: Compatible, BaseURL: "https://api.together.xyz/v1", Host: "api.together.xyz", NeedsKey: true, KeyFrom: "api.together.ai/settings/api-keys",
		Catalogue: "together", Quirks: oldCap, Limits: &openai.Limits{SystemOnly: true}},
	{Name: "fireworks", Title: "Fireworks AI", Kind: Compatible, BaseURL: "https://api.fireworks.ai/inference/v1", Host: "api.fireworks.ai", NeedsKey: true, KeyFrom: "app.fireworks.ai",
		Catalogue: "fireworks", Quirks: oldCap, Limits: &openai.Limits{SystemOnly: true}},
	// OpenRouter fills silence with comments, says in its usage what it charged, and has pictures in messages; apps are
	// attributed by two headers. "models" has it ask other models whenever the first fails, a preset may name some, and the
	// one that answered is charged: models that no key's permission and no price was asked for. Without them "route" is idle.
	{Name: "openrouter", Title: "OpenRouter", Kind: Compatible, BaseURL: "https://openrouter.ai/api/v1", Host: "openrouter.ai", NeedsKey: true, KeyFrom: "openrouter.ai/keys",
		Catalogue: "openrouter", Quirks: openai.Quirks{MaxKey: "max_tokens", Details: true, Pictures: true}, Forward: []string{"Http-Referer"},
		Limits: &openai.Limits{Drop: []string{"route"}, Refuse: []string{"models", "preset"}}},
	// Perplexity has no tools, JSON by schema only, usage in every chunk, and no list of models: its list of the account's own
	// asynchronous jobs proves a key. Searches, citations and reasoning are billed apart. Its streams may end with
	// [DONE] or without: which of both is unverified, so both are taken.
	{Name: "perplexity", Title: "Perplexity", Kind: Compatible, BaseURL: "https://api.perplexity.ai", Host: "api.perplexity.ai", NeedsKey: true, KeyFrom: "perplexity.ai/account/api",
		Catalogue: "perplexity", Quirks: openai.Quirks{MaxKey: "max_tokens", OnlyMaxKey: true, NoUsage: true, Unmarked: true},
		Limits: &openai.Limits{Drop: []string{"stream_options", "logprobs", "top_logprobs", "logit_bias", "tool_choice", "parallel_tool_calls", "seed", "user"}, Refuse: []string{"tools", "functions"},
			SystemOnly: true, OneChoice: true, Formats: []string{"json_schema"}},
		List: List{Path: "async/chat/completions", Array: "requests", Silent: true}},
	// Cerebras answers 400 to penalties, logit_bias, parallel_tool_calls and tiers; its system role stands where OpenAI has the
	// developer's.
	{Name: "cerebras", Title: "Cerebras", Kind: Compatible, BaseURL: "https://api.cerebras.ai/v1", Host: "api.cerebras.ai", NeedsKey: true, KeyFrom: "cloud.cerebras.ai",
		Catalogue: "cerebras", Quirks: newCap,
		Limits: &openai.Limits{Drop: []string{"frequency_penalty", "logit_bias", "presence_penalty", "parallel_tool_calls", "service_tier", "prompt_cache_key", "verbosity"}, SystemOnly: true, OneChoice: true}},
	// Moonshot cannot be made to call a tool, and refuses calls that come back without their thinking; usage of a stream stands in the last choice too.
	{Name: "moonshot", Title: "Moonshot AI", Kind: Compatible, BaseURL: "https://api.moonshot.ai/v1", Host: "api.moonshot.ai", NeedsKey: true, KeyFrom: "platform.kimi.ai",
		Catalogue: "moonshotai", Quirks: aloud, Limits: &openai.Limits{SystemOnly: true, Choices: []string{"auto", "none"}}},
	// Ollama reads max_tokens only and ignores the newer name.
	{Name: "ollama", Title: "Ollama", Kind: Ollama, BaseURL: "http://127.0.0.1:11434/v1", Catalogue: "ollama", Quirks: oldCap},
	{Name: "vllm", Title: "vLLM", Kind: Compatible, BaseURL: "http://127.0.0.1:8000/v1", Catalogue: "ollama", Quirks: eitherCap},
	{Name: "llama-cpp", Title: "llama.cpp", Kind: Compatible, BaseURL: "http://127.0.0.1:8080/v1", Catalogue: "ollama", Quirks: oldCap},
	// LM Studio takes words as tool_choice, no function's name, and JSON by schema only.
	{Name: "lm-studio", Title: "LM Studio", Kind: Compatible, BaseURL: "http://127.0.0.1:1234/v1", Catalogue: "ollama", Quirks: oldCap,
		Limits: &openai.Limits{Choices: []string{"auto", "none", "required"}, Formats: []string{"json_schema"}}},
}
