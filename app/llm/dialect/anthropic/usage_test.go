package anthropic_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

func TestUsageOfAMessageIsNormalised(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		model      string
		want       llm.Usage
		reported   bool
		broken     bool
	}{
		{"a plain answer", `{"id":"msg_1","type":"message","model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"hi"}],"usage":{"input_tokens":2095,"output_tokens":503}}`,
			"claude-sonnet-4-5-20250929", llm.Usage{Input: 2095, Output: 503}, true, false},
		{"cache reads and writes are beside the input", `{"usage":{"input_tokens":50,"cache_creation_input_tokens":248,"cache_read_input_tokens":1800,"output_tokens":503}}`,
			"", llm.Usage{Input: 2098, CacheRead: 1800, CacheWrite5m: 248, Output: 503}, true, false},
		{"one-hour writes are told apart", `{"usage":{"input_tokens":10,"cache_creation_input_tokens":556,"cache_creation":{"ephemeral_5m_input_tokens":456,"ephemeral_1h_input_tokens":100},"output_tokens":1}}`,
			"", llm.Usage{Input: 566, CacheWrite5m: 456, CacheWrite1h: 100, Output: 1}, true, false},
		{"writes that are only told by their time", `{"usage":{"input_tokens":10,"cache_creation":{"ephemeral_1h_input_tokens":100},"output_tokens":1}}`,
			"", llm.Usage{Input: 110, CacheWrite1h: 100, Output: 1}, true, false},
		{"writes whose time is told for some", `{"usage":{"input_tokens":10,"cache_creation_input_tokens":300,"cache_creation":{"ephemeral_1h_input_tokens":100},"output_tokens":1}}`,
			"", llm.Usage{Input: 310, CacheWrite5m: 200, CacheWrite1h: 100, Output: 1}, true, false},
		{"thinking is part of the output", `{"usage":{"input_tokens":10,"output_tokens":400,"output_tokens_details":{"thinking_tokens":300}}}`,
			"", llm.Usage{Input: 10, Output: 400, Reasoning: 300}, true, false},
		{"searches and fetches of the provider's own tools", `{"usage":{"input_tokens":10,"output_tokens":4,"server_tool_use":{"web_search_requests":2,"web_fetch_requests":1}}}`,
			"", llm.Usage{Input: 10, Output: 4, WebSearches: 2, ServerToolCalls: 1}, true, false},
		{"a compaction is billed beside the counts of the answer", `{"usage":{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,"cache_read_input_tokens":500,"cache_creation_input_tokens":70,"output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000}]}}`,
			"", llm.Usage{Input: 203_570, CacheRead: 500, CacheWrite5m: 70, Output: 4500}, true, false},
		{"iterations without a compaction repeat the counts", `{"usage":{"input_tokens":30,"output_tokens":9,"iterations":[{"type":"message","input_tokens":10,"output_tokens":4},{"type":"message","input_tokens":20,"output_tokens":5}]}}`,
			"", llm.Usage{Input: 30, Output: 9}, true, false},
		{"no iterations", `{"usage":{"input_tokens":3,"output_tokens":9,"iterations":null}}`, "", llm.Usage{Input: 3, Output: 9}, true, false},
		{"a compaction that cannot be", `{"usage":{"input_tokens":3,"output_tokens":9,"iterations":[{"type":"compaction","input_tokens":-1,"output_tokens":1}]}}`, "", llm.Usage{}, false, true},
		{"an unknown service tier changes nothing", `{"usage":{"input_tokens":10,"output_tokens":4,"service_tier":"weird","inference_geo":"global"}}`,
			"", llm.Usage{Input: 10, Output: 4}, true, false},
		{"null parts", `{"usage":{"input_tokens":10,"output_tokens":4,"cache_creation_input_tokens":null,"cache_creation":null,"server_tool_use":null}}`,
			"", llm.Usage{Input: 10, Output: 4}, true, false},
		{"a usage object alone", `{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5}`,
			"", llm.Usage{Input: 7, CacheRead: 4, Output: 5}, true, false},
		{"the start of a stream", `{"type":"message_start","message":{"model":"claude-opus-5","usage":{"input_tokens":25,"output_tokens":1}}}`,
			"claude-opus-5", llm.Usage{Input: 25, Output: 1}, true, false},
		{"explicit zero is usage", `{"usage":{"input_tokens":0,"output_tokens":0}}`, "", llm.Usage{}, true, false},
		{"missing usage is none", `{"model":"claude-opus-5"}`, "claude-opus-5", llm.Usage{}, false, false},
		{"null usage is none", `{"usage":null}`, "", llm.Usage{}, false, false},
		{"no output count", `{"usage":{"input_tokens":3}}`, "", llm.Usage{}, false, true},
		{"no input count", `{"usage":{"output_tokens":3}}`, "", llm.Usage{}, false, true},
		{"negative", `{"usage":{"input_tokens":-3,"output_tokens":3}}`, "", llm.Usage{}, false, true},
		{"a fraction", `{"usage":{"input_tokens":3.0,"output_tokens":3}}`, "", llm.Usage{}, false, true},
		{"two to the sixty-third", `{"usage":{"input_tokens":3,"output_tokens":9223372036854775808}}`, "", llm.Usage{}, false, true},
		{"a negative part", `{"usage":{"input_tokens":3,"output_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":-1}}}`, "", llm.Usage{}, false, true},
		{"more thinking than output", `{"usage":{"input_tokens":3,"output_tokens":3,"output_tokens_details":{"thinking_tokens":4}}}`, "", llm.Usage{}, false, true},
		{"usage that is a list", `{"usage":[1]}`, "", llm.Usage{}, false, true},
		{"half an answer", `{"usage":{"input_tokens":3,"output_tokens":3}`, "", llm.Usage{}, false, true},
		{"no object", `[]`, "", llm.Usage{}, false, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			r, err := anthropic.ReadMessage([]byte(x.body))
			if r.Usage != x.want || r.Reported != x.reported || (err != nil) != x.broken || r.Model != x.model {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestTheTwoReportsOfAStreamAreOne(t *testing.T) {
	t.Parallel()
	var n anthropic.Counts
	for _, part := range []string{
		`{"input_tokens":25,"cache_creation_input_tokens":8,"cache_read_input_tokens":100,"output_tokens":1}`,
		`{"output_tokens":90}`,
		`{"input_tokens":0,"output_tokens":120,"server_tool_use":{"web_search_requests":1}}`, // some servers send zeros
		`{"output_tokens":120,"iterations":[{"type":"compaction","input_tokens":1000,"output_tokens":30},{"type":"message","input_tokens":25,"output_tokens":120}]}`,
		`{"output_tokens":120,"iterations":[{"type":"compaction","input_tokens":1000,"output_tokens":30},{"type":"message","input_tokens":25,"output_tokens":120}]}`,
	} {
		c := scan.New([]byte(part))
		if !n.Read(&c) || !c.End() {
			t.Fatal(part)
		}
	}
	want := llm.Usage{Input: 1133, CacheRead: 100, CacheWrite5m: 8, Output: 150, WebSearches: 1}
	if u, ok := n.Usage(); !ok || u != want {
		t.Errorf("%+v, %v", u, ok)
	}
}

// The provider's own tools write to the cache while they run: the end of the stream has more writes than its start, and
// still the start's split by time.
func TestCacheWritesOfServerToolsAreNotLost(t *testing.T) {
	t.Parallel()
	var n anthropic.Counts
	for _, part := range []string{
		`{"input_tokens":10,"cache_creation_input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":60,"ephemeral_1h_input_tokens":40},"output_tokens":1}`,
		`{"cache_creation_input_tokens":5000,"cache_read_input_tokens":300,"output_tokens":50,"server_tool_use":{"web_search_requests":4}}`,
	} {
		c := scan.New([]byte(part))
		if !n.Read(&c) {
			t.Fatal(part)
		}
	}
	want := llm.Usage{Input: 5310, CacheRead: 300, CacheWrite5m: 4960, CacheWrite1h: 40, Output: 50, WebSearches: 4}
	if u, ok := n.Usage(); !ok || u != want {
		t.Errorf("%+v, %v", u, ok)
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte(`{"usage":{"input_tokens":3,"output_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":1}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := anthropic.ReadMessage(body)
		u := r.Usage
		if err == nil && (u.Input < 0 || u.Output < 0 || u.CacheWrite5m < 0 || u.CacheRead+u.CacheWrite5m+u.CacheWrite1h > u.Input || u.Reasoning > u.Output) {
			t.Errorf("%+v", u)
		}
	})
}
