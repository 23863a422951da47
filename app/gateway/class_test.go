package gateway

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

func TestAKeyIsHeldToItsEndpoints(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.grant.Endpoints = key.Embeddings | key.Audio
	for _, path := range []string{"/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/messages/count_tokens", "/v1/images/generations", "/v1/moderations",
		"/v1beta/models/smart:generateContent", "/model/smart/converse"} {
		body := `{"model":"smart","input":"x","prompt":"x","max_tokens":1,"messages":[{"role":"user","content":"x"}]}`
		switch {
		case strings.HasPrefix(path, "/v1beta"):
			body = `{"contents":[{"role":"user","parts":[{"text":"x"}]}]}`
		case strings.HasPrefix(path, "/model"):
			body = `{"messages":[{"role":"user","content":[{"text":"x"}]}]}`
		}
		resp, text := h.send(t, "POST", path, body, "application/json")
		if resp.StatusCode != http.StatusNotFound || !strings.Contains(text, "It is for: embeddings, audio.") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, text)
		}
	}
	if resp, text := h.send(t, "GET", "/v1/files", "", ""); resp.StatusCode != http.StatusNotFound || !strings.Contains(text, "model_not_allowed") {
		t.Errorf("files: %d %s", resp.StatusCode, text)
	}
	if resp, text := h.send(t, "POST", "/v1/embeddings", `{"model":"none","input":"x"}`, "application/json"); !strings.Contains(text, "model_not_found") {
		t.Errorf("what it may: %d %s", resp.StatusCode, text) // it went past admit, to the plan
	}
	for _, path := range []string{"/v1/models", "/v1/key"} {
		if resp, text := h.send(t, "GET", path, "", ""); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", path, resp.StatusCode, text)
		}
	}
}

// TestEveryEndpointHasAClass finds a new one that narrowed keys can never use.
func TestEveryEndpointHasAClass(t *testing.T) {
	t.Parallel()
	for _, e := range endpoints {
		if e.answer == nil && !e.upgrade && classOf(e) == 0 {
			t.Errorf("%s %s%s is of no class", e.method, e.prefix, e.suffix)
		}
	}
	if (key.Endpoints(0)).Allows(classOf(&endpoint{op: llm.Operation("new")})) != true || key.Chat.Allows(0) {
		t.Error("what has no class is for keys that nothing narrows")
	}
}

// A dry run changes nothing and asks nobody, wherever it has no plan to show.
func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) {
		c.Ports.Batches, c.Ports.Documents, c.Ports.Feedback = &batch.Desk{}, unread{t}, ungiven{t} // whoever reaches them fails
	})
	said := 0
	for _, e := range endpoints {
		if e.answer == nil || e.method == http.MethodGet || e.family == llm.Anthropic && !e.batches { // those of agents keep nothing
			continue
		}
		path, body, kind := e.prefix, "{}", "application/json"
		if e.hole {
			path += "file_x" + e.suffix
		}
		if e.op == llm.UploadFile {
			body, kind = form("purpose", "batch", "file", "@{}")
		}
		r, err := http.NewRequestWithContext(t.Context(), e.method, h.server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Authorization": {"Bearer good"}, "Content-Type": {kind}, "X-Bodhi-Dry-Run": {"1"}}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if said++; resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), "x-bodhi-dry-run") {
			t.Errorf("%s %s: %d %s", e.method, path, resp.StatusCode, text)
		}
	}
	if said < 9 {
		t.Errorf("looked at %d endpoints", said)
	}
}

// A key that is bound to networks opens nothing elsewhere but what names models and says what the key is for.
func TestAKeyIsHeldToItsNetworks(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) {
		c.Ports.Batches, c.Ports.Documents, c.Ports.Feedback = &batch.Desk{}, unread{t}, ungiven{t}
	})
	h.grant.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, e := range endpoints {
		path, body, kind := e.prefix, "{}", "application/json"
		if e.hole {
			path += "file_x" + e.suffix
		}
		if e.op == llm.UploadFile {
			body, kind = form("purpose", "batch", "file", "@{}")
		}
		models := strings.HasSuffix(e.prefix, "/models") || strings.HasSuffix(e.prefix, "/models/") || e.prefix == "/inference-profiles" || e.prefix == "/foundation-models" || e.prefix == "/v1/key"
		telemetry := e.family == llm.Anthropic && e.method == http.MethodPost && !e.batches // it is thrown away
		if e.answer == nil || e.upgrade || models || telemetry {
			continue
		}
		if resp, text := h.send(t, e.method, path, body, kind); resp.StatusCode != http.StatusForbidden || !strings.Contains(text, "not_allowed") {
			t.Errorf("%s %s: %d %s", e.method, path, resp.StatusCode, text)
		}
	}
}

type unread struct{ t *testing.T }

func (u unread) Serve(*http.Request, *key.Grant, string, []byte) (tool.Reply, error) {
	u.t.Error("a document was read")
	return tool.Reply{}, errClientGone
}

type ungiven struct{ t *testing.T }

func (u ungiven) Give(context.Context, id.Org, id.Key, feedback.Word) (feedback.Feedback, bool, error) {
	u.t.Error("feedback was taken")
	return feedback.Feedback{}, false, errClientGone
}

func TestTheLookAtTheEndpointAllocatesNothing(t *testing.T) {
	e := &endpoint{family: llm.OpenAI, op: llm.Embeddings}
	if n := testing.AllocsPerRun(100, func() {
		if !key.Embeddings.Allows(classOf(e)) {
			t.Error("refused")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
