package onboard

// habit is how somebody uses models.
type habit uint8

const (
	coding habit = iota
	building
	writing
	serving
)

// way is one kind of request: what is asked for, by which program, and how large it is.
type way struct {
	weight                                int
	connection, model, asked, client, end string
	family                                string
	input, output                         float64 // medians of tokens
	cached                                float64 // part of the input that the provider's cache holds
	perSecond                             float64 // tokens of output
}

// ways are what each habit does. Figures are made up, in the order of magnitude that such clients have.
var ways = map[habit][]way{
	coding: {
		{8, "anthropic", "claude-sonnet-4-6", "claude-sonnet-4-6", "Claude Code", "chat", "anthropic", 18000, 420, 0.86, 62},
		{3, "anthropic", "claude-haiku-4-5", "claude-haiku-4-5", "Claude Code", "chat", "anthropic", 4200, 120, 0.6, 140},
		{2, "openai", "gpt-5.3-codex", "gpt-5.3-codex", "Codex", "chat", "responses", 14000, 520, 0.8, 70},
		{1, "anthropic", "claude-sonnet-4-6", "smart", "OpenAI SDK (Python)", "chat", "openai", 2400, 380, 0.2, 60},
	},
	building: {
		{4, "openai", "gpt-5.4", "gpt-5.4", "OpenAI SDK (Python)", "chat", "openai", 2600, 540, 0.3, 75},
		{3, "gemini", "gemini-2.5-flash", "fast", "OpenAI SDK (Python)", "chat", "openai", 5200, 300, 0.15, 170},
		{2, "gemini", "gemini-2.5-pro", "gemini-2.5-pro", "Google Gen AI SDK", "chat", "gemini", 9000, 900, 0.2, 90},
	},
	writing: {
		{5, "openai", "gpt-5-mini", "gpt-5-mini", "Vercel AI SDK", "chat", "openai", 900, 420, 0.1, 130},
		{3, "anthropic", "claude-sonnet-4-6", "smart", "Vercel AI SDK", "chat", "openai", 1500, 620, 0.1, 60},
	},
	serving: {
		{8, "openai", "gpt-5-mini", "support", "OpenAI SDK (JS)", "chat", "openai", 2100, 180, 0.55, 130},
		{2, "gemini", "gemini-2.5-flash", "fast", "OpenAI SDK (JS)", "chat", "openai", 3100, 140, 0.2, 170},
	},
}
