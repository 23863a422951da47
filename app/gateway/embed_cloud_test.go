package gateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var (
	asVertex  = host{provider.Vertex, "/v1/projects/p/locations/l", false}
	asBedrock = host{provider.Bedrock, "", false}
)

// billed is serve with the prices of the built-in catalogue.
func billed(t *testing.T, at host, model string) (*house, *sandbox.Sandbox) {
	t.Helper()
	box := sandbox.New(sandbox.Config{Clock: clock.System{}, Open: true})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	name, _, _ := strings.Cut(model, "+")
	name, _, _ = strings.Cut(name, ":")
	h := build(t, func(c *Config) { c.Ports.Prices = listed{catalog.BuiltIn(), string(at.kind), name} })
	ids := id.NewSource(clock.System{}.Now, nil)
	h.targets = []route.Target{{Model: model, Why: "test", Connection: &provider.Connection{
		ID: id.NewConnection(ids), Name: "box", Kind: at.kind, BaseURL: server.URL + at.path, Credential: secret.New("sandbox-key")}}}
	return h, box
}

// cloudVectors are the clouds' own models of vectors: how many texts they take, and a length that they make.
var cloudVectors = []struct {
	at    host
	model string
	many  bool
}{
	{asVertex, "text-embedding-005", true}, {asVertex, "gemini-embedding-001", false}, {asVertex, "gemini-embedding-2", false},
	{asBedrock, "amazon.titan-embed-text-v2:0", false}, {asBedrock, "cohere.embed-v4:0", true}, {asBedrock, "us.cohere.embed-v4:0", true},
}

// TestVectorsOfClouds asks each of them as OpenAI's and as Google's clients do: the same vectors as anywhere, the tokens that
// the provider counted, and its bill to the nano-dollar.
func TestVectorsOfClouds(t *testing.T) {
	t.Parallel()
	const item = `{"model":"models/smart","content":{"parts":[{"text":%q}]},"outputDimensionality":256}`
	texts := []string{"the first text", "a second one"}
	h, _ := serve(t, asCompatible, "sandbox-embed")
	_, text := h.post(t, "/v1/embeddings", `{"model":"smart","input":["the first text","a second one"],"dimensions":256}`)
	want, _ := vectors(t, text)
	for _, c := range cloudVectors {
		for _, google := range []bool{false, true} {
			for _, many := range []bool{false, true} {
				if many && !c.many {
					continue
				}
				t.Run(fmt.Sprintf("%s, google %v, many %v", c.model, google, many), func(t *testing.T) {
					t.Parallel()
					h, box := billed(t, c.at, strings.TrimPrefix(c.model, "us."))
					path, body, n := "/v1/embeddings", fmt.Sprintf(`{"model":"smart","input":%q,"dimensions":256}`, texts[0]), 1
					switch {
					case many && google:
						path, body, n = "/v1beta/models/smart:batchEmbedContents", `{"requests":[`+fmt.Sprintf(item+","+item, texts[0], texts[1])+`]}`, 2
					case google:
						path, body = "/v1beta/models/smart:embedContent", fmt.Sprintf(item, texts[0])
					case many:
						body, n = fmt.Sprintf(`{"model":"smart","input":[%q,%q],"dimensions":256}`, texts[0], texts[1]), 2
					}
					resp, text := h.post(t, path, body)
					if resp.StatusCode != http.StatusOK {
						t.Fatalf("%d %s", resp.StatusCode, text)
					}
					if got, tokens := vectors(t, text); !reflect.DeepEqual(got, want[:n]) || tokens != box.Bill().List[0].Input {
						t.Errorf("%d tokens, %d vectors, other ones than %d", tokens, len(got), n)
					}
					h.books.only(t, 1)
					if s, bill := h.books.ends[0], box.Bill(); s.State != ledger.Complete || int64(s.Cost) != bill.Total || bill.Total == 0 || h.books.attempts[0].Held.Money < s.Cost {
						t.Errorf("%s %s, the bill is %d nano-dollars, %s were held", s.State, s.Cost, bill.Total, h.books.attempts[0].Held.Money)
					}
				})
			}
		}
	}
}

// TestVectorsThatCloudsDoNotMake are refused before anything is sent, with the field and with models that could.
func TestVectorsThatCloudsDoNotMake(t *testing.T) {
	t.Parallel()
	two := `{"model":"smart","input":["a","b"]}`
	twoG := `{"requests":[{"model":"models/smart","content":{"parts":[{"text":"a"}]}},{"model":"models/smart","content":{"parts":[{"text":"b"}]}}]}`
	for _, c := range []struct {
		at                       host
		model, path, body, param string
		says                     string
	}{
		{asVertex, "gemini-embedding-001", "/v1/embeddings", two, `"input"`, "one in a call"},
		{asVertex, "gemini-embedding-2", "/v1beta/models/smart:batchEmbedContents", twoG, "requests", "one in a call"},
		{asBedrock, "amazon.titan-embed-text-v2:0", "/v1/embeddings", two, `"input"`, "one in a call"},
		{asBedrock, "amazon.titan-embed-text-v2:0", "/v1/embeddings", `{"model":"smart","input":"a","dimensions":300}`, `"dimensions"`, "256, 512 or 1024"},
		{asBedrock, "cohere.embed-english-v3", "/v1beta/models/smart:embedContent", `{"content":{"parts":[{"text":"a"}]},"outputDimensionality":300}`, "outputDimensionality", "1024"},
		{asBedrock, "cohere.embed-english-v3", "/v1/embeddings", `{"model":"smart","input":[[1,2]]}`, `"input"`, "tokens"},
	} {
		h, box := serve(t, c.at, c.model)
		h.others = map[string]route.Target{"own": {Model: "text-embedding-3-small", Connection: &provider.Connection{Kind: provider.OpenAI}},
			"chat": {Model: "gpt-5", Connection: &provider.Connection{Kind: provider.OpenAI}}}
		resp, text := h.post(t, c.path, c.body)
		openai := strings.HasPrefix(c.path, "/v1/")
		if resp.StatusCode != 400 || !strings.Contains(text, c.param) || !strings.Contains(text, c.says) || strings.Contains(text, "chat") && openai || strings.Contains(text, "own") != openai || box.Bill().Calls != 0 {
			t.Errorf("%s, %s: %d %s", c.model, c.body, resp.StatusCode, text)
		}
	}
	h, box := serve(t, asBedrock, "amazon.nova-pro-v1:0")
	if resp, text := h.post(t, "/v1/embeddings", `{"model":"smart","input":"a"}`); resp.StatusCode != 400 || !strings.Contains(text, "unsupported_operation") || box.Bill().Calls != 0 {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	h, _ = serve(t, asBedrock, "cohere.embed-english-v3")
	resp, _ := h.post(t, "/v1/embeddings", `{"model":"smart","input":"a","user":"u","x_mark":1}`)
	if w := resp.Header.Get("X-Bodhi-Warning"); resp.StatusCode != 200 || !strings.Contains(w, "input_type set to search_document") || !strings.Contains(w, "dropped user") || !strings.Contains(w, "dropped x_mark") {
		t.Errorf("%d, warning %q", resp.StatusCode, w)
	}
}
