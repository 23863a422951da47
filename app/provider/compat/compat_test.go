package compat_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
)

func TestEveryServiceConforms(t *testing.T) {
	t.Parallel()
	for _, row := range compat.Services() {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			c := provider.Connection{Kind: row.Kind}
			if row.Settings.BaseURL == "" {
				c.BaseURL = "https://llm.example.com/api/v1/"
			}
			providertest.Run(t, providertest.Suite{
				Adapter: compat.New(row.Settings), Connection: c, Dialect: openai.Dialect{}, Dir: filepath.Join("testdata", row.Name),
			})
		})
	}
}

func call(t *testing.T, body string) *llm.Call {
	t.Helper()
	c, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func answer(headers http.Header, body string) *http.Response {
	return &http.Response{StatusCode: 200, Header: headers, ContentLength: -1, Body: io.NopCloser(strings.NewReader(body))}
}

const (
	plain    = `{"model":"m","messages":[{"role":"user","content":"hi"}]}`
	streamed = `{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}`
	document = `{"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`
	events   = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\ndata: [DONE]\n\n"
)

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func TestAnswersAreTakenAsTheyCome(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, ask, kind, encoding, body string
		events                          int
	}{
		{"a document", plain, "application/json", "", document, 1},
		{"a document by another name", plain, "text/plain", "", document, 1},
		{"a zipped document that was not asked for", plain, "application/json", "gzip", zipped(document), 1},
		{"a stream", streamed, "text/event-stream", "", events, 2},
		{"a stream by another name", streamed, "application/json", "", events, 2},
		{"a stream without a name", streamed, "", "", "\n" + events, 2},
		{"a zipped stream", streamed, "text/event-stream", "gzip", zipped(events), 2},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{"Content-Type": {x.kind}, "Content-Encoding": {x.encoding}}
			s, err := compat.New(compat.Settings{}).Response(answer(h, x.body), call(t, x.ask))
			if err != nil {
				t.Fatal(err)
			}
			for i := range x.events {
				e, err := s.Next()
				if err != nil || (e.Kind == llm.Terminal) != (i == x.events-1) {
					t.Fatalf("event %d: %+v, %v", i, e, err)
				}
			}
			if _, err := s.Next(); !errors.Is(err, io.EOF) {
				t.Error(err)
			}
		})
	}
}

func TestAZipBombIsCutOff(t *testing.T) {
	t.Parallel()
	bomb := zipped(`{"choices":[],"x":"` + strings.Repeat("0", 64<<20) + `"}`)
	_, err := compat.New(compat.Settings{}).Response(answer(http.Header{"Content-Encoding": {"gzip"}}, bomb), call(t, plain))
	var f *provider.Failure
	if !errors.As(err, &f) || f.Class != provider.Ambiguous || len(bomb) > 1<<20 {
		t.Errorf("%d bytes: %v", len(bomb), err)
	}
}

func TestADocumentWhereAStreamWasAskedForIsNoAnswer(t *testing.T) {
	t.Parallel()
	for body, class := range map[string]provider.Class{
		document:                                provider.Garbled,
		`{"error":{"message":"no","code":401}}`: provider.Credential,
		`{"error":{"message":"no","code":"quota_exceeded"}}`:   provider.Quota,
		`{"error":{"message":"no","type":"overloaded_error"}}`: provider.Overloaded,
		`{"error":{"message":"no","type":"BadRequestError"}}`:  provider.Refused,
		`{"error":{"message":"no"}}`:                           provider.ServerError,
	} {
		_, err := compat.New(compat.Settings{}).Response(answer(http.Header{}, body), call(t, streamed))
		var f *provider.Failure
		if !errors.As(err, &f) || f.Class != class || class == provider.Refused && f.Status != 400 {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestAKeyMayHaveAHeaderOfItsOwn(t *testing.T) {
	t.Parallel()
	a := compat.New(compat.Settings{BaseURL: "https://example.com/v1?api-version=7", KeyHeader: "api-key"})
	c := &provider.Connection{Credential: providertest.Credential()}
	r, err := a.Request(t.Context(), c, call(t, plain), llm.Edit{}, nil)
	if err != nil || r.Header.Get("Authorization") != "" || r.Header.Get("Api-Key") != c.Credential.Reveal() {
		t.Errorf("%v, %v", r.Header, err)
	}
	if r.URL.String() != "https://example.com/v1/chat/completions?api-version=7" {
		t.Error(r.URL)
	}
	r, err = a.Request(t.Context(), &provider.Connection{}, call(t, plain), llm.Edit{}, nil)
	if err != nil || r.Header.Get("Api-Key") != "" {
		t.Error("an empty credential is sent")
	}
	if _, err := a.Request(t.Context(), c, &llm.Call{Operation: "smell"}, llm.Edit{}, nil); err == nil {
		t.Error("an operation that is not carried was carried")
	}
}
