package openai

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestADocumentIsAnAnswerOrNone(t *testing.T) {
	t.Parallel()
	chat, embeddings := &llm.Call{Operation: llm.Chat}, &llm.Call{Operation: llm.Embeddings}
	const answer = `{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"four"}},{"message":{"content":null,"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}`
	for _, x := range []struct {
		name  string
		call  *llm.Call
		body  string
		err   error
		bytes int
		usage bool
	}{
		{"an answer", chat, answer, nil, 4 + 3, true},
		{"an answer with space around", chat, " \n" + answer + "\n", nil, 7, true},
		{"an answer without usage", chat, `{"choices":[]}`, nil, 0, false},
		{"an answer whose usage is not to be believed", chat, `{"choices":[],"usage":{"prompt_tokens":-1}}`, nil, 0, false},
		{"an answer with a null error", chat, `{"error":null,"choices":[]}`, nil, 0, false},
		{"an embedding", embeddings, `{"object":"list","data":[{"embedding":"AAAA"}],"usage":{"prompt_tokens":9,"total_tokens":9}}`, nil, 0, true},
		{"nothing", chat, "", errEmpty, 0, false},
		{"space", chat, " \n", errEmpty, 0, false},
		{"a page", chat, "<html>", errJSON, 0, false},
		{"half an answer", chat, answer[:len(answer)-1], errJSON, 0, false},
		{"two answers", chat, answer + answer, errJSON, 0, false},
		{"a list", chat, "[1]", errJSON, 0, false},
		{"another object", chat, `{"hello":"world"}`, errShape, 0, false},
		{"an embedding where an answer was asked for", chat, `{"data":[]}`, errShape, 0, false},
		{"choices that are none", chat, `{"choices":7}`, errShape, 0, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			e, err := Document(x.call, []byte(x.body))
			if !errors.Is(err, x.err) || x.err == nil && err != nil {
				t.Fatalf("%v, want %v", err, x.err)
			}
			if err == nil && (e.Kind != llm.Terminal || string(e.Raw) != x.body || e.OutputBytes != x.bytes || (e.Usage != nil) != x.usage) {
				t.Errorf("%+v", e)
			}
		})
	}
	var p *llm.Problem
	for _, body := range []string{`{"error":{"message":"no","code":429}}`, `{"choices":[],"error":{"message":"no","code":429}}`} {
		if _, err := Document(chat, []byte(body)); !errors.As(err, &p) || p.Message != "no" || p.Code != "429" {
			t.Errorf("%s is %v", body, err)
		}
	}
}

func TestAWholeAnswerIsAStreamOfOneEvent(t *testing.T) {
	t.Parallel()
	w := llm.NewWhole(llm.Event{Kind: llm.Terminal, Raw: []byte("x")})
	if e, err := w.Next(); err != nil || string(e.Raw) != "x" {
		t.Error(e, err)
	}
	if _, err := w.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func TestErrorsAreReadInEveryShape(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]llm.Problem{
		`{"error":{"message":"m","type":"t","param":"p","code":"c"}}`:   {Message: "m", Type: "t", Param: "p", Code: "c"},
		`{"error":{"message":"m","type":null,"param":null,"code":400}}`: {Message: "m", Type: "", Param: "", Code: "400"},
		`{"error":"m","code":"c"}`:                                      {Message: "m", Type: "", Param: "", Code: "c"},
		`{"object":"error","message":"m","type":"t","code":40001}`:      {Message: "m", Type: "t", Param: "", Code: "40001"},
		`{"detail":"Not Found"}`:                                        {Message: "Not Found", Type: "", Param: "", Code: ""},
		`{"detail":[{"loc":["body"],"msg":"field required"}]}`:          {Message: `[{"loc":["body"],"msg":"field required"}]`, Type: "", Param: "", Code: ""},
		`{"error":{"message":{"nested":true}}}`:                         {Message: `{"nested":true}`, Type: "", Param: "", Code: ""},
	} {
		if p, ok := readProblem([]byte(body)); !ok || *p != want {
			t.Errorf("%s: %+v, %v", body, p, ok)
		}
	}
	for _, body := range []string{``, `<html>`, `{}`, `[]`, `null`, `{"error":null}`, `{"error":false}`, `{"message":"hello"}`, `{"error":{"message":"m"}`} {
		if p, ok := readProblem([]byte(body)); ok {
			t.Errorf("%s is an error: %+v", body, p)
		}
	}
}

func TestNoAccountOfOursIsShown(t *testing.T) {
	t.Parallel()
	p := llm.Problem{
		Message: "Rate limit for gpt-5.5 in organization org-AbC123xyz9 on project proj_abcdef123, key sk-proj-****abcd and user-99aaBBcc11. See file-abc123 of 4,096 tokens.",
		Type:    "tokens", Code: "rate_limit_exceeded",
	}
	const want = "Rate limit for gpt-5.5 in organization [redacted] on project [redacted], key [redacted] and [redacted]. See file-abc123 of 4,096 tokens."
	if got := p.Sentence(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got := string(Dialect{}.Problem(&p, "")); got != `{"error":{"message":"`+want+`","type":"tokens","param":null,"code":"rate_limit_exceeded"}}` {
		t.Error(got)
	}
	for _, words := range []string{"user-supplied text", "the key_identifier", "key-value pairs", "an org-wide limit", "sk-proj", "user_location"} {
		if p := (llm.Problem{Message: words}); p.Sentence() != words {
			t.Errorf("%q became %q", words, p.Sentence())
		}
	}
	long := llm.Problem{Message: strings.Repeat("ü\n", 400)}
	if s := long.Sentence(); len(s) > 300 || !strings.HasSuffix(s, "ü …") && !strings.HasSuffix(s, "…") || strings.Contains(s, "\n") || strings.Contains(s, "\uFFFD") {
		t.Errorf("%d bytes: %q", len(s), s)
	}
}
