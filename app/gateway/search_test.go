package gateway

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
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

// TestASearchOfAnAnswerThatIsCutIsBilled cuts streams behind the searches that they began: usage reports those at its end alone.
func TestASearchOfAnAnswerThatIsCutIsBilled(t *testing.T) {
	t.Parallel()
	const (
		asked    = `{"model":"smart","max_tokens":10,"stream":true,"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":5}],"messages":[{"role":"user","content":"hi"}]}`
		start    = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"content\":[],\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\n"
		block    = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}}\n\n"
		code     = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"code_execution\",\"input\":{}}}\n\n"
		question = `{"model":"smart","max_output_tokens":10,"stream":true,"tools":[{"type":"web_search"}],"input":"hi"}`
		created  = `data: {"type":"response.created","response":{"id":"r"}}` + "\n\n"
		added    = `data: {"type":"response.output_item.added","output_index":0,"item":{"type":"web_search_call","id":"w","status":"in_progress"}}` + "\n\n"
		searched = `data: {"type":"response.output_item.done","output_index":0,"item":{"type":"web_search_call","id":"w","action":{"type":"search"}}}` + "\n\n"
		opened   = `data: {"type":"response.output_item.done","output_index":0,"item":{"type":"web_search_call","id":"w","action":{"type":"open_page"}}}` + "\n\n"
	)
	for _, x := range []struct {
		name, path, body string
		parts            []string
		searches         int64
	}{
		{"two in a message", "/v1/messages", asked, []string{start, block, block, code}, 2},
		{"none in a message", "/v1/messages", asked, []string{start, code}, 0},
		{"one of a response that also opened a page", "/v1/responses", question, []string{created, added, searched, added, opened}, 1},
		{"one under way", "/v1/responses", question, []string{created, added}, 1},
	} {
		h := studio(t, "gpt-5.5", streams(x.parts...))
		h.targets[0].Connection.Kind = provider.OpenAI
		if x.path == "/v1/messages" {
			h.gateway.Prices, h.targets[0].Connection.Kind = listed{catalog.BuiltIn(), "anthropic", "claude-sonnet-4-5"}, provider.Anthropic
		}
		resp, body := h.send(t, "POST", x.path, x.body, "application/json")
		h.books.only(t, 1)
		if resp.StatusCode != 200 || len(h.books.ends) != 1 {
			t.Errorf("%s: %d %s", x.name, resp.StatusCode, body)
			continue
		}
		s, fees := h.books.ends[0], money.USD(x.searches*10_000_000)
		if s.State != ledger.Cut || s.Usage.WebSearches != x.searches || s.Cost < fees || s.Cost > fees+5_000_000 {
			t.Errorf("%s: %s %s %+v", x.name, s.State, s.Cost, s.Usage)
		}
	}
}
