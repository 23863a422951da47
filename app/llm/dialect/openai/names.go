package openai

import "github.com/bodhi-gateway/bodhi/app/llm"

// ToolNames are a conversation's tools by the names that OpenAI takes; its other dialect takes the same.
func ToolNames(c *llm.Conversation) llm.Names { return toolNames(c) }
