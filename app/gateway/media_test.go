package gateway

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// listed prices by the built-in catalogue.
type listed struct {
	book  *catalog.Catalog
	kind  string
	model string
}

func (l listed) Quote(_ id.Org, _, model string, at time.Time) (catalog.Quote, bool) {
	_, grade, _ := strings.Cut(model, ":")
	if grade != "" {
		grade = ":" + grade
	}
	return l.book.Quote(l.kind, l.model+grade, at)
}

// studio is a gateway in front of one provider whose model has a price of the catalogue.
func studio(t *testing.T, model string, answer http.HandlerFunc) *house {
	h := build(t, func(c *Config) { c.Ports.Prices = listed{catalog.BuiltIn(), "openai", model} })
	h.provide("up", answer)
	h.targets[0].Model = model
	return h
}

func replies(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

// TestWhatMediaCost prices answers of every kind, with usage and without it.
func TestWhatMediaCost(t *testing.T) {
	t.Parallel()
	const picture = `{"created":1,"data":[{"b64_json":"AAAA"}]`
	for _, x := range []struct {
		name, model, path, body, kind, answer string
		state                                 ledger.State
		cost                                  string
		used                                  llm.Usage
	}{
		{"pictures by tokens", "gpt-image-1", "/v1/images/generations", `{"model":"smart","prompt":"x"}`, "application/json",
			picture + `,"usage":{"input_tokens":10,"output_tokens":1056,"input_tokens_details":{"text_tokens":10,"image_tokens":0}}}`, ledger.Complete, "0.04229", llm.Usage{Input: 10, Output: 1056, Images: 1}},
		{"pictures by the piece", "dall-e-3", "/v1/images/generations", `{"model":"smart","prompt":"x","quality":"hd","size":"1792x1024"}`, "application/json",
			picture + `}`, ledger.Complete, "0.12", llm.Usage{Images: 1}},
		{"speech by the character", "tts-1", "/v1/audio/speech", `{"model":"smart","input":"hello","voice":"alloy"}`, "audio/mpeg",
			"ID3", ledger.Complete, "0.000075", llm.Usage{Characters: 5}},
		{"speech by tokens", "gpt-4o-mini-tts", "/v1/audio/speech", `{"model":"smart","input":"hello","voice":"alloy"}`, "text/event-stream",
			"data: {\"type\":\"speech.audio.delta\",\"audio\":\"SUQz\"}\n\ndata: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":3,\"output_tokens\":40,\"total_tokens\":43}}\n\n", ledger.Complete, "0.0004818", llm.Usage{Input: 3, Output: 40, Characters: 5}},
		{"verdicts", "omni-moderation-latest", "/v1/moderations", `{"model":"smart","input":"x"}`, "application/json",
			`{"results":[{}]}`, ledger.Counted, "0", llm.Usage{Input: 18}},
	} {
		h := studio(t, x.model, replies(x.kind, x.answer))
		h.targets[0].Model = x.model
		resp, body := h.send(t, "POST", x.path, x.body, "application/json")
		h.books.only(t, 1)
		if resp.StatusCode != 200 || len(h.books.ends) != 1 {
			t.Errorf("%s: %d %s", x.name, resp.StatusCode, body)
			continue
		}
		if s := h.books.ends[0]; s.State != x.state || s.Cost.String() != x.cost || s.Usage != x.used {
			t.Errorf("%s: %s %s %+v", x.name, s.State, s.Cost, s.Usage)
		}
	}
}

// TestMediaWithoutUsageAreBookedAtNoLess shows what is booked where the provider says nothing and the price needs it: the most
// that the request can have used.
func TestMediaWithoutUsageAreBookedAtNoLess(t *testing.T) {
	t.Parallel()
	h := studio(t, "gpt-4o-mini-tts", replies("audio/mpeg", "ID3"))
	if resp, body := h.send(t, "POST", "/v1/audio/speech", `{"model":"smart","input":"hello","voice":"alloy"}`, "application/json"); resp.StatusCode != 200 || body != "ID3" {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	h.books.only(t, 1)
	if s, held := h.books.ends[0], h.books.attempts[0].Held.Money; s.State != ledger.Counted || s.Cost < held/2 || s.Cost > held {
		t.Errorf("%s %s of %s", s.State, s.Cost, held)
	}
}

// send posts a body of any kind.
func (h *house) send(t *testing.T, method, path, body, kind string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer good")
	r.Header.Set("Content-Type", kind)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		b = fmt.Appendf(b, " [%v]", err)
	}
	return resp, string(b)
}

func TestOtherFamiliesDoNoMedia(t *testing.T) {
	t.Parallel()
	const images, speech, moderations = "/v1/images/generations", "/v1/audio/speech", "/v1/moderations"
	bodies := map[string]string{images: `{"model":"smart","prompt":"x"}`, speech: `{"model":"smart","input":"x"}`, moderations: `{"model":"smart","input":"x"}`}
	for kind, paths := range map[provider.Kind][]string{provider.Anthropic: {images, speech, moderations}, provider.Gemini: {moderations},
		provider.Vertex: {moderations}, provider.Bedrock: {speech, moderations}} {
		h := build(t, nil)
		h.provide("up", func(http.ResponseWriter, *http.Request) { t.Error("the provider was asked") })
		h.targets[0].Connection.Kind = kind
		for _, path := range paths {
			resp, text := h.send(t, "POST", path, bodies[path], "application/json")
			if resp.StatusCode != 400 || !strings.Contains(text, "unsupported_operation") || !strings.Contains(text, `"param":"model"`) || !strings.Contains(text, "OpenAI") {
				t.Errorf("%s %s: %d %s", kind, path, resp.StatusCode, text)
			}
		}
		if resp, text := h.send(t, "POST", "/v1/files", "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--B--", "multipart/form-data; boundary=B"); resp.StatusCode != 404 {
			t.Errorf("%s: %d %s", kind, resp.StatusCode, text)
		}
	}
}

func TestAKeyIsNarrowedForMediaAsForChat(t *testing.T) {
	t.Parallel()
	h := studio(t, "gpt-image-1", replies("application/json", `{"data":[]}`))
	h.grant.Models = []string{"other"}
	if resp, text := h.send(t, "POST", "/v1/images/generations", `{"model":"smart","prompt":"x"}`, "application/json"); resp.StatusCode != 404 || !strings.Contains(text, "model_not_allowed") {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}

func TestSoundThatBreaksOffBreaksTheConnection(t *testing.T) {
	t.Parallel()
	h := studio(t, "tts-1", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, "ID3")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	resp, text := h.send(t, "POST", "/v1/audio/speech", `{"model":"smart","input":"hello","voice":"alloy"}`, "application/json")
	if resp.StatusCode != 200 || !strings.HasPrefix(text, "ID3 [") {
		t.Errorf("%d %q", resp.StatusCode, text)
	}
	f := h.books.only(t, 1)[0]
	if f.Code != "upstream_truncated" || h.books.ends[0].State != ledger.Cut || h.books.ends[0].Cost.String() != "0.000075" {
		t.Errorf("%s, %s %s", f.Code, h.books.ends[0].State, h.books.ends[0].Cost)
	}
}

// TestTheTableOfMediaIsTrue compares the table in the reference with what the adapters carry.
func TestTheTableOfMediaIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/reference/media.md")
	if err != nil {
		t.Fatal(err)
	}
	h := build(t, nil)
	ops := []llm.Operation{llm.MakeImages, llm.Transcribe, llm.Speak, llm.Moderate, llm.UploadFile}
	rows := 0
	for line := range strings.SplitSeq(string(page), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		kinds, ok := map[string][]provider.Kind{
			"OpenAI, compatible servers, sandbox": {provider.OpenAI, provider.Compatible},
			"Azure OpenAI":                        {provider.Azure},
			"Google AI Studio, Vertex AI":         {provider.Gemini, provider.Vertex},
			"Bedrock":                             {provider.Bedrock},
			"Anthropic, Ollama":                   {provider.Anthropic},
		}[cells[0]]
		if !ok || len(cells) != 6 {
			continue
		}
		rows++
		for _, kind := range kinds {
			a, _ := h.For(kind)
			for i, op := range ops {
				if does := slices.Contains(a.Operations(), op); does != (cells[i+1] != "no") {
					t.Errorf("%s, %s: the page says %s", kind, op, cells[i+1])
				}
			}
		}
	}
	if rows != 5 {
		t.Errorf("%d rows of the table were found", rows)
	}
}

// Whisper ignores that a stream is wanted, and is paid for its answer: the client gets it, once, as the event that ends a stream.
func TestATranscriptThatIsNotStreamed(t *testing.T) {
	t.Parallel()
	const event, event2 = "event: transcript.text.done\ndata: ", "data: {\"type\":\"transcript.text.done\",\"text\":\"hi\",\"usage\":{\"type\":\"duration\",\"seconds\":1}}\n\n"
	for name, x := range map[string]struct{ format, kind, answer, want, cost string }{
		"JSON":               {"json", "application/json", "{\n  \"text\": \"hi <there>\",\n  \"usage\": {\"type\": \"duration\", \"seconds\": 4}\n}", event + `{"text":"hi <there>","type":"transcript.text.done","usage":{"type":"duration","seconds":4}}` + "\n\n", "0.0004"},
		"JSON with segments": {"verbose_json", "application/json; charset=utf-8", `{"task":"transcribe","text":"","segments":[{"id":0}]}`, event + `{"segments":[{"id":0}],"task":"transcribe","text":"","type":"transcript.text.done"}` + "\n\n", "0.0001"},
		"JSON of no type":    {"json", "", `{"text":"hi"}`, event + `{"text":"hi","type":"transcript.text.done"}` + "\n\n", "0.0001"},
		"JSON as a text":     {"json", "text/plain", ` {"text":"hi"}`, event + `{"text":"hi","type":"transcript.text.done"}` + "\n\n", "0.0001"},
		"a text":             {"text", "text/plain; charset=utf-8", "hi\n", event + `{"text":"hi\n","type":"transcript.text.done"}` + "\n\n", "0.0001"},
		"silence":            {"text", "text/plain", "", event + `{"text":"","type":"transcript.text.done"}` + "\n\n", "0.0001"},
		"subtitles":          {"vtt", "text/vtt", "WEBVTT\n\nhi\n", event + `{"text":"WEBVTT\n\nhi\n","type":"transcript.text.done"}` + "\n\n", "0.0001"},
		"events as a text":   {"json", "text/plain", event2, event2, "0.0001"},
		"events":             {"json", "text/event-stream", event2, event2, "0.0001"},
	} {
		h := studio(t, "whisper-1", replies(x.kind, x.answer))
		body, kind := form("model", "smart", "stream", "true", "response_format", x.format, "file", "@"+wave(1))
		resp, got := h.send(t, "POST", "/v1/audio/transcriptions", body, kind)
		got = strings.Replace(got, ": x-bodhi-cost-usd="+x.cost+"\n", "", 1)
		if resp.StatusCode != 200 || got != x.want || resp.Header.Get("X-Bodhi-Attempts") != "1" || resp.Trailer.Get("X-Bodhi-Cost-Usd") != x.cost {
			t.Errorf("%s: %d %v %v\n%s\nwant\n%s", name, resp.StatusCode, resp.Header, resp.Trailer, got, x.want)
		}
		h.books.only(t, 1)
	}
	for name, x := range map[string]struct{ kind, answer string }{
		"a page":            {"text/html", "<html>"},
		"a page as a text":  {"text/plain", "<html>"},
		"another document":  {"application/json", `{"object":"list"}`},
		"an error with 200": {"application/json", `{"error":{"message":"no"}}`},
	} {
		h := studio(t, "whisper-1", replies(x.kind, x.answer))
		body, kind := form("model", "smart", "stream", "true", "file", "@"+wave(1))
		if resp, got := h.send(t, "POST", "/v1/audio/transcriptions", body, kind); resp.StatusCode < 400 {
			t.Errorf("%s: %d %s", name, resp.StatusCode, got)
		}
	}
}
