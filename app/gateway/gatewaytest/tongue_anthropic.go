package gatewaytest

import "fmt"

// anthropic reports its usage twice: when a message begins, with the output so far, and when it ends.
var anthropic = Tongue{
	StreamType: "text/event-stream", Marked: true,
	document: func(text string, n counts) string {
		usage := ""
		if n != none {
			usage = `,"usage":` + anthropicUsage(n)
		}
		return `{"id":"msg_1","type":"message","role":"assistant","model":"scripted","content":[{"type":"text","text":` + quoted(text) + `}],"stop_reason":"end_turn","stop_sequence":null` + usage + `}`
	},
	head: func(n counts) []string {
		usage := ""
		if n != none {
			usage = `,"usage":` + anthropicUsage(counts{n.in, "0"})
		}
		return []string{
			named("message_start", `{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"scripted","content":[],"stop_reason":null,"stop_sequence":null`+usage+`}}`),
			named("content_block_start", `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`),
			named("ping", `{"type":"ping"}`),
		}
	},
	text: func(s string) string {
		return named("content_block_delta", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":`+quoted(s)+`}}`)
	},
	tail: func(n counts) []string {
		usage := ""
		if n != none {
			usage = `,"usage":{"output_tokens":` + n.out + `}`
		}
		return []string{
			named("content_block_stop", `{"type":"content_block_stop","index":0}`),
			named("message_delta", `{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null}`+usage+`}`),
			named("message_stop", `{"type":"message_stop"}`),
		}
	},
	call:     named("content_block_delta", `{"type":"content_block_delta","index":7,"delta":{"type":"input_json_delta","partial_json":"{\"a"}}`),
	event:    func(s string) string { return named("content_block_delta", s) },
	failed:   func(t trouble) string { return named("error", anthropicRefusals[t].body) },
	refusals: anthropicRefusals,
}

func named(name, s string) string { return "event: " + name + "\n" + data(s) }

func anthropicUsage(n counts) string {
	return fmt.Sprintf(`{"input_tokens":%s,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%s}`, n.in, n.out)
}

func anthropicProblem(status int, kind, message string) refusal {
	return refusal{status, `{"type":"error","error":{"type":"` + kind + `","message":"` + message + `"},"request_id":"req_canary"}`, nil}
}

var anthropicRefusals = map[trouble]refusal{
	rate:       anthropicProblem(429, "rate_limit_error", "slow down"),
	spent:      anthropicProblem(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
	unpaid:     anthropicProblem(402, "billing_error", "Insufficient Balance"),
	internal:   anthropicProblem(500, "api_error", "The server had an error"),
	overloaded: anthropicProblem(529, "overloaded_error", "Overloaded"),
	unknownKey: anthropicProblem(401, "authentication_error", "invalid x-api-key sk-canary"),
	forbidden:  anthropicProblem(403, "permission_error", "You are not allowed, sk-canary"),
	tooLong:    anthropicProblem(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
	content:    anthropicProblem(400, "invalid_request_error", "Output blocked by content filtering policy"),
	tooLarge:   anthropicProblem(413, "request_too_large", "Request exceeds the maximum size"),
}
