package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// anthropicKinds are Anthropic's error types by status; other 4xx are invalid requests, other 5xx API errors.
var anthropicKinds = map[int]string{401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error",
	413: "request_too_large", 429: "rate_limit_error", 504: "timeout_error", 503: "overloaded_error", 529: "overloaded_error"}

// refuseAnthropic writes the error in Anthropic's shape.
func (s *Sandbox) refuseAnthropic(w http.ResponseWriter, f *failure) {
	kind := anthropicKinds[f.status]
	switch {
	case kind != "":
	case f.status >= 500:
		kind = "api_error"
	default:
		kind = "invalid_request_error"
	}
	if f.retryAfter != "" {
		w.Header().Set("Retry-After", f.retryAfter)
	}
	message := f.message
	if f.code == "context_length_exceeded" {
		message = "prompt is too long: " + message
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": message},
		"request_id": w.Header().Get("Request-Id")})
}

// admitted asks for a key where Anthropic's SDKs put it, and for the version that they all send.
func (s *Sandbox) admitted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n := s.number()
		h := w.Header()
		h.Set("Request-Id", "req_"+s.name(n, 24))
		h.Set("Anthropic-Organization-Id", "sandbox-account")
		h.Set("Anthropic-Ratelimit-Requests-Limit", "4000")
		h.Set("Anthropic-Ratelimit-Requests-Remaining", strconv.Itoa(3999))
		key := anthropicKey(r)
		switch {
		case key == "" && !s.open:
			s.refuseAnthropic(w, &failure{status: 401, message: "x-api-key header is required"})
		case strings.Contains(key, "invalid"):
			s.refuseAnthropic(w, &failure{status: 401, message: "invalid x-api-key"})
		case r.Header.Get("Anthropic-Version") == "":
			s.refuseAnthropic(w, &failure{status: 400, message: "anthropic-version: header is required"})
		default:
			next(w, r)
		}
	}
}

func anthropicKey(r *http.Request) string {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	return bearer(r)
}

// either answers in Anthropic's dialect whoever sends its version.
func (s *Sandbox) either(anthropic, others http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Anthropic-Version") != "" {
			anthropic(w, r)
			return
		}
		others(w, r)
	}
}
