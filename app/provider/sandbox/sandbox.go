// Package sandbox is a provider that needs no account and no network: it answers on the wire of real providers, always
// the same way for the same question, so the whole product can be tried, tested and shown offline.
//
// It is a good fake because it is judged by the same things as a provider: framing to the byte, tools, images, JSON
// schemas, stop sequences, caps, prompt caching, and above all its own bill (Bill), kept with its own prices and its own
// token count, so that a test can compare what it would charge with what the gateway booked. It shares no code with the
// catalogue or the ledger on purpose.
//
// What it does can be scripted by the model's name ("sandbox-chat+latency=800ms+status=503", see Script) or by
// x-sandbox-* headers. Each wire face is a file of its own: openai_*.go, responses*.go, anthropic_*.go, gemini_*.go.
package sandbox

import (
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// Config makes a Sandbox.
type Config struct {
	// Clock dates answers.
	Clock clock.Clock
	// Seed changes every answer; the same seed and question give the same answer.
	Seed uint64
	// Open accepts requests without a key, as the built-in connection needs none. Otherwise any bearer key is good
	// except those that contain "invalid".
	Open bool
}

// Sandbox is the provider. It is safe for concurrent use.
type Sandbox struct {
	clock clock.Clock
	seed  uint64
	open  bool
	mux   *http.ServeMux
	calls atomic.Uint64
	books books
	seen  prefixes
	kept  shelf
	files drawer
	night night
}

// New makes a Sandbox.
func New(c Config) *Sandbox {
	s := &Sandbox{clock: c.Clock, seed: c.Seed, open: c.Open, mux: http.NewServeMux()}
	s.mux.HandleFunc("POST /v1/chat/completions", s.authorized(s.chat))
	s.mux.HandleFunc("POST /v1/embeddings", s.authorized(s.embeddings))
	s.mux.HandleFunc("POST /v1/completions", s.authorized(s.completions))
	s.mux.HandleFunc("POST /v1/responses", s.authorized(s.responses))
	s.mux.HandleFunc("GET /v1/responses/{id}", s.found(s.showResponse))
	s.mux.HandleFunc("DELETE /v1/responses/{id}", s.found(s.deleteResponse))
	s.mux.HandleFunc("POST /v1/responses/{id}/cancel", s.found(s.cancelResponse))
	s.mux.HandleFunc("GET /v1/responses/{id}/input_items", s.found(s.listInput))
	s.mux.HandleFunc("POST /v1/messages", s.admitted(s.messages))
	s.mux.HandleFunc("POST /v1/messages/count_tokens", s.admitted(s.countTokens))
	s.mux.HandleFunc("GET /v1/models", s.google(s.keyed(s.googleModels), s.either(s.admitted(s.anthropicModels), s.authorized(s.models))))
	s.mux.HandleFunc("GET /v1/models/{id}", s.google(s.keyed(s.googleModel), s.either(s.admitted(s.anthropicModel), s.authorized(s.model))))
	s.mux.HandleFunc("POST /v1/models/{call...}", s.keyed(s.gemini))
	s.mux.HandleFunc("POST /v1beta/models/{call...}", s.keyed(s.gemini))
	s.mux.HandleFunc("GET /v1beta/models", s.keyed(s.googleModels))
	s.mux.HandleFunc("GET /v1beta/models/{id}", s.keyed(s.googleModel))
	s.mux.HandleFunc("POST /v1/projects/{project}/locations/{location}/publishers/google/models/{call...}", s.keyed(s.gemini))
	s.mux.HandleFunc("POST /v1/publishers/google/models/{call...}", s.keyed(s.gemini))
	s.mux.HandleFunc("GET /v1beta1/publishers/google/models", s.keyed(s.publisherModels))
	s.mux.HandleFunc("POST /token", s.token)
	s.mediaFace()
	s.nightFace()
	s.azureFace()
	s.bedrockFace()
	s.mux.HandleFunc("GET /__bill", s.serveBill)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, &failure{status: 404, message: "Invalid URL (" + r.Method + " " + r.URL.Path + ")"})
	})
	return s
}

// ServeHTTP implements http.Handler.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// number counts calls; every answer's ids derive from it.
func (s *Sandbox) number() uint64 { return s.calls.Add(1) }

// identify sets the headers that OpenAI sends on every answer, those about the account included: a gateway must not
// let them through.
func (s *Sandbox) identify(w http.ResponseWriter, n uint64) {
	h := w.Header()
	h.Set("X-Request-Id", "req_"+s.name(n, 32))
	h.Set("Openai-Processing-Ms", strconv.Itoa(int(20+n%80)))
	h.Set("Openai-Version", "2020-10-01")
	h.Set("Openai-Organization", "sandbox-account")
	h.Set("X-Ratelimit-Limit-Requests", "10000")
	h.Set("X-Ratelimit-Remaining-Requests", "9999")
	h.Set("X-Ratelimit-Reset-Requests", "6ms")
}
