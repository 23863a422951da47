package openai_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	dialect "github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/openai"
)

// TestModelsOfTheResponsesAPIAreOpenToEveryFamily sends calls of each family to models that OpenAI serves in both places, and
// in one only.
func TestModelsOfTheResponsesAPIAreOpenToEveryFamily(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body, model, path, hears string
		client                         llm.Dialect
	}{
		{"chat", `{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}`, "gpt-5.5", "/v1/chat/completions", "", dialect.Dialect{}},
		{"chat, of a model that has none", `{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}`, "gpt-5.5-codex", "/v1/responses", `"delta":{"content":"Grüß"}`, dialect.Dialect{}},
		{"Anthropic's", `{"model":"m","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`, "gpt-5.5-pro", "/v1/responses", `"text_delta","text":"Grüß"`, claude.Dialect{}},
		{"Responses", `{"model":"m","stream":true,"input":"hi","unknown":1.50}`, "gpt-5.5", "/v1/responses", `"delta":"Grüß","logprobs":[],"obfuscation":"x1"`, responses.Dialect{}},
	} {
		call, err := x.client.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(x.body)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := openai.New().Request(t.Context(), &provider.Connection{Kind: provider.OpenAI}, call, llm.Edit{Model: x.model}, http.Header{})
		if err != nil || r.URL.Path != x.path {
			t.Fatalf("%s: %v, goes to %s", x.name, err, r.URL)
		}
		sent, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(sent), `"model":"`+x.model+`"`) || x.client.Family() == llm.Responses && !strings.Contains(string(sent), `"unknown":1.50`) {
			t.Errorf("%s: %s", x.name, sent)
		}
		if x.hears == "" {
			continue
		}
		file, err := os.Open("../../llm/dialect/testdata/answers/responses/text.sse")
		if err != nil {
			t.Fatal(err)
		}
		stream, err := openai.New().Response(&http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: file, Request: r}, call)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for {
			e, err := stream.Next()
			if err != nil {
				break
			}
			got += string(e.Raw)
		}
		if !strings.Contains(got, x.hears) {
			t.Errorf("%s hears %s", x.name, got)
		}
	}
}

func TestQuestionsAboutStoredResponsesAreBuilt(t *testing.T) {
	t.Parallel()
	for op, want := range map[llm.Operation]string{
		llm.ShowKept:   "GET https://api.openai.com/v1/responses/resp_1?include=a",
		llm.ListKept:   "GET https://api.openai.com/v1/responses/resp_1/input_items?include=a",
		llm.DeleteKept: "DELETE https://api.openai.com/v1/responses/resp_1?include=a",
		llm.CancelKept: "POST https://api.openai.com/v1/responses/resp_1/cancel?include=a",
	} {
		call, err := responses.Dialect{}.Decode(llm.Ask{Operation: op, Model: "resp_1", Query: "key=secret&include=a"})
		if err != nil {
			t.Fatal(err)
		}
		r, err := openai.New().Request(t.Context(), &provider.Connection{Kind: provider.OpenAI}, call, llm.Edit{}, http.Header{})
		if err != nil || r.Method+" "+r.URL.String() != want {
			t.Errorf("%v %v", err, r)
		}
	}
	for _, id := range []string{"../models", "a/b", "", "a?b", strings.Repeat("x", 200)} {
		if _, err := (responses.Dialect{}).Decode(llm.Ask{Operation: llm.ShowKept, Model: id}); err == nil {
			t.Errorf("%q is an id", id)
		}
	}
}
