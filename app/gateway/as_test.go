package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A request that somebody in the process vouches for goes through everything but the look at the key: the key's models
// bind, and no key in the request counts.
func TestAsAnswersAsTheGrantAndNobodyElse(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat")
	ask := func(model string) (int, string) {
		r, _ := http.NewRequest(http.MethodPost, "http://gateway.invalid/v1/chat/completions", strings.NewReader(`{"model":"`+model+`","messages":[{"role":"user","content":"hi"}]}`))
		r.Header.Set("Authorization", "Bearer bad")
		w := httptest.NewRecorder()
		h.gateway.As(h.grant).ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	if status, body := ask("smart"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	narrow := *h.grant
	narrow.Models = []string{"other"}
	h.grant = &narrow
	if status, body := ask("smart"); status != http.StatusNotFound || !strings.Contains(body, "model_not_allowed") {
		t.Errorf("a model that the key may not have: %d %s", status, body)
	}
}
