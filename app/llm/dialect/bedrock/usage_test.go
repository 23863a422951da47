package bedrock_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
)

func TestUsageOfConverseIsNormalised(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		want       llm.Usage
		reported   bool
		broken     bool
	}{
		{"a plain answer", `{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":30,"outputTokens":628,"totalTokens":658},"metrics":{"latencyMs":1275}}`,
			llm.Usage{Input: 30, Output: 628}, true, false},
		{"cache reads and writes are beside the input", `{"usage":{"inputTokens":22,"outputTokens":13,"cacheReadInputTokens":500,"cacheReadInputTokenCount":500,"cacheWriteInputTokens":2492,"cacheWriteInputTokenCount":2492,"totalTokens":3027}}`,
			llm.Usage{Input: 3014, CacheRead: 500, CacheWrite5m: 2492, Output: 13}, true, false},
		{"one-hour writes are told apart", `{"usage":{"inputTokens":1,"outputTokens":2,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"5m","inputTokens":10},{"ttl":"1h","inputTokens":20}]}}`,
			llm.Usage{Input: 31, CacheWrite5m: 10, CacheWrite1h: 20, Output: 2}, true, false},
		{"the end of a stream", `{"metadata":{},"usage":{"inputTokens":1,"outputTokens":2}}`, llm.Usage{Input: 1, Output: 2}, true, false},
		{"a usage object alone", `{"inputTokens":5,"outputTokens":6}`, llm.Usage{Input: 5, Output: 6}, true, false},
		{"explicit zero is usage", `{"usage":{"inputTokens":0,"outputTokens":0}}`, llm.Usage{}, true, false},
		{"missing usage is none", `{"stopReason":"end_turn"}`, llm.Usage{}, false, false},
		{"no output count", `{"usage":{"inputTokens":3}}`, llm.Usage{}, false, true},
		{"negative", `{"usage":{"inputTokens":3,"outputTokens":-1}}`, llm.Usage{}, false, true},
		{"a fraction", `{"usage":{"inputTokens":3.5,"outputTokens":1}}`, llm.Usage{}, false, true},
		{"two to the sixty-third", `{"usage":{"inputTokens":3,"cacheReadInputTokens":9223372036854775808,"outputTokens":1}}`, llm.Usage{}, false, true},
		{"details that are no list", `{"usage":{"inputTokens":3,"outputTokens":1,"cacheDetails":{}}}`, llm.Usage{}, false, true},
		{"half an answer", `{"usage":{"inputTokens":3`, llm.Usage{}, false, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			r, err := bedrock.ReadConverse([]byte(x.body))
			if r.Usage != x.want || r.Reported != x.reported || (err != nil) != x.broken {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}
