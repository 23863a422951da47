package gateway

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// wordy takes nothing but text.
type wordy struct{ flat }

func (wordy) Serves(n llm.Needs, _ llm.Bound) bool { return !n.Files && !n.Vision && !n.Audio }

// bridged is a house whose only target takes nothing but text, on a route that lets texts stand in for documents.
func bridged(t *testing.T, rule *pii.Record, only *route.Only) (*house, *hearer) {
	t.Helper()
	h, ear := (*house)(nil), &hearer{answer: `{"id":"x","object":"chat.completion","model":"up-model","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`}
	if rule != nil {
		h, _ = screened(t, *rule)
	} else {
		h = build(t, nil)
	}
	h.gateway.Reader = document.New(nil)
	h.provide("words", ear.ServeHTTP)
	h.beside("eyes", ear.ServeHTTP)
	h.targets[0].Only = only
	h.quotes = map[string]catalog.Quote{"up-model": wordy{}, "seeing": flat{}}
	eyes := h.others["eyes"]
	eyes.Model = "seeing"
	h.others["eyes"] = eyes
	return h, ear
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestTextsStandInForDocuments(t *testing.T) {
	t.Parallel()
	const said = "Invoice 17 of Acme"
	for name, c := range map[string]struct{ path, body string }{
		"chat":      {"/v1/chat/completions", `{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"read"},{"type":"file","file":{"filename":"in.md","file_data":"data:application/pdf;base64,` + b64(said) + `"}}]}]}`},
		"responses": {"/v1/responses", `{"model":"smart","max_output_tokens":5,"input":[{"role":"user","content":[{"type":"input_text","text":"read"},{"type":"input_file","filename":"in.md","file_data":"data:application/pdf;base64,` + b64(said) + `"}]}]}`},
		"messages":  {"/v1/messages", `{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"read"},{"type":"document","title":"in.md","source":{"type":"base64","media_type":"application/pdf","data":"` + b64(said) + `"}}]}]}`},
		"gemini":    {"/v1beta/models/smart:generateContent", `{"contents":[{"role":"user","parts":[{"text":"read"},{"inlineData":{"mimeType":"application/pdf","data":"` + b64(said) + `"}}]}]}`},
		"converse":  {"/model/smart/converse", `{"messages":[{"role":"user","content":[{"text":"read"},{"document":{"format":"pdf","name":"in","source":{"bytes":"` + b64(said) + `"}}}]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, ear := bridged(t, nil, &route.Only{Extract: true})
			resp, body := h.post(t, c.path, c.body)
			if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "sent as extracted text") {
				t.Fatalf("%d %q %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Warning"), body)
			}
			if sent := strings.Join(ear.bodies, "\n"); !strings.Contains(sent, said) || strings.Contains(sent, b64(said)) || !strings.Contains(sent, "Page 1 of 1") {
				t.Errorf("sent: %s", sent)
			}
		})
	}
}

func TestWhatCannotBeCarriedOverIsRefusedAndModelsAreNamed(t *testing.T) {
	t.Parallel()
	const picture = `{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}`
	file := func(data string) string {
		return `{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,` + data + `"}}]}]}`
	}
	for name, c := range map[string]struct{ body, says string }{
		"a picture":         {picture, "These do: eyes."},
		"a broken document": {file(b64("%PDF-1.4 nothing")), document.CodeBroken},
		"no base64":         {file("=x="), "base64"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, ear := bridged(t, nil, &route.Only{Extract: true})
			if resp, body := h.post(t, "/v1/chat/completions", c.body); resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, c.says) || ear.calls.Load() != 0 {
				t.Errorf("%d %s, asked %d times", resp.StatusCode, body, ear.calls.Load())
			}
		})
	}
	h, ear := bridged(t, nil, nil) // a route that says nothing
	if resp, body := h.post(t, "/v1/chat/completions", picture); resp.StatusCode != http.StatusOK || ear.calls.Load() != 1 {
		t.Errorf("without the route's leave: %d %s, asked %d times", resp.StatusCode, body, ear.calls.Load())
	}
}

// What a data rule masks is masked in a document's text as well, and comes back in the answer.
func TestDataRulesHoldForExtractedTexts(t *testing.T) {
	t.Parallel()
	body := `{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.md","file_data":"data:application/pdf;base64,` + b64("Write to jane@example.com today") + `"}}]}]}`
	for action, status := range map[string]int{"mask": http.StatusOK, "block": http.StatusBadRequest} {
		r := rule("email", action)
		h, ear := bridged(t, &r, &route.Only{Extract: true})
		resp, said := h.post(t, "/v1/chat/completions", body)
		if sent := strings.Join(ear.bodies, "\n"); resp.StatusCode != status || strings.Contains(sent, "jane@") {
			t.Errorf("%s: %d %s\nsent: %s", action, resp.StatusCode, said, sent)
		}
	}
}

// fileReader reads attached files for data rules.
type fileReader struct{ *document.Reader }

func (f fileReader) Text(ctx context.Context, data []byte) ([]byte, bool) {
	t, err := f.Reader.Text(ctx, data, document.Limits{})
	if err != nil {
		return nil, false
	}
	return []byte(t.Pages[0].Text), true
}

// That a rule looked into a file found no names there: only a model finds those, and it is shown the text when that is sent.
func TestNamesAreLookedForInExtractedTexts(t *testing.T) {
	t.Parallel()
	r := named3("mask", "off", "")
	r.Files = true
	h, ear := bridged(t, &r, &route.Only{Extract: true})
	h.gateway.Screens.(*pii.Book).Files = fileReader{document.New(nil)} //nolint:forcetypeassert // screened made it
	body := `{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.md","file_data":"data:application/pdf;base64,` + b64("Write to Jane Doe today") + `"}}]}]}`
	resp, said := h.post(t, "/v1/chat/completions", body) // the model answers in another form, so that nobody looked
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(said, "nobody could look for names") {
		t.Errorf("%d %s\nsent: %s", resp.StatusCode, said, strings.Join(ear.bodies, "\n"))
	}
}
