package gatewaytest

import "fmt"

// openai is what OpenAI, Azure and compatible servers speak.
var openai = Tongue{
	StreamType: "text/event-stream", Marked: true,
	document: func(text string, n counts) string {
		usage := ""
		if n != none {
			usage = `,"usage":` + openaiUsage(n)
		}
		return `{"id":"chatcmpl-1","object":"chat.completion","created":1795420800,"model":"scripted","choices":[{"index":0,"message":{"role":"assistant","content":` + quoted(text) + `},"finish_reason":"stop"}]` + usage + `}`
	},
	head: func(counts) []string { return nil },
	text: func(s string) string {
		return openaiChunk(`[{"index":0,"delta":{"content":`+quoted(s)+`},"finish_reason":null}]`, "")
	},
	tail: func(n counts) []string {
		list := []string{openaiChunk(`[{"index":0,"delta":{},"finish_reason":"stop"}]`, "")}
		if n != none {
			list = append(list, openaiChunk(`[]`, `,"usage":`+openaiUsage(n)))
		}
		return append(list, data("[DONE]"))
	},
	event: data,
	failed: func(t trouble) string {
		return data(openaiRefusals[t].body)
	},
	refusals: openaiRefusals,
}

func openaiChunk(choices, more string) string {
	return data(`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795420800,"model":"scripted","choices":` + choices + more + `}`)
}

func openaiCall(calls string) string {
	return openaiChunk(`[{"index":0,"delta":{"tool_calls":[`+calls+`]},"finish_reason":null}]`, "")
}

func openaiUsage(n counts) string {
	return fmt.Sprintf(`{"prompt_tokens":%s,"completion_tokens":%s,"total_tokens":16}`, n.in, n.out)
}

func openaiProblem(status int, message, kind, code string) refusal {
	if code != "null" {
		code = `"` + code + `"`
	}
	return refusal{status, `{"error":{"message":"` + message + `","type":"` + kind + `","param":null,"code":` + code + `}}`, nil}
}

var openaiRefusals = map[trouble]refusal{
	rate:       openaiProblem(429, "slow down", "requests", "rate_limit_exceeded"),
	spent:      openaiProblem(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
	unpaid:     openaiProblem(402, "Insufficient Balance", "unknown_error", "null"),
	internal:   openaiProblem(500, "The server had an error", "server_error", "null"),
	overloaded: openaiProblem(529, "Overloaded", "overloaded_error", "null"),
	unknownKey: openaiProblem(401, "Incorrect API key provided: sk-canary", "invalid_request_error", "invalid_api_key"),
	forbidden:  openaiProblem(403, "You are not allowed, sk-canary", "permission_error", "null"),
	tooLong:    openaiProblem(400, "maximum context length is 8192 tokens", "invalid_request_error", "context_length_exceeded"),
	content:    openaiProblem(400, "flagged by our content filter", "invalid_request_error", "content_policy_violation"),
	tooLarge:   openaiProblem(413, "too large", "invalid_request_error", "null"),
}
