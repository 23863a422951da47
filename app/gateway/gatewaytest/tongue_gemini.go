package gatewaytest

import "fmt"

// gemini is what Google AI Studio and Vertex AI speak. Their streams end with the body: there is no mark.
var gemini = Tongue{
	StreamType: "text/event-stream",
	document: func(text string, n counts) string {
		return `{"candidates":[` + candidate(text, `,"finishReason":"STOP"`) + `]` + geminiUsage(n) + `,"modelVersion":"scripted","responseId":"r1"}`
	},
	head: func(counts) []string { return nil },
	text: func(s string) string {
		return chunk(`{"candidates":[` + candidate(s, "") + `],"modelVersion":"scripted","responseId":"r1"}`)
	},
	tail: func(n counts) []string {
		return []string{chunk(`{"candidates":[` + candidate("", `,"finishReason":"STOP"`) + `]` + geminiUsage(n) + `,"modelVersion":"scripted","responseId":"r1"}`)}
	},
	call:     chunk(`{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"a":1}}}],"role":"model"},"index":0}],"modelVersion":"scripted","responseId":"r1"}`),
	event:    chunk,
	failed:   func(t trouble) string { return chunk(geminiRefusals[t].body) },
	refusals: geminiRefusals,
}

func candidate(text, more string) string {
	return `{"content":{"parts":[{"text":` + quoted(text) + `}],"role":"model"},"index":0` + more + `}`
}

func geminiUsage(n counts) string {
	if n == none {
		return ""
	}
	return fmt.Sprintf(`,"usageMetadata":{"promptTokenCount":%s,"candidatesTokenCount":%s,"totalTokenCount":16}`, n.in, n.out)
}

func geminiProblem(status int, word, message, more string) refusal {
	return refusal{status, fmt.Sprintf(`{"error":{"code":%d,"message":"%s","status":"%s"%s}}`, status, message, word, more), nil}
}

// A spent account looks like a limited rate, and a prompt that is blocked is an answer.
var geminiRefusals = map[trouble]refusal{
	rate:       geminiProblem(429, "RESOURCE_EXHAUSTED", "slow down", ""),
	internal:   geminiProblem(500, "INTERNAL", "The server had an error", ""),
	overloaded: geminiProblem(503, "UNAVAILABLE", "The model is overloaded.", ""),
	unknownKey: geminiProblem(400, "INVALID_ARGUMENT", "API key not valid: sk-canary", `,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]`),
	forbidden:  geminiProblem(403, "PERMISSION_DENIED", "You are not allowed, sk-canary", ""),
	tooLong:    geminiProblem(400, "INVALID_ARGUMENT", "The input token count exceeds the maximum number of tokens allowed 1048576.", ""),
}

// chunk frames as Google does.
func chunk(s string) string { return "data: " + s + "\r\n\r\n" }
