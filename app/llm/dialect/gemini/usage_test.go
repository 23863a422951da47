package gemini_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
)

func TestUsageOfGenerateContentIsNormalised(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		want       llm.Usage
		reported   bool
		broken     bool
	}{
		{"a plain answer", `{"candidates":[],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":30,"totalTokenCount":39,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9}]},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 9, Output: 30}, true, false},
		{"thoughts are output and reasoning", `{"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":30,"thoughtsTokenCount":100,"totalTokenCount":139},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 9, Output: 130, Reasoning: 100}, true, false},
		{"prompts of its own tools are input", `{"usageMetadata":{"promptTokenCount":9,"toolUsePromptTokenCount":50,"candidatesTokenCount":3,"toolUsePromptTokensDetails":[{"modality":"TEXT","tokenCount":50}]},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 59, Output: 3}, true, false},
		{"cached content is part of the prompt", `{"usageMetadata":{"promptTokenCount":900,"cachedContentTokenCount":800,"candidatesTokenCount":3},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 900, CacheRead: 800, Output: 3}, true, false},
		{"every modality", `{"usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":90,"candidatesTokenCount":500,"promptTokensDetails":[{"modality":"TEXT","tokenCount":100},{"modality":"AUDIO","tokenCount":200},{"modality":"IMAGE","tokenCount":258},{"modality":"DOCUMENT","tokenCount":42},{"modality":"VIDEO","tokenCount":400}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":40},{"modality":"IMAGE","tokenCount":50}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":290},{"modality":"AUDIO","tokenCount":10},{"modality":"VIDEO","tokenCount":20}]},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 1000, CacheRead: 90, CacheReadAudio: 40, CacheReadImage: 50, InputAudio: 200, InputImage: 300, InputVideo: 400, Output: 500, OutputImage: 290, OutputAudio: 10, OutputVideo: 20}, true, false},
		{"pictures that its own tool read", `{"usageMetadata":{"promptTokenCount":10,"toolUsePromptTokenCount":20,"toolUsePromptTokensDetails":[{"modality":"image","tokenCount":15}]},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 30, InputImage: 15}, true, false},
		{"no candidates", `{"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{Input: 9}, true, false},
		{"queries of a search", `{"candidates":[{"content":{"parts":[{"text":"a"}]},"groundingMetadata":{"webSearchQueries":["a \"b\"","c",""],"imageSearchQueries":["d"],"groundingChunks":[{"web":{"uri":"u"}}]}}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 9, Output: 3, WebSearches: 3}, true, false},
		{"queries of two candidates, after the counts", `{"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3},"candidates":[{"groundingMetadata":{"webSearchQueries":["a","b"]}},{"index":1,"groundingMetadata":{"webSearchQueries":["c"]}}],"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 9, Output: 3, WebSearches: 3}, true, false},
		{"grounded without a search", `{"candidates":[{"groundingMetadata":{"groundingChunks":[{"maps":{}}],"webSearchQueries":null}},{"groundingMetadata":[]}],"usageMetadata":{"promptTokenCount":9},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{Input: 9}, true, false},
		{"a live session", `{"usageMetadata":{"promptTokenCount":9,"responseTokenCount":4,"responseTokensDetails":[{"modality":"AUDIO","tokenCount":4}]},"modelVersion":"gemini-2.5-pro"}`,
			llm.Usage{Input: 9, Output: 4, OutputAudio: 4}, true, false},
		{"a usage object alone", `{"promptTokenCount":5,"candidatesTokenCount":6}`, llm.Usage{Input: 5, Output: 6}, true, false},
		{"explicit zero is usage", `{"usageMetadata":{"promptTokenCount":0},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, true, false},
		{"missing usage is none", `{"candidates":[],"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, false},
		{"an empty object is none", `{"usageMetadata":{},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, false},
		{"only a total", `{"usageMetadata":{"totalTokenCount":5},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, true},
		{"negative", `{"usageMetadata":{"promptTokenCount":-5},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, true},
		{"a fraction", `{"usageMetadata":{"promptTokenCount":5.5},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, true},
		{"two to the sixty-third", `{"usageMetadata":{"promptTokenCount":9223372036854775808},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, true},
		{"more cached than read", `{"usageMetadata":{"promptTokenCount":5,"cachedContentTokenCount":6},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, true},
		{"more sound than output", `{"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":1,"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":2}]},"modelVersion":"gemini-2.5-pro"}`, llm.Usage{}, false, true},
		{"half an answer", `{"usageMetadata":{"promptTokenCount":5}`, llm.Usage{}, false, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			r, err := gemini.ReadContent([]byte(x.body))
			if r.Usage != x.want || r.Reported != x.reported || (err != nil) != x.broken {
				t.Errorf("%+v, %v", r, err)
			}
			if err == nil && x.body[0] == '{' && r.Model != "gemini-2.5-pro" && r.Model != "" {
				t.Errorf("model %q", r.Model)
			}
		})
	}
}
