package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// failure is an error in OpenAI's shape.
type failure struct {
	status               int
	message, param, code string
	retryAfter           string
}

// kinds are OpenAI's error types by status; other 4xx are invalid requests, other 5xx server errors.
var kinds = map[int]string{401: "authentication_error", 402: "insufficient_quota", 403: "permission_error",
	429: "rate_limit_error"}

// refuse writes the error. Absent param and code are null, as OpenAI has them.
func refuse(w http.ResponseWriter, f *failure) {
	kind := kinds[f.status]
	switch {
	case kind != "":
	case f.status >= 500:
		kind = "server_error"
	default:
		kind = "invalid_request_error"
	}
	if f.code == "insufficient_quota" {
		kind = "insufficient_quota"
	}
	if f.retryAfter != "" {
		w.Header().Set("Retry-After", f.retryAfter)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
		"message": f.message, "type": kind, "param": orNull(f.param), "code": orNull(f.code)}})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// authorized asks for a bearer key.
func (s *Sandbox) authorized(next http.HandlerFunc) http.HandlerFunc {
	return s.authorizedBy(bearer, next)
}

func (s *Sandbox) authorizedBy(find func(*http.Request) string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key := find(r)
		switch {
		case key == "" && !s.open:
			refuse(w, &failure{status: 401, message: "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."})
		case strings.Contains(key, "invalid"):
			refuse(w, &failure{status: 401, code: "invalid_api_key", message: "Incorrect API key provided. The sandbox takes any key that does not contain 'invalid'."})
		default:
			next(w, r)
		}
	}
}

func bearer(r *http.Request) string {
	key, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return strings.TrimSpace(key)
}

// scripted is the error that a script asks for, in the words OpenAI would use.
func scripted(s Script) *failure {
	f := &failure{status: s.Status, code: s.Code, retryAfter: s.RetryAfter}
	switch {
	case s.Status == 401:
		f.message, f.code = "Incorrect API key provided: sk-sandbox.", or(s.Code, "invalid_api_key")
	case s.Status == 429 && s.Code == "insufficient_quota":
		f.message = "You exceeded your current quota, please check your plan and billing details."
	case s.Status == 429:
		f.message, f.code = "Rate limit reached for the sandbox in organization sandbox-account on requests per min (RPM).", or(s.Code, "rate_limit_exceeded")
	case s.Status == 413:
		f.message = "The request is too large for the sandbox."
	case s.Status == 400 && s.Code == "context_length_exceeded":
		f.message, f.param = "This model's maximum context length is 128000 tokens.", "messages"
	case s.Status >= 500:
		f.message = "The server had an error while processing your request. Sorry about that!"
	default:
		f.message = "The sandbox was scripted to refuse this request."
	}
	return f
}

func or(s, fallback string) string {
	if s != "" {
		return s
	}
	return fallback
}
