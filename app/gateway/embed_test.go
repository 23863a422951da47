package gateway

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// vectors reads an answer of either dialect.
func vectors(t *testing.T, text string) (list [][]float32, tokens int64) {
	t.Helper()
	type values struct{ Values []float32 }
	var a struct {
		Data []struct {
			Index     int
			Embedding []float32
		}
		Usage         struct{ Prompt_tokens, Total_tokens int64 }
		Embedding     *values
		Embeddings    []values
		UsageMetadata struct{ PromptTokenCount int64 }
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, d := range a.Data {
		list = append(list, d.Embedding)
	}
	if a.Embedding != nil {
		list = append(list, a.Embedding.Values)
	}
	for _, v := range a.Embeddings {
		list = append(list, v.Values)
	}
	if a.Usage.Total_tokens != a.Usage.Prompt_tokens {
		t.Errorf("tokens differ: %s", text)
	}
	return list, a.Usage.Prompt_tokens + a.UsageMetadata.PromptTokenCount
}

// Clients of OpenAI's and Google's dialects get the same vectors from either kind of provider, and the books what they used.
func TestEmbeddingsAcrossDialects(t *testing.T) {
	t.Parallel()
	const google, batch = "/v1beta/models/smart:embedContent", "/v1beta/models/smart:batchEmbedContents"
	one := `{"model":"smart","input":"one","dimensions":32}`
	two := `{"model":"smart","input":["one","two"],"dimensions":32}`
	oneG := `{"model":"models/smart","content":{"parts":[{"text":"o"},{"text":"ne"}]},"outputDimensionality":32}`
	twoG := `{"requests":[{"model":"models/smart","content":{"parts":[{"text":"one"}]},"outputDimensionality":32},{"model":"models/smart","content":{"parts":[{"text":"two"}]},"outputDimensionality":32}]}`
	want := map[string][][]float32{}
	for _, c := range []struct {
		name, path, body, same string
		at                     host
		model                  string
	}{
		{"OpenAI's client, its own", "/v1/embeddings", one, "one", asCompatible, "sandbox-embed"},
		{"OpenAI's client, its own, two", "/v1/embeddings", two, "two", asCompatible, "sandbox-embed"},
		{"OpenAI's client, from Google", "/v1/embeddings", one, "one", asGemini, "gemini-embedding-001"},
		{"OpenAI's client, from Google, two", "/v1/embeddings", two, "two", asGemini, "gemini-embedding-001"},
		{"Google's client, its own", google, oneG, "one", asGemini, "gemini-embedding-001"},
		{"Google's client, from OpenAI's kind", google, oneG, "one", asCompatible, "sandbox-embed"},
		{"Google's client, from OpenAI's kind, two", batch, twoG, "two", asCompatible, "sandbox-embed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, box := serve(t, c.at, c.model)
			resp, text := h.post(t, c.path, c.body)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", resp.StatusCode, text)
			}
			got, tokens := vectors(t, text)
			if want[c.same] == nil {
				want[c.same] = got
			}
			if len(got) == 0 || len(got[0]) != 32 || !reflect.DeepEqual(got, want[c.same]) {
				t.Errorf("other vectors: %v, want %v", got, want[c.same])
			}
			bill := box.Bill()
			if r := h.books.only(t, 1)[0]; len(bill.List) != 1 || r.Usage.Input != bill.List[0].Input || tokens != bill.List[0].Input {
				t.Errorf("the client reads %d tokens, the books say %+v, the bill %+v", tokens, r.Usage, bill.List)
			}
		})
	}
}

func TestEmbeddingsInBase64FromAnotherDialect(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asGemini, "gemini-embedding-001")
	_, plain := h.post(t, "/v1/embeddings", `{"model":"smart","input":"one","dimensions":32}`)
	_, packed := h.post(t, "/v1/embeddings", `{"model":"smart","input":"one","dimensions":32,"encoding_format":"base64"}`)
	var a, b struct {
		Data []struct{ Embedding json.RawMessage }
	}
	if json.Unmarshal([]byte(plain), &a) != nil || json.Unmarshal([]byte(packed), &b) != nil || len(a.Data) != 1 || len(b.Data) != 1 {
		t.Fatalf("%s\n%s", plain, packed)
	}
	if want, err := llm.Packed(a.Data[0].Embedding); err != nil || string(b.Data[0].Embedding) != `"`+want+`"` {
		t.Errorf("%v: %s, want %s", err, b.Data[0].Embedding, want)
	}
}

func TestEmbeddingsThatNoOtherDialectCanSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path, body string
		at               host
		model, says      string
	}{
		{"tokens", "/v1/embeddings", `{"model":"smart","input":[1,2,3]}`, asGemini, "gemini-embedding-001", "tokens"},
		{"lists of tokens", "/v1/embeddings", `{"model":"smart","input":[[1],[2]]}`, asGemini, "gemini-embedding-001", "tokens"},
		{"a dimension that is none", "/v1/embeddings", `{"model":"smart","input":"x","dimensions":-4}`, asGemini, "gemini-embedding-001", "dimensions"},
		{"a picture", "/v1beta/models/smart:embedContent", `{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}`, asCompatible, "sandbox-embed", "parts"},
		{"a batch that disagrees", "/v1beta/models/smart:batchEmbedContents", `{"requests":[{"model":"models/smart","content":{"parts":[{"text":"a"}]}},{"model":"models/smart","content":{"parts":[{"text":"b"}]},"outputDimensionality":8}]}`, asCompatible, "sandbox-embed", "requests[1]"},
		{"a provider that makes none of them", "/v1/embeddings", `{"model":"smart","input":"x"}`, asAnthropic, "sandbox-chat", "embeddings"},
	} {
		h, box := serve(t, c.at, c.model)
		resp, text := h.post(t, c.path, c.body)
		if resp.StatusCode != 400 || !strings.Contains(text, c.says) || box.Bill().Calls != 0 {
			t.Errorf("%s: %d %s", c.name, resp.StatusCode, text)
		}
	}
	h, _ := serve(t, asCompatible, "sandbox-embed")
	resp, _ := h.post(t, "/v1beta/models/smart:embedContent", `{"content":{"parts":[{"text":"x"}]},"taskType":"RETRIEVAL_QUERY"}`)
	if w := resp.Header.Get("X-Bodhi-Warning"); resp.StatusCode != 200 || !strings.Contains(w, "dropped taskType") {
		t.Errorf("%d, warning %q", resp.StatusCode, w)
	}
}
