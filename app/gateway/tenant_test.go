package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// A host may name the organization as a path does: a key of another one opens nothing there. Hosts beside the domain name nobody.
func TestAHostNamesTheOrganization(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asOpenAI, "sandbox-chat")
	h.gateway.domain = "ai.example.com"
	for host, want := range map[string]int{
		"acme.ai.example.com":        http.StatusOK,
		"ACME.AI.Example.Com:8080":   http.StatusOK,
		"other.ai.example.com":       http.StatusUnauthorized,
		"other.ai.example.com:443":   http.StatusUnauthorized,
		"ai.example.com":             http.StatusOK,
		"gateway.example.com":        http.StatusOK,
		"other.notai.example.com":    http.StatusOK, // another domain that ends alike
		"a.b.ai.example.com":         http.StatusOK, // no slug has a dot
		"acme.ai.example.com.evil.x": http.StatusOK,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL+"/v1/chat/completions", strings.NewReader(`{"model":"smart","messages":[{"role":"user","content":"hi"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		r.Header.Set("Authorization", "Bearer good")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d %s", host, resp.StatusCode, body)
		}
	}
}
