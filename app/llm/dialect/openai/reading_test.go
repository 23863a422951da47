package openai

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestUsageOfWholeAnswersIsNormalised(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name     string
		read     func([]byte) (llm.Reading, error)
		body     string
		model    string
		want     llm.Usage
		reported bool
		broken   bool
	}{
		{"a chat completion", ReadChat, `{"model":"gpt-5.5","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":5},"completion_tokens_details":{"reasoning_tokens":3}}}`,
			"gpt-5.5", llm.Usage{Input: 19, CacheRead: 4, CacheWrite5m: 5, Output: 10, Reasoning: 3}, true, false},
		{"a usage object alone", ReadChat, `{"prompt_tokens":19,"completion_tokens":10}`, "", llm.Usage{Input: 19, Output: 10}, true, false},
		{"DeepSeek's old name for cached input", ReadChat, `{"usage":{"prompt_tokens":19,"completion_tokens":1,"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":3}}`,
			"", llm.Usage{Input: 19, CacheRead: 16, Output: 1}, true, false},
		{"Perplexity's reasoning, citations and searches", ReadChat, `{"usage":{"prompt_tokens":9,"completion_tokens":11,"total_tokens":20,"citation_tokens":100,"num_search_queries":7,"reasoning_tokens":50}}`,
			"", llm.Usage{Input: 9, Output: 161, Reasoning: 50, Citations: 100, WebSearches: 7}, true, false},
		{"xAI leaves reasoning out of the completion", ReadChat, `{"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":110,"completion_tokens_details":{"reasoning_tokens":100}}}`,
			"", llm.Usage{Input: 9, Output: 101, Reasoning: 100}, true, false},
		{"a response", ReadResponse, `{"object":"response","model":"gpt-5.5","output":[],"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":2},"output_tokens":87,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":123}}`,
			"gpt-5.5", llm.Usage{Input: 36, CacheRead: 8, CacheWrite5m: 2, Output: 87, Reasoning: 64}, true, false},
		{"a response that searched", ReadResponse, `{"output":[{"type":"web_search_call","id":"ws_1","action":{"type":"search"}},{"type":"message","content":[{"type":"output_text"}]},{"type":"web_search_call"}],"usage":{"input_tokens":1,"output_tokens":2}}`,
			"", llm.Usage{Input: 1, Output: 2, WebSearches: 2}, true, false},
		{"a response that opened what it found", ReadResponse, `{"output":[{"action":{"type":"search","queries":["a"]},"type":"web_search_call"},{"type":"web_search_call","action":{"url":"https://example.com","type":"open_page"}},{"type":"web_search_call","action":{"type":"find_in_page"}},{"type":"web_search_call","action":null},{"type":"file_search_call","action":{"type":"search"}}],"usage":{"input_tokens":1,"output_tokens":2}}`,
			"", llm.Usage{Input: 1, Output: 2, WebSearches: 2}, true, false},
		{"a response of xAI's, which bills what it opened, and what it looked up on X", ReadResponse, `{"output":[{"type":"web_search_call","action":{"type":"search"}},{"type":"web_search_call","action":{"type":"open_page"}},{"type":"custom_tool_call","name":"x_keyword_search"}],"usage":{"input_tokens":1,"output_tokens":2,"num_server_side_tools_used":3,"server_side_tool_usage_details":{"web_search_calls":2,"x_search_calls":1,"code_interpreter_calls":0}}}`,
			"", llm.Usage{Input: 1, Output: 2, WebSearches: 3}, true, false},
		{"the event that ends a response", ReadResponse, `{"type":"response.completed","response":{"model":"gpt-5.5","output":[],"usage":{"input_tokens":3,"output_tokens":4}}}`,
			"gpt-5.5", llm.Usage{Input: 3, Output: 4}, true, false},
		{"images", ReadResponse, `{"created":1,"data":[],"usage":{"input_tokens":50,"output_tokens":4160,"input_tokens_details":{"text_tokens":10,"image_tokens":40},"output_tokens_details":{"image_tokens":4160}}}`,
			"", llm.Usage{Input: 50, InputImage: 40, Output: 4160, OutputImage: 4160}, true, false},
		{"an embedding", ReadEmbeddings, `{"object":"list","model":"text-embedding-3-small","data":[],"usage":{"prompt_tokens":8,"total_tokens":8}}`,
			"text-embedding-3-small", llm.Usage{Input: 8}, true, false},
		{"explicit zero is usage", ReadChat, `{"usage":{"prompt_tokens":0,"completion_tokens":0}}`, "", llm.Usage{}, true, false},
		{"missing usage is none", ReadChat, `{"model":"m","choices":[]}`, "m", llm.Usage{}, false, false},
		{"null usage is none", ReadResponse, `{"model":"m","usage":null}`, "m", llm.Usage{}, false, false},
		{"a response without an output count", ReadResponse, `{"usage":{"input_tokens":3}}`, "", llm.Usage{}, false, true},
		{"a null count", ReadChat, `{"usage":{"prompt_tokens":null,"completion_tokens":3}}`, "", llm.Usage{}, false, true},
		{"a negative count", ReadResponse, `{"usage":{"input_tokens":-3,"output_tokens":1}}`, "", llm.Usage{}, false, true},
		{"a fraction", ReadResponse, `{"usage":{"input_tokens":3,"output_tokens":1.5}}`, "", llm.Usage{}, false, true},
		{"two to the sixty-third", ReadEmbeddings, `{"usage":{"prompt_tokens":9223372036854775808}}`, "", llm.Usage{}, false, true},
		{"parts larger than their whole", ReadResponse, `{"usage":{"input_tokens":3,"output_tokens":1,"input_tokens_details":{"cached_tokens":4}}}`, "", llm.Usage{}, false, true},
		{"half an answer", ReadChat, `{"usage":{"prompt_tokens":3,"completion_tokens":1}`, "", llm.Usage{}, false, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			r, err := x.read([]byte(x.body))
			if r.Usage != x.want || r.Reported != x.reported || (err != nil) != x.broken || r.Model != x.model {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}
