package gateway

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// curious remembers what it was asked to price.
type curious struct{ asked []string }

func (c *curious) Quote(_ id.Org, kind, model string, _ time.Time) (catalog.Quote, bool) {
	c.asked = append(c.asked, kind+"/"+model)
	return flat{}, true
}

func (c *curious) Find(string, string) (*catalog.Model, bool) { return nil, false }

func TestAServerAtAKnownAddressIsPricedAsThatProvider(t *testing.T) {
	t.Parallel()
	for pricedAs, want := range map[string]string{"groq": "groq/up-model", "": "openai-compatible/up-model"} {
		prices := &curious{}
		h := build(t, func(c *Config) { c.Ports.Prices = prices })
		h.provide("up", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}`))
		})
		h.targets[0].Connection.PricedAs = pricedAs
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL+"/v1/chat/completions", strings.NewReader(`{"model":"smart","messages":[{"role":"user","content":"hi"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer good")
		resp, err := h.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || len(prices.asked) != 1 || prices.asked[0] != want {
			t.Errorf("status %d, priced %q, want %q", resp.StatusCode, prices.asked, want)
		}
	}
}
