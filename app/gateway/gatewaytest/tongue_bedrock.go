package gatewaytest

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	wire "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
)

// bedrock streams frames of AWS's event stream. The last one, metadata, holds the usage.
var bedrock = Tongue{
	StreamType: "application/vnd.amazon.eventstream", Frames: true, Marked: true,
	document: func(text string, n counts) string {
		usage := ""
		if n != none {
			usage = `,"usage":` + bedrockUsage(n)
		}
		return `{"metrics":{"latencyMs":392},"output":{"message":{"role":"assistant","content":[{"text":` + quoted(text) + `}]}},"stopReason":"end_turn"` + usage + `}`
	},
	head: func(counts) []string {
		return []string{bedrockFrame("messageStart", `{"p":"abcd","role":"assistant"}`)}
	},
	text: func(s string) string {
		return bedrockFrame("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":`+quoted(s)+`},"p":"ab"}`)
	},
	tail: func(n counts) []string {
		usage := ""
		if n != none {
			usage = `,"usage":` + bedrockUsage(n)
		}
		return []string{bedrockFrame("contentBlockStop", `{"contentBlockIndex":0}`), bedrockFrame("messageStop", `{"stopReason":"end_turn"}`),
			bedrockFrame("metadata", `{"metrics":{"latencyMs":392}`+usage+`}`)}
	},
	call:  bedrockFrame("contentBlockDelta", `{"contentBlockIndex":7,"delta":{"toolUse":{"input":"{\"a"}}}`),
	event: func(s string) string { return bedrockFrame("contentBlockDelta", s) },
	failed: func(t trouble) string {
		name := map[trouble]string{internal: "modelStreamErrorException", overloaded: "serviceUnavailableException"}[t]
		return string(wire.AppendFrame(nil, "exception", name, []byte(bedrockRefusals[t].body)))
	},
	refusals: bedrockRefusals,
}

func bedrockFrame(name, payload string) string {
	return string(wire.AppendFrame(nil, "event", name, []byte(payload)))
}

func bedrockUsage(n counts) string {
	return fmt.Sprintf(`{"inputTokens":%s,"outputTokens":%s,"totalTokens":16}`, n.in, n.out)
}

func bedrockProblem(status int, exception, message string) refusal {
	return refusal{status, `{"message":"` + message + `"}`, []string{"X-Amzn-Errortype: " + exception + ":http://internal.amazon.com/coral/"}}
}

var bedrockRefusals = map[trouble]refusal{
	rate:       bedrockProblem(429, "ThrottlingException", "slow down"),
	internal:   bedrockProblem(500, "InternalServerException", "The server had an error"),
	overloaded: bedrockProblem(503, "ServiceUnavailableException", "Too many requests, please wait"),
	unknownKey: bedrockProblem(403, "UnrecognizedClientException", "The security token sk-canary is invalid."),
	forbidden:  bedrockProblem(403, "AccessDeniedException", "You are not allowed, sk-canary"),
	tooLong:    bedrockProblem(400, "ValidationException", "Input is too long for requested model."),
	content:    bedrockProblem(400, "ValidationException", "The content was flagged"),
}

// frame is the prelude of a frame of this size, with a right checksum, and nothing behind it.
func frame(size, headers uint32) string {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, size), headers)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b)))
}
