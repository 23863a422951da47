package gateway

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// TestASearchThatAChatDoesNotReportIsBilled asks search models, and others for a search, and books what was held for it.
func TestASearchThatAChatDoesNotReportIsBilled(t *testing.T) {
	t.Parallel()
	const (
		plain   = `{"model":"smart","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}`
		options = `{"model":"smart","max_tokens":10,"web_search_options":{},"messages":[{"role":"user","content":"hi"}]}`
		message = `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2`
	)
	for _, x := range []struct {
		name, model, path, body, more string
		searches                      int64
		cost                          string
	}{
		{"a search model", "gpt-4o-search-preview", "/v1/chat/completions", plain, "}}", 1, "0.025045"},
		{"a search model in another dialect", "gpt-4o-search-preview", "/v1/messages", plain, "}}", 1, "0.025045"},
		{"asked for a search", "gpt-5.5", "/v1/chat/completions", options, "}}", 1, "0.01011"},
		{"it reports them", "gpt-5.5", "/v1/chat/completions", options, `,"num_search_queries":3}}`, 3, "0.03011"},
		{"no search", "gpt-5.5", "/v1/chat/completions", plain, "}}", 0, "0.00011"},
	} {
		h := studio(t, x.model, replies("application/json", message+x.more))
		resp, body := h.send(t, "POST", x.path, x.body, "application/json")
		h.books.only(t, 1)
		if resp.StatusCode != 200 || len(h.books.ends) != 1 {
			t.Errorf("%s: %d %s", x.name, resp.StatusCode, body)
			continue
		}
		s, held := h.books.ends[0], h.books.attempts[0].Held.Money
		if s.State != ledger.Complete || s.Usage.WebSearches != x.searches || s.Cost.String() != x.cost {
			t.Errorf("%s: %s %s %+v", x.name, s.State, s.Cost, s.Usage)
		}
		if x.searches < 2 && s.Cost > held {
			t.Errorf("%s: %s is booked, %s was held", x.name, s.Cost, held)
		}
	}
}
