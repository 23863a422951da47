package gateway

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/provider"
)

func TestAzuresPathsAreServed(t *testing.T) {
	t.Parallel()
	const body = `{"messages":[{"role":"user","content":"hi"}]}`
	for _, x := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"a deployment", "/openai/deployments/smart/chat/completions?api-version=2024-10-21", body, 200, `"object":"chat.completion"`},
		{"a preview", "/t/acme/openai/deployments/smart/chat/completions?api-version=2025-04-01-preview", body, 200, `"object":"chat.completion"`},
		{"whatever model the body names", "/openai/deployments/smart/chat/completions?api-version=2024-10-21", `{"model":"other",` + body[1:], 200, `"object":"chat.completion"`},
		{"the newer API", "/openai/v1/chat/completions", `{"model":"smart",` + body[1:], 200, `"object":"chat.completion"`},
		{"the newer API in preview", "/openai/v1/chat/completions?api-version=preview", `{"model":"smart",` + body[1:], 200, `"object":"chat.completion"`},
		{"no version", "/openai/deployments/smart/chat/completions", body, 400, "The query has no api-version"},
		{"no date", "/openai/deployments/smart/chat/completions?api-version=latest", body, 400, "must be a date"},
		{"a wrong version of the newer API", "/openai/v1/chat/completions?api-version=2", `{"model":"smart",` + body[1:], 400, "is none"},
		{"an unknown deployment", "/openai/deployments/other/chat/completions?api-version=2024-10-21", body, 404, "model_not_found"},
		{"what Azure has and we do not", "/openai/deployments/smart/images/variations?api-version=2024-10-21", body, 404, "unknown_path"},
	} {
		for _, kind := range []host{{provider.Azure, "", true}, {provider.Compatible, "/v1", true}} {
			h, _ := serve(t, kind, "sandbox-chat")
			resp, text := h.post(t, x.path, x.body)
			if resp.StatusCode != x.status || !strings.Contains(text, x.says) {
				t.Errorf("%s from %s: %d %s", x.name, kind.kind, resp.StatusCode, text)
			}
		}
	}
}
