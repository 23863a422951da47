package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// file sends a form with a file to a document tool.
func (w *world) file(t *testing.T, tool, name string, data []byte, fields ...string) (*http.Response, string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = m.WriteField(fields[i], fields[i+1])
	}
	f, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = f.Write(data)
	}
	if err := errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(within(t, 60*time.Second), http.MethodPost, w.ProxyURL+"/documents/"+tool, &b)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(said)
}

func pdfOf(t *testing.T, pages ...string) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetFont("Helvetica", "", 12)
	for _, p := range pages {
		f.AddPage()
		f.MultiCell(0, 6, p, "", "L", false)
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Documents are read by the built program, PDFs in a process of their own, and at the end the books are the sandbox's bill: what a document
// cost is what its questions cost.
func TestDocuments(t *testing.T) {
	t.Parallel()
	w := begin(t, "", mediaModels...)
	resp, said := w.file(t, "extract", "a.pdf", pdfOf(t, "Invoice 17", "Total 12.50"))
	if resp.StatusCode != http.StatusOK || !strings.Contains(said, `"text":"Invoice 17"`) || !strings.Contains(said, `"cost_usd":"0"`) {
		t.Fatalf("a text that is there: %d %s", resp.StatusCode, said)
	}
	deep := append([]byte("%PDF-1.4\n1 0 obj\n"), bytes.Repeat([]byte("["), 8<<20)...)
	deep = append(deep, []byte("\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n"+itoa(len(deep)+8)+"\n%%EOF\n")...)
	if resp, said = w.file(t, "extract", "deep.pdf", deep); resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(said, "document_too_costly") {
		t.Errorf("a file that would end its reader: %d %s", resp.StatusCode, said)
	}
	if resp, said = w.file(t, "receipt", "a.pdf", pdfOf(t, "x")[:300], "model", "smart"); resp.StatusCode != http.StatusBadRequest || !strings.Contains(said, "document_broken") {
		t.Errorf("half a file: %d %s", resp.StatusCode, said)
	}
	var total money.USD
	for _, c := range []struct{ tool, name, model, format string }{
		{"receipt", "a.pdf", "smart", ""}, {"contract", "b.pdf", "smart", ""}, {"resume", "c.pdf", "smart", ""}, {"table", "d.pdf", "smart", "csv"}, {"transcribe", "t.wav", "whisper", "vtt"}, {"transcribe", "t.wav", "write", ""},
	} {
		data := pdfOf(t, "Invoice 17 of Acme", "Total 12.50")
		if c.tool == "transcribe" {
			data = wave(30)
		}
		fields := []string{"model", c.model}
		if c.format != "" {
			fields = append(fields, "format", c.format)
		}
		resp, said := w.file(t, c.tool, c.name, data, fields...)
		cost, err := money.Parse(resp.Header.Get("X-Bodhi-Cost-Usd"))
		if resp.StatusCode != http.StatusOK || err != nil || cost <= 0 {
			t.Errorf("%s: %d, cost %q, %s", c.tool, resp.StatusCode, resp.Header.Get("X-Bodhi-Cost-Usd"), said)
		}
		if total += cost; c.format == "vtt" && !strings.HasPrefix(said, "WEBVTT") {
			t.Errorf("%s: %s", c.tool, said)
		}
		var r struct {
			Parts []struct {
				Request string `json:"request"`
			} `json:"parts"`
		}
		if c.tool == "receipt" && (json.Unmarshal([]byte(said), &r) != nil || len(r.Parts) != 1 || !strings.HasPrefix(r.Parts[0].Request, "req_")) {
			t.Errorf("%s", said)
		}
	}
	if resp, said := w.file(t, "receipt", "a.pdf", pdfOf(t, "Total"), "model", "smart", "max_cost_usd", "0.000000001"); resp.StatusCode != http.StatusBadRequest || !strings.Contains(said, "document_unread") {
		t.Errorf("a cap below everything: %d %s", resp.StatusCode, said)
	}
	harness.Wait(t, "every question to settle", func() bool {
		spent, held := w.standing(t)
		return held == 0 && spent == total
	})
	if bill := w.sandbox.Bill(t); money.USD(bill.Total) != total {
		t.Errorf("the documents cost %s, the sandbox wants %d", total, bill.Total)
	}
}

// itoa is a number in digits.
func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// On a route that says so a PDF goes to a model without eyes as its text; where the route says nothing it goes as it is. Data rules look into
// it either way: before, as an attached file, and in what was taken out of it.
func TestATextStandsInForADocument(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	body := func(model, text string) string {
		data := base64.StdEncoding.EncodeToString(pdfOf(t, text))
		return `{"model":"` + model + `","max_tokens":50,"messages":[{"role":"user","content":[{"type":"text","text":"What does it say?"},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,` + data + `"}}]}]}`
	}
	w.manage(t, http.MethodPost, "/routes", map[string]any{"alias": "bridged", "targets": []map[string]any{{"to": "sb/sandbox-chat"}}, "only": map[string]any{"extract": true}}, http.StatusOK, nil)
	var resp *http.Response
	var said string
	harness.Wait(t, "the route to bind", func() bool {
		resp, said = w.raw(t, http.MethodPost, "/chat/completions", body("bridged", "Invoice 17 of Acme"))
		return resp.StatusCode == http.StatusOK
	})
	if warning := resp.Header.Get("X-Bodhi-Warning"); !strings.Contains(warning, `sent as extracted text, because no target takes documents: "a.pdf"`) {
		t.Errorf("the client is told %q; %s", warning, said)
	}
	w.rule(t, mail, map[string]any{"actions": map[string]string{"email": "block"}, "scan_files": true})
	for _, model := range []string{"bridged", "gpt"} {
		if resp, said := w.raw(t, http.MethodPost, "/chat/completions", body(model, "Write to "+mail)); resp.StatusCode != http.StatusBadRequest || !strings.Contains(said, "policy_blocked") {
			t.Errorf("%s with personal data in a PDF: %d %s", model, resp.StatusCode, said)
		}
	}
	if resp, said := w.raw(t, http.MethodPost, "/chat/completions", body("bridged", "Nothing personal")); resp.StatusCode != http.StatusOK {
		t.Errorf("a PDF without: %d %s", resp.StatusCode, said)
	}
}
