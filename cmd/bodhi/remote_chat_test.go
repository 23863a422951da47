package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func chat(t *testing.T, answer func(w http.ResponseWriter, body string), args ...string) (out, wrong string, code int) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer bdh_x" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.Header().Set("X-Bodhi-Model", "sandbox-chat")
		answer(w, string(body))
	}))
	t.Cleanup(s.Close)
	var a, b bytes.Buffer
	code = run(context.Background(), append([]string{"chat", "--url", s.URL, "--key", "bdh_x"}, args...), &a, &b)
	return a.String(), b.String(), code
}

func TestChatPrintsTheAnswerAsItComes(t *testing.T) {
	t.Parallel()
	stream := func(w http.ResponseWriter, body string) {
		if !strings.Contains(body, `"stream":true`) || !strings.Contains(body, `"content":"say hi"`) {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		_, _ = fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"He\\u001b[31mllo\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\", you\"}}]}\n\n"+
			": x-bodhi-cost-usd=0.000012\n\ndata: [DONE]\n\n")
	}
	if out, wrong, code := chat(t, stream, "say", "hi"); code != 0 || out != "He[31mllo, you\n\n[sandbox-chat. Cost: $0.000012.]\n" {
		t.Errorf("%d %q %s", code, out, wrong)
	}
	if out, _, code := chat(t, stream, "say", "hi", "--json"); code != 0 || !strings.Contains(out, `"cost_usd": "0.000012"`) || !strings.Contains(out, `llo, you"`) {
		t.Errorf("%d %s", code, out)
	}
}

func TestChatSaysWhyThereIsNoAnswer(t *testing.T) {
	t.Parallel()
	refused := func(w http.ResponseWriter, _ string) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprint(w, `{"error":{"message":"Not from here.","code":"not_allowed"}}`)
	}
	if _, wrong, code := chat(t, refused, "x"); code != exitForbidden || !strings.Contains(wrong, "Not from here.") {
		t.Errorf("%d %s", code, wrong)
	}
	cut := func(w http.ResponseWriter, _ string) {
		_, _ = fmt.Fprint(w, "data: {\"choices\":[{\"delta\":{\"content\":\"He\"}}]}\n\n")
	}
	if _, wrong, code := chat(t, cut, "x"); code != 1 || !strings.Contains(wrong, "broke off") {
		t.Errorf("%d %s", code, wrong)
	}
	failed := func(w http.ResponseWriter, _ string) {
		_, _ = fmt.Fprint(w, "data: {\"error\":{\"message\":\"Too slow.\"}}\n\n")
	}
	if _, wrong, code := chat(t, failed, "x"); code != 1 || !strings.Contains(wrong, "Too slow.") {
		t.Errorf("%d %s", code, wrong)
	}
}
